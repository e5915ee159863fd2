"""The columns of the frame: the names that say where a line belongs, and what a column's values look like.

The same checks serve a cell of an uploaded list and a field typed on a screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from dieutra.campaigns.kind import FrameColumn
from dieutra.engine.refusals import Problem
from dieutra.engine.text import normal_name, search_key

CODE, NAME, KIND, LEVEL = "code", "name", "kind", "level"
PROVINCE, DISTRICT, COMMUNE = "province", "district", "commune"
AREA_COLUMNS = (PROVINCE, DISTRICT, COMMUNE)
# Kept on the line itself or decided by its place; everything else of a line is freely corrected.
IDENTIFYING = frozenset({CODE, NAME, LEVEL, *AREA_COLUMNS})
LEVELS = {"tinh": 1, "huyen": 2, "xa": 3}
LEVEL_CODES = {level: code for code, level in LEVELS.items()}

UNIT_CODE = re.compile(r"[A-Za-z0-9._-]+")
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ufffe\uffff]"
)
GROUPED_NUMBER = re.compile(r"[0-9]{1,3}(?:[. \u00a0][0-9]{3})+|[0-9]{1,15}")


class Wrong(ValueError):
    """A value that its column does not take; the message is a Vietnamese sentence."""


def short(text: str) -> str:
    """A quotation that does not flood the page."""
    return text if len(text) <= 60 else text[:60] + "…"


def editable(columns: Iterable[FrameColumn]) -> tuple[FrameColumn, ...]:
    """The columns that stand in a unit's details and may be corrected by hand."""
    return tuple(column for column in columns if column.name not in IDENTIFYING)


def headers(columns: Iterable[FrameColumn]) -> dict[str, str]:
    """The words on screen for each column's name."""
    return {column.name: column.header for column in columns}


def clean(column: FrameColumn, text: str) -> str:
    """The value to keep; raises Wrong saying what the column takes."""
    if HIDDEN.search(text):
        raise Wrong("Có ký tự điều khiển không nhìn thấy được. Hãy xóa ô rồi gõ lại.")
    if "\ufffd" in text:
        raise Wrong("Chữ bị hỏng do sai bảng mã (dấu �). Hãy gõ lại.")
    text = normal_name(text)
    if not text:
        if column.required:
            raise Wrong("Bắt buộc phải có, đang để trống.")
        return ""
    if column.type == "choice":
        return _choice(column, text)
    if column.type == "integer":
        return _integer(column, text)
    if len(text) > column.max_length:
        raise Wrong(f"Dài {len(text)} ký tự, quá {column.max_length} ký tự cho phép. Hãy rút ngắn.")
    _shape(column, text)
    return text


def _shape(column: FrameColumn, text: str) -> None:
    if column.name == CODE and not UNIT_CODE.fullmatch(text):
        raise Wrong(f"“{short(text)}” có ký tự không dùng được. Mã chỉ gồm chữ không dấu, chữ số và . - _")
    if column.pattern and not re.fullmatch(column.pattern, text):
        raise Wrong(f"“{short(text)}” không đúng dạng. Hãy kiểm tra số chữ số và bỏ dấu cách, dấu chấm.")
    if column.type == "email":
        try:
            validate_email(text)
        except ValidationError:
            raise Wrong(
                f"“{short(text)}” không phải là địa chỉ thư điện tử, như vanphong@tinh.gov.vn"
            ) from None


def _choice(column: FrameColumn, text: str) -> str:
    """The code kept for a choice, given its words (in any capitals, tone marks or not) or its code."""
    if text in column.values.values():
        return text
    by_key = {search_key(words): code for words, code in column.values.items()}
    found = by_key.get(search_key(text))
    if found is None:
        raise Wrong(f"“{short(text)}” không có trong danh mục. Chọn một trong: {'; '.join(column.values)}.")
    return found


def _integer(column: FrameColumn, text: str) -> str:
    if not GROUPED_NUMBER.fullmatch(text):
        raise Wrong(f"“{short(text)}” không phải là số nguyên. Chỉ ghi chữ số, ví dụ 25 hoặc 1.250.")
    number = int(re.sub(r"\D", "", text))
    if column.min is not None and number < column.min:
        raise Wrong(f"{number} nhỏ hơn {column.min}. Hãy kiểm tra lại.")
    return str(number)


def clean_all(
    columns: Iterable[FrameColumn], texts: Mapping[str, str]
) -> tuple[dict[str, str], list[Problem]]:
    """Values by column name, and a problem at the header of each column that refuses its value."""
    values, problems = {}, []
    for column in columns:
        try:
            values[column.name] = clean(column, texts.get(column.name, ""))
        except Wrong as wrong:
            problems.append(Problem(column.header, str(wrong)))
    return values, problems


def in_words(column: FrameColumn | None, value: object) -> str:
    """A kept value as people read it: the words of a choice instead of its code."""
    text = "" if value is None else str(value)
    if column is None or column.type != "choice":
        return text
    return next((words for words, code in column.values.items() if code == text), text)
