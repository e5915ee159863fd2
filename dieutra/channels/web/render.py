"""Builds the page's structure from a form, its answers and what was found on them; draws nothing itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.utils.html import json_script

from dieutra.channels.web.fields import field_view
from dieutra.channels.web.page import (
    Block,
    ColumnView,
    FieldView,
    FormView,
    GroupView,
    LanguageView,
    MissingView,
    NoteView,
    RowView,
    SectionView,
    TableView,
)
from dieutra.channels.web.repeats import repeat_view
from dieutra.channels.web.sheet import Sheet
from dieutra.channels.web.words import LANGUAGE_NAMES
from dieutra.engine.forms.check import Finding
from dieutra.engine.forms.form import Column, Form, Node
from dieutra.engine.lang import place_of

CONTAINERS = ("group", "table", "repeat")
SILENT = ("calculate", "hidden")


def form_view(
    form: Form,
    answers: Mapping[str, str],
    findings: Sequence[Finding],
    justifications: Mapping[str, str],
    comments: Sequence[Mapping[str, Any]],
    lang: str,
    readonly: bool,
    *,
    relevant: Collection[str] | None = None,
    missing: Collection[str] = (),
    required: Collection[str] = (),
    rows: Mapping[str, Sequence[str]] | None = None,
    files: Mapping[str, Mapping[str, str]] | None = None,
    seed: int = 1,
) -> FormView:
    """The page of one response.

    `answers` is the draft with the calculated values filled in (`{**draft, **state.values}`); `comments` are
    `{id, path, text, author, at, resolved}`; without `relevant` every node is shown; `missing`, `required` and
    `rows` as in `State`; `files` are those attached, by name, as {url, size, type}; `seed` orders shuffled choices.
    """
    sheet = Sheet(
        form, answers, findings, justifications, comments, lang, readonly, relevant, missing, required,
        rows or {}, files or {}, seed,
    )  # fmt: skip
    every = [
        found for finding in findings for found in sheet.found[finding.path] if found.check == finding.check
    ]
    return FormView(
        title=sheet.text(form.title),
        lang=lang,
        languages=tuple(LanguageView(it, LANGUAGE_NAMES.get(it, it), it == lang) for it in form.languages),
        readonly=readonly,
        sections=tuple(_section(sheet, path, nodes) for path, nodes in _sections(form).items()),
        hard=tuple(found for found in every if found.severity == "hard"),
        soft=tuple(found for found in every if found.severity == "soft"),
        missing=tuple(MissingView(path, sheet.where(path), sheet.table_of(path)) for path in missing),
        words=sheet.words,
        model_script=_model_script(form),
        state=_state(sheet),
        has_files=any(node.type == "binary" for node in form.nodes),
    )


def _model_script(form: Form) -> str:
    """The form as the browser's JSON. A form never changes, so its text is made once and kept with it."""
    kept: str | None = form.__dict__.get("_model_script")
    if kept is None:
        kept = form.__dict__["_model_script"] = json_script(form.to_json(), "form-model")
    return kept


def _state(sheet: Sheet) -> dict[str, Any]:
    return {
        "answers": dict(sheet.answers),
        "justifications": dict(sheet.justifications),
        "comments": [dict(comment) for comment in sheet.comments],
        "findings": [asdict(finding) for finding in sheet.findings],
        "readonly": sheet.readonly,
        "lang": sheet.lang,
        "seed": sheet.seed,
        "files": {name: dict(file) for name, file in sheet.files.items()},
    }


def _sections(form: Form) -> dict[str, list[Node]]:
    """Section path -> its nodes. A top-level group or table is a section; loose questions share one."""
    sections: dict[str, list[Node]] = {}
    section_of: dict[str, str] = {}
    loose: str | None = None
    for node in form.nodes:
        if node.parent in section_of:
            path = section_of[node.parent]
        elif node.kind in CONTAINERS:
            path, loose = node.path, None
        else:
            path = loose = loose or node.path
        section_of[node.path] = path
        sections.setdefault(path, []).append(node)
    return {
        path: nodes
        for path, nodes in sections.items()
        if any(node.kind not in ("calculate", "hidden") for node in nodes)
    }


def _section(sheet: Sheet, path: str, nodes: list[Node]) -> SectionView:
    head, places = nodes[0], {node.path for node in nodes}
    found = [it for at, here in sheet.found.items() if place_of(at) in places for it in here]
    if head.kind == "group":
        blocks = _blocks(sheet, sheet.members(head))
    else:
        blocks = _blocks(sheet, [node for node in nodes if node.parent is None])
    asks = any(node.kind in ("question", "cell", "repeat") for node in nodes)
    return SectionView(
        path=path,
        label=_section_label(sheet, head, asks),
        hint=sheet.words_at(head, head.hint) if head.kind == "group" else "",
        hidden=head.kind in CONTAINERS and sheet.hidden(head),
        blocks=blocks,
        missing=sum(place_of(it) in places for it in sheet.missing),
        hard=sum(it.severity == "hard" for it in found),
        soft=sum(it.severity == "soft" for it in found),
        touched=_is_touched(sheet, nodes),
        asks=asks,
        live=head.kind in CONTAINERS and sheet.is_live(head.label),
        guidance=sheet.words_at(head, head.guidance) if head.kind == "group" else "",
    )


def _is_touched(sheet: Sheet, nodes: list[Node]) -> bool:
    """Whether anything is answered; the list of a repeat's rows is no answer of a person."""
    places = {node.path for node in nodes if node.calculate is None and node.kind != "repeat"}
    return any(text and place_of(path) in places for path, text in sheet.answers.items())


def _section_label(sheet: Sheet, head: Node, asks: bool) -> str:
    if head.kind == "repeat":
        return sheet.without_blanks(sheet.words_at(head, head.label))
    if head.kind in CONTAINERS:
        return sheet.words_at(head, head.label)
    return sheet.words["general" if asks else "about"]


def _blocks(sheet: Sheet, nodes: Sequence[Node]) -> tuple[Block, ...]:
    return tuple(_block(sheet, node) for node in nodes if node.kind not in SILENT)


def _block(sheet: Sheet, node: Node) -> Block:
    if node.kind == "table":
        return _table(sheet, node)
    if node.kind == "repeat":
        return repeat_view(sheet, node, lambda row: _blocks(sheet, sheet.members(row)))
    label, live = sheet.words_at(node, node.label), sheet.is_live(node.label)
    if node.kind == "group":
        inner = _blocks(sheet, sheet.members(node))
        hint, guidance = sheet.words_at(node, node.hint), sheet.words_at(node, node.guidance)
        return GroupView(node.path, label, hint, sheet.hidden(node), inner, live, guidance)
    if node.kind == "note":
        return NoteView(node.path, label, sheet.hidden(node), live)
    return field_view(sheet, node)


def _table(sheet: Sheet, node: Node) -> TableView:
    columns = tuple(_column(sheet, column, node) for column in node.columns or ())
    rows = tuple(_row(sheet, row, columns) for row in sheet.members(node) if row.kind == "row")
    return TableView(
        path=node.path,
        label=sheet.text(node.label),
        hint=sheet.text(node.hint),
        unit=sheet.text(node.unit),
        hidden=sheet.hidden(node),
        columns=columns,
        rows=rows,
    )


def _column(sheet: Sheet, column: Column, table: Node) -> ColumnView:
    """The unit stands with a column only where it is not that of the whole table."""
    unit = "" if column.unit == table.unit else sheet.text(column.unit)
    return ColumnView(column.name, column.code, sheet.text(column.label), unit)


def _row(sheet: Sheet, node: Node, columns: tuple[ColumnView, ...]) -> RowView:
    drawn = tuple(_cell(sheet, node, column) for column in columns)
    real = [cell for cell in drawn if cell]
    return RowView(
        path=node.path,
        code=(node.codes or {}).get("row", ""),
        label=sheet.text(node.label),
        indent=_indent(node),
        hidden=sheet.hidden(node),
        total=bool(real) and all(cell.calculated for cell in real),
        cells=drawn,
    )


def _cell(sheet: Sheet, row: Node, column: ColumnView) -> FieldView | None:
    """The row's cell of a column (`<row>_<column>` or `<table>_<row>_<column>`); None where there is none."""
    cells = {cell.name: cell for cell in sheet.members(row) if cell.kind == "cell"}
    ending = f"{row.name}_{column.name}"
    cell = cells.get(ending) or next((it for name, it in cells.items() if name.endswith(f"_{ending}")), None)
    return field_view(sheet, cell, column.name) if cell else None


def _indent(node: Node) -> int:
    """Depth of a "trong đó" line, from the appearance word `x-indent-1` to `x-indent-3`."""
    return next((int(word[-1]) for word in node.appearance if word.startswith("x-indent-")), 0)
