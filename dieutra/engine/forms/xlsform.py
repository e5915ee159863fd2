"""Reads a questionnaire: workbook → our sheets expanded → pyxform → XForm → Form.

All that an author got wrong is reported at once in a FormError, in Vietnamese, with sheet, row and column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from dieutra.engine.forms.authoring import (
    ROOT,
    Outline,
    check_prose,
    check_survey,
    read_choices,
    read_outline,
    unknown_columns,
)
from dieutra.engine.forms.checks_sheet import read_checks, translated
from dieutra.engine.forms.errors import FormError, FormProblem, Problems
from dieutra.engine.forms.form import Check, Column, Form, Label
from dieutra.engine.forms.order import Cycle, in_order
from dieutra.engine.forms.tables import NAMESPACE, TYPES, Table, expand_checks, expand_tables
from dieutra.engine.forms.workbook import Row, Workbook, read_workbook, unreadable
from dieutra.engine.forms.xform import Extras, XForm
from dieutra.engine.lang import ExpressionError

SETTINGS = ("form_id", "version", "form_title", "default_language", "namespaces", "style", "instance_name")


@dataclass(frozen=True)
class Loaded:
    """A form, the XForm for ODK Collect that it was read from, and warnings for the author."""

    form: Form
    xform_xml: str
    warnings: tuple[str, ...]


def load_xlsform(source: Path | bytes) -> Form:
    """The form in an .xlsx workbook. Raises FormError with every mistake found."""
    return load(source).form


def load(source: Path | bytes) -> Loaded:
    """The form, its XForm and warnings. Raises FormError with every mistake found."""
    return load_workbook(read_workbook(source))


def load_workbook(book: Workbook) -> Loaded:
    """The same from sheets that are already open (see workbook.from_grids)."""
    problems = Problems()
    settings = _settings(book, problems)
    if not book.get("survey"):
        problems.add("Thiếu sheet survey, hoặc sheet không có câu hỏi nào", "survey")
        problems.raise_if_any()
    tables = expand_tables(book, problems)
    outline = read_outline(tables.survey, problems)
    lists = read_choices(book.get("choices", []), problems)
    survey = check_survey(tables.survey, outline, lists, problems)
    for row in book.get("choices", []):
        for column, text in row.starting("label").items():
            check_prose(text, outline, row, column, problems)
    checks = read_checks(expand_checks(book, tables.by_name, problems), outline, problems)
    problems.raise_if_any()
    xml, warnings = _to_xform(survey, book.get("choices", []), settings)
    form = _form(xml, outline, tables.by_name, checks, settings, book)
    _refuse_cycles(form, outline)
    unknown = [
        f"Không dùng đến cột “{column}” của sheet survey" for column in unknown_columns(book["survey"])
    ]
    return Loaded(form, xml, (*unknown, *warnings))


def _settings(book: Workbook, problems: Problems) -> Row:
    rows = book.get("settings", [])
    if not rows:
        problems.add("Thiếu sheet settings với form_title, form_id và version", "settings")
        return Row("settings", 2, {})
    for column, meaning in (("form_title", "tên phiếu"), ("form_id", "mã phiếu"), ("version", "phiên bản")):
        if not rows[0].get(column) and not (column == "form_title" and rows[0].starting(column)):
            rows[0].blame(problems, column, f"Thiếu {meaning}")
    return rows[0]


# --- through pyxform


def _to_xform(survey: list[Row], choices: list[Row], settings: Row) -> tuple[str, list[str]]:
    own = {key: text for key in SETTINGS if (text := settings.get(key))}
    own.setdefault("form_title", next(iter(translated(settings, "form_title").values()), ROOT))
    has_codes = any(column.startswith("bind::dt:") for row in survey for column in row.cells)
    if has_codes and NAMESPACE not in own.get("namespaces", ""):
        own["namespaces"] = f"{own.get('namespaces', '')} {NAMESPACE}".strip()
    book = (
        _sheet("survey", survey) | _sheet("choices", choices) | _sheet("settings", [Row("settings", 2, own)])
    )
    warnings: list[str] = []
    try:
        result = convert(book, warnings=warnings, form_name=ROOT)
    except PyXFormError as problem:
        raise _as_form_error(str(problem), survey) from problem
    except Exception as problem:  # pyxform trips over some forms with a KeyError and the like
        raise _as_form_error(f"{type(problem).__name__}: {problem}", survey) from problem
    return result.xform, [warning for warning in warnings if "missing the" not in warning]


def _sheet(name: str, rows: list[Row]) -> dict[str, Any]:
    if not rows:
        return {}
    headers = {column: None for row in rows for column in row.cells}
    return {name: [dict(row.cells) for row in rows], f"{name}_header": [headers]}


def _as_form_error(message: str, survey: list[Row]) -> FormError:
    """pyxform counts the rows that it was given, the author counts those that he wrote."""
    found = re.search(r"\[row : (\d+)\]", message)
    index = int(found[1]) - 2 if found and "choices" not in message else -1
    if 0 <= index < len(survey):
        row = survey[index]
        place = f"sheet {row.sheet}, dòng {row.number}"
        return FormError([FormProblem(place, f"pyxform không nhận: {message}", row.sheet, row.number)])
    return unreadable(f"pyxform không nhận: {message}")


# --- back from the XForm


def _form(
    xml: str,
    outline: Outline,
    tables: Mapping[str, Table],
    checks: list[Check],
    settings: Row,
    book: Workbook,
) -> Form:
    extras = Extras(
        types={path: row.get("type") for path, row in outline.rows.items()},
        units={path: unit for path, row in outline.rows.items() if (unit := translated(row, "unit"))},
        columns={name: _columns(table) for name, table in tables.items()},
    )
    try:
        xform = XForm(xml, extras)
        nodes, constraints = tuple(xform.nodes()), list(xform.constraints())
    except (ExpressionError, etree.XMLSyntaxError) as problem:
        raise unreadable(f"Không đọc lại được phiếu sau khi dựng: {problem}") from problem
    return Form(
        id=settings.get("form_id"),
        version=settings.get("version"),
        title=_title(settings, xform.languages),
        languages=xform.languages,
        nodes=nodes,
        checks=(*constraints, *checks),
    )


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
