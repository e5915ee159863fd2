"""Functions on texts, as JavaRosa has them; a character is a code point."""

import re
from decimal import Decimal

from dieutra.engine.lang.values import Value, to_number, to_text


def concat(*values: Value) -> str:
    return "".join(map(to_text, values))


def join(separator: Value, *values: Value) -> str:
    return to_text(separator).join(map(to_text, values))


def string_length(value: Value) -> Decimal:
    return Decimal(len(to_text(value)))


def substr(value: Value, start: Value, end: Value | None = None) -> str:
    text = to_text(value)
    first = _index(start, len(text), 0)
    last = len(text) if end is None else _index(end, len(text), 0)
    return text[first:last] if first < last else ""


def _index(value: Value, length: int, otherwise: int) -> int:
    number = to_number(value)
    if number.is_nan():
        return otherwise
    index = int(max(Decimal(-length), min(Decimal(length), number)))
    return index + length if index < 0 else index


def substring_before(value: Value, mark: Value) -> str:
    head, found, _ = to_text(value).partition(to_text(mark) or "\0")
    return head if found else ""


def substring_after(value: Value, mark: Value) -> str:
    if to_text(mark) == "":
        return to_text(value)
    return to_text(value).partition(to_text(mark))[2]


def contains(value: Value, part: Value) -> bool:
    return to_text(part) in to_text(value)


def starts_with(value: Value, part: Value) -> bool:
    return to_text(value).startswith(to_text(part))


def ends_with(value: Value, part: Value) -> bool:
    return to_text(value).endswith(to_text(part))


def normalize_space(value: Value) -> str:
    return " ".join(re.split(r"[ \t\r\n]+", to_text(value))).strip(" ")


def translate(value: Value, old: Value, new: Value) -> str:
    table: dict[int, str] = {}
    replacements = to_text(new)
    for position, sign in enumerate(to_text(old)):
        table.setdefault(ord(sign), replacements[position : position + 1])
    return to_text(value).translate(table)
