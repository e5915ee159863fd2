"""Has pyxform turn expanded sheets into the XForm that ODK Collect gets."""

from __future__ import annotations

import re
from typing import Any

from pyxform.errors import PyXFormError
from pyxform.section import RepeatingSection
from pyxform.xls2xform import convert

from dieutra.engine.forms.checks_sheet import translated
from dieutra.engine.forms.errors import FormError, FormProblem
from dieutra.engine.forms.outline import ROOT
from dieutra.engine.forms.pyxform_says import in_vietnamese
from dieutra.engine.forms.tables import NAMESPACE
from dieutra.engine.forms.workbook import Row, Workbook, unreadable

# pyxform 4.5 asks “is this my repeat?” by comparing all that two repeats hold: ten seconds for 500 questions in
# nested repeats instead of half a second. What it means is identity.
RepeatingSection.__eq__ = object.__eq__
RepeatingSection.__hash__ = object.__hash__

SETTINGS = [
    "form_id",
    "version",
    "form_title",
    "default_language",
    "namespaces",
    "style",
    "instance_name",
    "submission_url",
    "public_key",
    "auto_send",
    "auto_delete",
    "allow_choice_duplicates",
    "clean_text_values",
]


def to_xform(survey: list[Row], sheets: Workbook, settings: Row) -> tuple[str, list[str]]:
    """The XForm and pyxform's warnings in Vietnamese; `sheets` gives the other sheets. Raises FormError."""
    own = {key: text for key in SETTINGS if (text := settings.get(key))}
    own.setdefault("form_title", next(iter(translated(settings, "form_title").values()), ROOT))
    has_codes = any(column.startswith("bind::dt:") for row in survey for column in row.cells)
    if has_codes and NAMESPACE not in own.get("namespaces", ""):
        own["namespaces"] = f"{own.get('namespaces', '')} {NAMESPACE}".strip()
    book = _sheet("survey", survey) | _sheet("settings", [Row("settings", 2, own)])
    for name in ("choices", "external_choices", "entities"):
        book |= _sheet(name, sheets.get(name, []))
    warnings: list[str] = []
    try:
        result = convert(book, warnings=warnings, form_name=ROOT)
    except PyXFormError as problem:
        raise _as_form_error(str(problem), survey) from problem
    except Exception as problem:  # pyxform trips over some forms with a KeyError and the like
        text = f"{type(problem).__name__}: {problem}. Thường do một lựa chọn hay nhóm thiếu nhãn; hãy thêm rồi thử lại."
        raise _as_form_error(text, survey) from problem
    # our own reading has told of labels that are missing or not translated
    told = [it for it in warnings if "missing the" not in it and "'label' value is invalid" not in it]
    return result.xform, [in_vietnamese(it, survey, sheets.get("choices", [])) for it in told]


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
