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
from dieutra.channels.web.sheet import Sheet
from dieutra.channels.web.words import LANGUAGE_NAMES
from dieutra.engine.forms.check import Finding
from dieutra.engine.forms.form import Column, Form, Node

CONTAINERS = ("group", "table")


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
) -> FormView:
    """The page of one response.

    `answers` is the draft with the calculated values filled in (`{**draft, **state.values}`); `comments` are
    `{id, path, text, author, at, resolved}`; without `relevant` every node is shown; `missing` as in `State`.
    """
    sheet = Sheet(form, answers, findings, justifications, comments, lang, readonly, relevant, missing)
    every = [found for node in form.nodes for found in sheet.found.get(node.path, ())]
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
    head = nodes[0]
    found = [it for node in nodes for it in sheet.found.get(node.path, ())]
    if head.kind == "group":
        blocks = _blocks(sheet, sheet.members[head.path])
    else:
        blocks = _blocks(sheet, [node for node in nodes if node.parent is None])
    asks = any(node.kind in ("question", "cell") for node in nodes)
    return SectionView(
        path=path,
        label=_section_label(sheet, head, asks),
        hint=sheet.text(head.hint) if head.kind == "group" else "",
        hidden=head.kind in CONTAINERS and sheet.hidden(head),
        blocks=blocks,
        missing=sum(node.path in sheet.missing for node in nodes),
        hard=sum(it.severity == "hard" for it in found),
        soft=sum(it.severity == "soft" for it in found),
        touched=any(sheet.answers.get(node.path) for node in nodes if node.calculate is None),
        asks=asks,
    )


def _section_label(sheet: Sheet, head: Node, asks: bool) -> str:
    if head.kind in CONTAINERS:
        return sheet.text(head.label)
    return sheet.words["general" if asks else "about"]


def _blocks(sheet: Sheet, nodes: Sequence[Node]) -> tuple[Block, ...]:
    return tuple(_block(sheet, node) for node in nodes if node.kind not in ("calculate", "hidden"))


def _block(sheet: Sheet, node: Node) -> Block:
    if node.kind == "table":
        return _table(sheet, node)
    if node.kind == "group":
        inner = _blocks(sheet, sheet.members[node.path])
        return GroupView(node.path, sheet.text(node.label), sheet.text(node.hint), sheet.hidden(node), inner)
    if node.kind == "note":
        return NoteView(node.path, sheet.text(node.label), sheet.hidden(node))
    return field_view(sheet, node)


def _table(sheet: Sheet, node: Node) -> TableView:
    columns = tuple(_column(sheet, column, node) for column in node.columns or ())
    rows = tuple(_row(sheet, row, columns) for row in sheet.members[node.path] if row.kind == "row")
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
    cells = {cell.name: cell for cell in sheet.members[row.path] if cell.kind == "cell"}
    ending = f"{row.name}_{column.name}"
    cell = cells.get(ending) or next((it for name, it in cells.items() if name.endswith(f"_{ending}")), None)
    return field_view(sheet, cell, column.name) if cell else None


def _indent(node: Node) -> int:
    """Depth of a "trong đó" line, from the appearance word `x-indent-1` to `x-indent-3`."""
    return next((int(word[-1]) for word in node.appearance if word.startswith("x-indent-")), 0)
