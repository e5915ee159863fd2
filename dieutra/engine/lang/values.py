"""Values while they are being evaluated, and how one kind turns into another (as JavaRosa does it).

A value is text, a Decimal, a boolean, a date or a datetime (as number and text its day in Vietnam). Blank is
the empty text; arithmetic on what is no number gives NaN, which is written back as blank. Numbers are exact
decimals of 28 digits.
"""

import re
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_DOWN, ROUND_FLOOR, Context, Decimal

Value = str | Decimal | bool | date

EXACT = Context(prec=28, Emin=-323, Emax=308, traps=[])
SHOWN = Context(prec=15, traps=[])
NAN = Decimal("NaN")
ZERO = Decimal(0)
ONE = Decimal(1)
EPOCH = date(1970, 1, 1).toordinal()
NEAR = Decimal("1e-12")
NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
VIETNAM = timezone(timedelta(hours=7))


def to_number(value: Value) -> Decimal:
    """The number that a value stands for; dates count days since 1970-01-01; NaN when it stands for none."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        return _number_of_text(value)
    if isinstance(value, bool):
        return ONE if value else ZERO
    return Decimal(_day(value).toordinal() - EPOCH)


def _day(value: date) -> date:
    return value.astimezone(VIETNAM) if isinstance(value, datetime) else value


def _number_of_text(text: str) -> Decimal:
    text = text.strip(" \t\r\n")
    if text.count(",") == 1:
        text = text.replace(",", ".")
    return Decimal(text) if NUMBER.fullmatch(text) else NAN


def to_text(value: Value) -> str:
    """What string() gives: numbers without exponent, dates as YYYY-MM-DD."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    day = _day(value)
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}"


def number_text(number: Decimal) -> str:
    """Plain digits: whole numbers in full, others with at most 15 significant digits."""
    if not number.is_finite():
        return "NaN" if number.is_nan() else ("-Infinity" if number < 0 else "Infinity")
    if number != number.to_integral_value() and len(number.as_tuple().digits) > 15:
        number = SHOWN.plus(number)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def to_boolean(value: Value) -> bool:
    """False for blank text, zero and NaN."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value != ""
    if isinstance(value, Decimal):
        return not value.is_nan() and value != 0
    return True


def is_blank(value: Value) -> bool:
    """Blank text, or a number that is none."""
    return value == "" if isinstance(value, str) else isinstance(value, Decimal) and value.is_nan()


def near(a: Decimal, b: Decimal) -> bool:
    """Equal as JavaRosa has it: to within 1e-12."""
    return a == b or EXACT.abs(EXACT.subtract(a, b)) < NEAR


def equal(a: Value, b: Value) -> bool:
    """`=`: as booleans if one is a boolean, as numbers if one is a number, else as text."""
    if isinstance(a, str) and isinstance(b, str):
        return a == b
    if isinstance(a, bool) or isinstance(b, bool):
        return to_boolean(a) == to_boolean(b)
    if isinstance(a, Decimal) or isinstance(b, Decimal):
        left, right = to_number(a), to_number(b)
        return not (left.is_nan() or right.is_nan()) and near(left, right)
    return to_text(a) == to_text(b)


def less(a: Value, b: Value) -> bool:
    """`<`, always between numbers; false when one of them is none."""
    left, right = to_number(a), to_number(b)
    return not (left.is_nan() or right.is_nan()) and left < right and not near(left, right)


def whole(number: Decimal) -> Decimal:
    """Without its fraction, towards zero."""
    return number.to_integral_value(ROUND_DOWN) if number.is_finite() else number


def round_half_up(number: Decimal, places: int = 0) -> Decimal:
    """Halves go up (-2.5 becomes -2), as JavaRosa has it."""
    if not number.is_finite():
        return number
    scaled = EXACT.add(EXACT.scaleb(number, Decimal(places)), Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    return EXACT.add(EXACT.scaleb(scaled, Decimal(-places)), ZERO)
