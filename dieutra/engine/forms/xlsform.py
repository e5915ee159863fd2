"""Reads a questionnaire: workbook → our sheets expanded → pyxform → XForm → Form.

All that an author got wrong is reported at once in a FormError, in Vietnamese, with sheet, row and column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from dieutra.engine.forms.attached import AttachmentError
from dieutra.engine.forms.authoring import (
    Outline,
    check_prose,
    check_survey,
    read_choices,
    read_outline,
    unknown_columns,
)
from dieutra.engine.forms.channels import CHANNELS, Refusals, refusals
from dieutra.engine.forms.checks_sheet import read_checks, translated
from dieutra.engine.forms.errors import FormError, Problems
from dieutra.engine.forms.form import Check, Column, Form, Label
from dieutra.engine.forms.order import Cycle, in_order
from dieutra.engine.forms.tables import TYPES, Table, expand_checks, expand_tables
from dieutra.engine.forms.through_pyxform import to_xform
from dieutra.engine.forms.workbook import Row, Workbook, read_workbook, unreadable
from dieutra.engine.forms.xform import Extras, XForm, lists_read
from dieutra.engine.lang import ExpressionError


@dataclass(frozen=True)
class Loaded:
    """A form, the XForm for ODK Collect that it was read from, warnings for the author, and which channel
    cannot carry it for what reasons (`refused`; a channel without problems carries it)."""

    form: Form
    xform_xml: str
    warnings: tuple[str, ...]
    refused: Refusals = field(default_factory=dict)

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(name for name in CHANNELS if not self.refused.get(name))


def load_xlsform(source: Path | bytes) -> Form:
    """The form in an .xlsx workbook. Raises FormError with every mistake found."""
    return load(source).form


def load(source: Path | bytes, files: Mapping[str, bytes] | None = None, form_id: str = "") -> Loaded:
    """The form, its XForm, warnings and refusals. Raises FormError with every mistake found.

    `files` are the CSV and XML files attached to the form, by name; `form_id` is for a form that names none.
    """
    return load_workbook(read_workbook(source), files, form_id)


def load_workbook(book: Workbook, files: Mapping[str, bytes] | None = None, form_id: str = "") -> Loaded:
    """The same from sheets that are already open (see workbook.from_grids)."""
    problems = Problems()
    settings = _settings(book, form_id, problems)
    if not book.get("survey"):
        problems.add("Thiếu sheet survey, hoặc sheet không có câu hỏi nào", "survey")
        problems.raise_if_any()
    tables = expand_tables(book, problems)
    outline = read_outline(tables.survey, problems)
    lists = read_choices(book.get("choices", []), problems, settings)
    survey = check_survey(tables.survey, outline, lists, problems)
    for row in book.get("choices", []):
        for column, text in row.starting("label").items():
            check_prose(text, outline, row, column, problems)
    checks = read_checks(expand_checks(book, tables.by_name, problems), outline, problems)
    problems.raise_if_any()
    xml, warnings = to_xform(survey, book, settings)
    form, wanted = _form(xml, outline, tables.by_name, checks, settings, files or {})
    _refuse_cycles(form, outline)
    said = [f"{each.place}: {each.message}" for each in problems.warnings]
    said += [f"Không dùng đến cột “{column}” của sheet survey" for column in unknown_columns(book["survey"])]
    refused = refusals(outline, form, wanted, book.get("entities", []))
    return Loaded(form, xml, (*said, *warnings), refused)


def _settings(book: Workbook, form_id: str, problems: Problems) -> Row:
    rows = book.get("settings", [])
    if not rows and not form_id:
        problems.add("Thiếu sheet settings với form_title, form_id và version", "settings")
        return Row("settings", 2, {})
    row = rows[0] if rows else Row("settings", 2, {})
    cells = dict(row.cells)
    if not row.get("form_id"):
        if not form_id:
            row.blame(problems, "form_id", "Thiếu mã phiếu")
        cells["form_id"] = form_id
    if not row.starting("form_title"):
        row.warn(problems, "form_title", "Thiếu tên phiếu, mã phiếu được dùng thay")
        cells["form_title"] = cells["form_id"]
    if not row.get("version"):
        row.warn(problems, "version", "Thiếu phiên bản, phiếu mang phiên bản 1")
        cells["version"] = "1"
    return Row(row.sheet, row.number, cells)


# --- back from the XForm


def _form(
    xml: str,
    outline: Outline,
    tables: Mapping[str, Table],
    checks: list[Check],
    settings: Row,
    files: Mapping[str, bytes],
) -> tuple[Form, list[str]]:
    """The form, and the names of all files that it looks up in."""
    extras = Extras(
        types={path: row.get("type") for path, row in outline.rows.items()},
        units={path: unit for path, row in outline.rows.items() if (unit := translated(row, "unit"))},
        columns={name: _columns(table) for name, table in tables.items()},
    )
    try:
        xform = XForm(xml.encode(), extras, files)
        nodes, constraints = xform.nodes(), list(xform.constraints())
    except AttachmentError as problem:
        raise unreadable(str(problem)) from problem
    except (ExpressionError, etree.XMLSyntaxError) as problem:
        raise unreadable(f"Không đọc lại được phiếu sau khi dựng: {problem}") from problem
    every = [*constraints, *checks]
    form = Form(
        id=settings.get("form_id"),
        version=settings.get("version"),
        title=_title(settings, xform.languages),
        languages=xform.languages,
        nodes=nodes,
        checks=tuple(every),
        lists=lists_read(nodes, every, xform.lists),
    )
    return form, xform.files


def _columns(table: Table) -> tuple[Column, ...]:
    return tuple(
        Column(
            name,
            row.get("code") or name,
            translated(row, "label"),
            TYPES[row.get("type").lower()],
            unit or None,
        )
        for name, row in table.columns.items()
        for unit in [translated(row, "unit")]
    )


def _title(settings: Row, languages: tuple[str, ...]) -> Label:
    titles = translated(settings, "form_title")
    plain = settings.get("form_title")
    return ({languages[0] if "vi" not in languages else "vi": plain} if plain else {}) | {
        language: text for language, text in titles.items() if text != plain
    }


def _refuse_cycles(form: Form, outline: Outline) -> None:
    try:
        in_order(form)
    except Cycle as cycle:
        problems = Problems()
        names = " → ".join(path.rpartition("/")[2] for path in cycle.paths)
        path = next(p for p in cycle.paths if p in outline.rows and _has_logic(outline.rows[p]))
        column = "calculation" if outline.rows[path].get("calculation") else "relevant"
        message = f"Công thức chạy vòng tròn: {names}. Hãy bỏ một phép tính trong vòng"
        outline.rows[path].blame(problems, column, message)
        problems.raise_if_any()


def _has_logic(row: Row) -> bool:
    return bool(row.get("calculation") or row.get("relevant"))


__all__ = ["FormError", "Loaded", "load", "load_workbook", "load_xlsform"]
