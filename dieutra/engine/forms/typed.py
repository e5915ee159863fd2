"""From what was written to a typed value, and back; says what is wrong with it, never changes it."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from dieutra.engine.forms.form import Label, Node
from dieutra.engine.forms.workbook import CONTROL
from dieutra.engine.lang import EvaluationError, Value, to_number, to_text
from dieutra.engine.lang.moments import (
    clock_of_text,
    clock_text,
    date_time,
    moment_of_text,
    moment_text,
    to_date,
)
from dieutra.engine.lang.values import whole

MAX_LENGTH = 2_000
MAX_DIGITS = 15
INTEGER = re.compile(r"-?[1-9][0-9]*|0")
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
DECIMAL_OF_POINT = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,15})?")
FILE_NAME = re.compile(r"[^/\\\x00-\x1f]{1,255}")
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
    if len(written) > MAX_LENGTH and node.type not in LONG:
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
    if node.choices is None or written in {choice.value for choice in node.choices}:
        return written, None
    return written, _not_offered(written)


def _choices(node: Node, written: str) -> tuple[Value, Label | None]:
    offered, picked = {choice.value for choice in node.choices or ()}, written.split()
    strange = next((word for word in picked if word not in offered), None)
    if strange is not None and node.choices is not None:
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


def _rank(node: Node, written: str) -> tuple[Value, Label | None]:
    value, problem = _choices(node, written)
    if problem is None and node.choices and len(written.split()) < len(node.choices):
        return written, _said(
            written, "chưa xếp hạng hết các lựa chọn, hãy xếp đủ", "does not rank every choice, rank them all"
        )
    return value, problem


def _time(node: Node, written: str) -> tuple[Value, Label | None]:
    if _is_time(written) and (clock := clock_of_text(written)) is not None:
        return clock, None
    return written, _said(
        written, "không phải là giờ có thật, hãy ghi giờ:phút, ví dụ 08:30", "is no time, write hours:minutes"
    )


def _date_time(node: Node, written: str) -> tuple[Value, Label | None]:
    day, _, clock = written.partition("T")
    at = moment_of_text(written) if DATE.fullmatch(day) and _is_time(clock) else None
    if at is not None:
        return at, None
    return written, _said(
        written,
        "không phải là ngày và giờ có thật, hãy ghi ngày/tháng/năm giờ:phút",
        "is no real date and time, write day/month/year hours:minutes",
    )


def _is_time(written: str) -> bool:
    found = TIME.fullmatch(written)
    return found is not None and int(found[1]) < 24 and int(found[2]) < 60 and int(found[3] or 0) < 60


def _point(node: Node, written: str) -> tuple[Value, Label | None]:
    if _is_point(written):
        return written, None
    return written, _said(
        written,
        "không phải là tọa độ, hãy ghi vĩ độ (-90 đến 90) rồi kinh độ (-180 đến 180), ví dụ 21.0285 105.8542",
        "is no position, write latitude then longitude, for example 21.0285 105.8542",
    )


def _points(node: Node, written: str) -> tuple[Value, Label | None]:
    points = [part.strip() for part in written.split(";") if part.strip()]
    closed = node.type != "geoshape" or (len(points) > 3 and points[0].split()[:2] == points[-1].split()[:2])
    if len(points) > 1 and all(map(_is_point, points)) and closed:
        return written, None
    return written, _said(written, "không phải là một đường các tọa độ", "is no line of positions")


def _is_point(written: str) -> bool:
    parts = written.split()
    if not 2 <= len(parts) <= 4 or not all(DECIMAL_OF_POINT.fullmatch(part) for part in parts):
        return False
    return abs(float(parts[0])) <= 90 and abs(float(parts[1])) <= 180


def _file(node: Node, written: str) -> tuple[Value, Label | None]:
    if FILE_NAME.fullmatch(written):
        return written, None
    return written, _said(
        written, "không phải là tên một tệp đính kèm", "is not the name of an attached file"
    )


def _acknowledged(node: Node, written: str) -> tuple[Value, Label | None]:
    if written == "OK":
        return written, None
    return written, _said(
        written, "không dùng được, câu này chỉ nhận OK", "cannot be used, this takes only OK"
    )


_READERS = {
    "int": _integer,
    "decimal": _decimal,
    "date": _date,
    "time": _time,
    "dateTime": _date_time,
    "string": _text,
    "barcode": _text,
    "select1": _one_choice,
    "select": _choices,
    "rank": _rank,
    "geopoint": _point,
    "geotrace": _points,
    "geoshape": _points,
    "binary": _file,
    "acknowledge": _acknowledged,
}
LONG = frozenset({"geotrace", "geoshape"})


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
    if type_ in ("dateTime", "time"):
        return _stored_moment(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal) and not value.is_finite():
        return BLANK
    return to_text(value)


def _stored_moment(value: Value) -> Value:
    try:
        at = date_time(value)
    except EvaluationError:
        return BLANK
    return at if isinstance(at, datetime) else BLANK


def _stored_date(value: Value) -> Value:
    try:
        day = to_date(value)
    except EvaluationError:
        return BLANK
    return day if isinstance(day, date) else BLANK


def stored_text(value: Value, type_: str | None) -> str:
    """A value as a response keeps it at a node of this type; a boolean is `1` or `0`, as in JavaRosa."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime) and type_ in ("dateTime", "time"):
        return moment_text(value) if type_ == "dateTime" else clock_text(value)
    return to_text(value)
