"""From what was written to a typed value, and back; says what is wrong with it, never changes it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from dieutra.engine.forms.form import Label, Node
from dieutra.engine.forms.workbook import CONTROL
from dieutra.engine.lang import EvaluationError, Value, to_number, to_text
from dieutra.engine.lang.functions import to_date
from dieutra.engine.lang.values import whole

MAX_LENGTH = 2_000
MAX_DIGITS = 15
INTEGER = re.compile(r"-?[1-9][0-9]*|0")
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
BLANK = ""


def is_blank_text(text: object) -> bool:
    """Nothing, or only spaces."""
    return text is None or (isinstance(text, str) and (text == "" or text.isspace()))


def read(node: Node, written: object) -> tuple[Value, Label | None]:
    """The typed value of a non-blank answer, and what is wrong with it.

    A malformed answer stays the text that it is, also for expressions.
    """
    if not isinstance(written, str):
        return BLANK, _said(written, "phải gửi dưới dạng chữ", "must be sent as text")
    if len(written) > MAX_LENGTH:
        limit = (
            f"dài quá {MAX_LENGTH} ký tự, hãy rút gọn",
            f"is longer than {MAX_LENGTH} characters, shorten it",
        )
        return written, _said(written, *limit)
    if CONTROL.search(written):
        return written, _said(
            written,
            "có ký tự điều khiển không in được, hãy xóa và gõ lại",
            "holds control characters, delete and retype it",
        )
    return _READERS[node.type or "string"](node, written)


def _said(written: object, vi: str, en: str) -> Label:
    text = CONTROL.sub("�", str(written))
    shown = text if len(text) <= 60 else text[:60] + "…"
    return {"vi": f"“{shown}” {vi}.", "en": f"“{shown}” {en}."}


def _integer(node: Node, written: str) -> tuple[Value, Label | None]:
    if not INTEGER.fullmatch(written):
        return written, _said(
            written,
            "không phải là số nguyên, hãy chỉ ghi chữ số, ví dụ 12",
            "is not a whole number, write digits only, for example 12",
        )
    return _number(written)


def _decimal(node: Node, written: str) -> tuple[Value, Label | None]:
    if not DECIMAL.fullmatch(written):
        return written, _said(
            written,
            "không phải là số, hãy chỉ ghi chữ số và một dấu thập phân",
            "is not a number, write digits and one decimal mark only",
        )
    return _number(written)


def _number(written: str) -> tuple[Value, Label | None]:
    if len(written.lstrip("-0.").replace(".", "")) > MAX_DIGITS:
        return written, _said(
            written,
            f"có quá {MAX_DIGITS} chữ số, hãy xem lại đơn vị tính",
            f"has more than {MAX_DIGITS} digits, check the unit of measure",
        )
    return Decimal(written), None


def _date(node: Node, written: str) -> tuple[Value, Label | None]:
    try:
        if DATE.fullmatch(written):
            return date.fromisoformat(written), None
    except ValueError:
        pass
    return written, _said(
        written,
        "không phải là một ngày có thật, hãy ghi ngày/tháng/năm",
        "is not a real date, write day/month/year",
    )


def _text(node: Node, written: str) -> tuple[Value, Label | None]:
    return written, None


def _one_choice(node: Node, written: str) -> tuple[Value, Label | None]:
    if written in {choice.value for choice in node.choices or ()}:
        return written, None
    return written, _not_offered(written)


def _choices(node: Node, written: str) -> tuple[Value, Label | None]:
    offered, picked = {choice.value for choice in node.choices or ()}, written.split()
    strange = next((word for word in picked if word not in offered), None)
    if strange is not None:
        return written, _not_offered(strange)
    if len(set(picked)) < len(picked):
        return written, _said(
            written, "có lựa chọn ghi hai lần, hãy bỏ bớt", "holds a choice twice, remove one of them"
        )
    return written, None


def _not_offered(written: str) -> Label:
    return _said(
        written,
        "không có trong các lựa chọn, hãy chọn một lựa chọn của câu hỏi",
        "is not among the choices, pick one that the question offers",
    )


_READERS = {
    "int": _integer,
    "decimal": _decimal,
    "date": _date,
    "string": _text,
    "select1": _one_choice,
    "select": _choices,
}


def as_stored(value: Value, type_: str | None) -> Value:
    """A calculated value as a node of this type holds it; what is no number or no date is blank.

    As in JavaRosa an `int` node drops the fraction.
    """
    if type_ in ("int", "decimal"):
        number = to_number(value)
        if not number.is_finite():
            return BLANK
        return whole(number) if type_ == "int" else number
    if type_ == "date":
        return _stored_date(value)
    if isinstance(value, Decimal) and not value.is_finite():
        return BLANK
    return to_text(value)


def _stored_date(value: Value) -> Value:
    try:
        day = to_date(value)
    except EvaluationError:
        return BLANK
    return day if isinstance(day, date) else BLANK
