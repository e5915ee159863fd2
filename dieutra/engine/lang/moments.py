"""Days, moments and times of day: reading, reckoning and showing them, in Vietnam's time as JavaRosa has it.

A day is a `date`, a moment a `datetime` of VIETNAM. A time of day is a moment of 1970-01-01 (JavaRosa takes the
day on which it is asked). As a number or text, a moment is its day.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.errors import EvaluationError
from dieutra.engine.lang.values import EPOCH, EXACT, VIETNAM, Value, is_blank, to_text, whole

DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
TIME = r"([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{0,9}))?)?(Z|[+-][0-9]{1,2}(?::[0-9]{2})?)?"
CLOCK = re.compile(TIME)
MOMENT = re.compile(rf"([^T]*)T{TIME}")
FORMATS = set("YymndeHhMS3%")
DAY_ONE = datetime(1970, 1, 1, tzinfo=VIETNAM)
A_DAY = timedelta(days=1)
MS_A_DAY = 86_400_000


def moment_of_text(text: str) -> datetime | None:
    """The moment that `2021-03-05T14:30:00.000+07:00` names; without a zone it is Vietnam's. None: it is none."""
    found = MOMENT.fullmatch(text)
    day = DATE.fullmatch(found[1]) if found else None
    if found is None or day is None:
        return None
    try:
        start = datetime(int(day[1]), int(day[2]), int(day[3]), tzinfo=VIETNAM)
        since = _since_midnight(found.groups()[1:])
        return None if since is None else start + since
    except (ValueError, OverflowError):
        return None


def clock_of_text(text: str) -> datetime | None:
    """The time of day that `14:30[:15[.250]][+07:00]` names, as a moment of 1970-01-01. None: it is none."""
    found = CLOCK.fullmatch(text)
    since = _since_midnight(found.groups()) if found else None
    return None if since is None else DAY_ONE + since % A_DAY


def _since_midnight(parts: tuple[str | None, ...]) -> timedelta | None:
    """From Vietnam's midnight of the day that is written; below 0 or beyond a day when the zone says so."""
    hour, minute, second = (int(part or 0) for part in parts[:3])
    if hour > 23 or minute > 59 or second > 59:
        return None
    millis = int((parts[3] or "").ljust(3, "0")[:3])
    return timedelta(hours=hour, minutes=minute, seconds=second, milliseconds=millis) + _to_vietnam(parts[4])


def _to_vietnam(zone: str | None) -> timedelta:
    if not zone:
        return timedelta(0)
    hours, _, minutes = zone.lstrip("Z+-").partition(":")
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timedelta(hours=7) + (ahead if zone[0] == "-" else -ahead)


def moment_text(value: datetime) -> str:
    """As a submission carries it: 2021-03-05T14:30:15.250+07:00."""
    at = value.astimezone(VIETNAM)
    return f"{at.year:04d}{at:-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+07:00"


def clock_text(value: datetime) -> str:
    """As a submission carries it: 14:30:15.250+07:00."""
    return moment_text(value).partition("T")[2]


def to_date(value: Value) -> Value:
    """A day from text, from days since 1970-01-01 or from a moment; blank stays blank.

    Text with a time of day gives a moment, as in JavaRosa. Raises EvaluationError.
    """
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).date()
    if isinstance(value, date) or is_blank(value):
        return value
    return _date_of_days(value) if isinstance(value, Decimal) else _read(value)


def to_moment(value: Value) -> Value:
    """A moment or a day as it is, one from text, or from days since 1970-01-01T00:00Z; blank stays blank."""
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM)
    if isinstance(value, date) or is_blank(value):
        return value
    return _moment_of_days(value) if isinstance(value, Decimal) else _read(value)


def _read(value: Value) -> date:
    text = value if isinstance(value, str) else to_text(value)
    match = DATE.fullmatch(text)
    try:
        read = date(int(match[1]), int(match[2]), int(match[3])) if match else moment_of_text(text)
    except ValueError:
        read = None
    if read is None:
        raise EvaluationError(f"“{text[:50]}” không phải là ngày (năm-tháng-ngày)")
    return read


def _date_of_days(days: Decimal) -> date:
    try:
        return date.fromordinal(EPOCH + int(whole(days)))
    except (ValueError, OverflowError):
        raise EvaluationError(f"{days} không đổi ra ngày được") from None


def _moment_of_days(days: Decimal) -> datetime:
    try:
        millis = int(whole(EXACT.multiply(days, Decimal(MS_A_DAY))))
        return DAY_ONE + timedelta(hours=7, milliseconds=millis)
    except (ValueError, OverflowError):
        raise EvaluationError(f"{days} không đổi ra ngày giờ được") from None


def date_time(value: Value) -> Value:
    """date-time(): a moment; a day is its midnight."""
    at = to_moment(value)
    return _midnight(at) if isinstance(at, date) else at


def _midnight(at: date) -> datetime:
    return at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, tzinfo=VIETNAM)


def format_date(value: Value, pattern: Value) -> str:
    at = to_moment(value)
    if not isinstance(at, date):
        return ""
    moment = _midnight(at)
    return re.sub("%(.?)", lambda match: _date_part(moment, match[1]), to_text(pattern), flags=re.DOTALL)


def _date_part(at: datetime, letter: str) -> str:
    parts = {"Y": f"{at.year:04d}", "y": f"{at.year % 100:02d}", "m": f"{at.month:02d}", "n": str(at.month)}
    parts |= {"d": f"{at.day:02d}", "e": str(at.day), "H": f"{at.hour:02d}", "h": str(at.hour), "%": "%"}
    parts |= {"M": f"{at.minute:02d}", "S": f"{at.second:02d}", "3": f"{at.microsecond // 1000:03d}"}
    if letter not in parts:
        raise EvaluationError(f"format-date() không hiểu “%{letter}”")
    return parts[letter]


def format_problem(arguments: list[Ast]) -> str | None:
    if arguments[1][0] != "str":
        return "dạng ngày phải là một đoạn chữ cố định đặt trong dấu nháy"
    unknown = [letter for letter in re.findall("%(.?)", arguments[1][1], re.DOTALL) if letter not in FORMATS]
    if unknown:
        return f"không hiểu “%{unknown[0]}”; dùng được %Y %y %m %n %d %e %H %h %M %S %3"
    return None


def decimal_date_time(value: Value) -> Value:
    """Days since 1970-01-01T00:00Z; a number is taken for such days, a day means midnight in Vietnam."""
    at = value if isinstance(value, Decimal) else to_moment(value)
    if not isinstance(at, date):
        return _counted(at)
    return EXACT.divide(Decimal(_millis(at) - 7 * 3_600_000), Decimal(MS_A_DAY))


def decimal_time(value: Value) -> Value:
    """The part of the day that has passed: 0.5 is noon."""
    at = value if isinstance(value, Decimal) else to_moment(value)
    if isinstance(at, date):
        return EXACT.divide(Decimal(_millis(at) % MS_A_DAY), Decimal(MS_A_DAY))
    days = _counted(at)
    if not isinstance(days, Decimal) or days.is_nan():
        return days
    return EXACT.subtract(days, days.to_integral_value(ROUND_FLOOR))


def _counted(days: Value) -> Value:
    """Blank, or days that a calendar has room for."""
    if isinstance(days, Decimal) and not days.is_nan():
        _moment_of_days(days)
    return days


def _millis(at: date) -> int:
    """Since 1970-01-01T00:00 in Vietnam."""
    return int((_midnight(at) - DAY_ONE) / timedelta(milliseconds=1))


def date_problem(arguments: list[Ast]) -> str | None:
    """What is wrong with a date that is written in the expression itself."""
    if arguments[0][0] != "str":
        return None
    try:
        to_moment(arguments[0][1])
    except EvaluationError as problem:
        return str(problem)
    return None


__all__ = [
    "DATE",
    "clock_of_text",
    "clock_text",
    "date_problem",
    "date_time",
    "decimal_date_time",
    "decimal_time",
    "format_date",
    "format_problem",
    "moment_of_text",
    "moment_text",
    "to_date",
    "to_moment",
]
