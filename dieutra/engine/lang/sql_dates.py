"""The functions on days, moments and times of day, in SQL; mirrors moments.py.

A moment is a double: milliseconds since 1970-01-01T00:00 in Vietnam, so its parts are plain arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from dieutra.engine.lang.errors import EvaluationError
from dieutra.engine.lang.moments import DAY_ONE, MS_A_DAY
from dieutra.engine.lang.moments import to_moment as python_moment
from dieutra.engine.lang.sql_errors import Failing, NotInSql
from dieutra.engine.lang.sql_values import FALSE, Choice, Day, Moment, Number, SqlValue, Text
from dieutra.engine.lang.sql_writer import Writer, literal
from dieutra.engine.lang.values import EPOCH

SPELT = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
CLOCK = r"([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.]([0-9]{0,9}))?)?(Z|[+-][0-9]{1,2}(?::[0-9]{2})?)?"
FIRST, LAST = date.min.toordinal() - EPOCH, date.max.toordinal() - EPOCH
A_DAY = f"{MS_A_DAY}e0"
SEVEN_HOURS = "25200000e0"
LITERAL = re.compile("'((?:[^'\\\\]|'')*)'")
NO_TEXT = Text("''")

# --- reading


def to_date(w: Writer, value: SqlValue) -> Failing:
    """A day (a moment where text has a time); blank and a number that is none stay what they are."""
    if isinstance(value, Choice):
        return _either(w, value, to_date)
    if isinstance(value, Moment):
        return Failing(Day(w.dialect.say("day_of", value.number(w))), FALSE)
    return _of_days(w, value) if isinstance(value, Number) else _at(w, value)


def to_moment(w: Writer, value: SqlValue) -> Failing:
    """A moment or a day; blank and a number that is none stay what they are."""
    if isinstance(value, Choice):
        return _either(w, value, to_moment)
    return _of_decimal_days(w, value) if isinstance(value, Number) else _at(w, value)


def _either(w: Writer, value: Choice, turn: Callable[[Writer, SqlValue], Failing]) -> Failing:
    yes, no = turn(w, value.yes), turn(w, value.no)
    test = w.short(value.test)
    fails = (
        FALSE
        if yes.fails == no.fails == FALSE
        else f"(CASE WHEN {test} THEN {yes.fails} ELSE {no.fails} END)"
    )
    return Failing(Choice(test, yes.value, no.value), fails)


def _at(w: Writer, value: SqlValue) -> Failing:
    if isinstance(value, (Day, Moment)):
        return Failing(value, FALSE)
    if not isinstance(value, Text):
        return Failing(NO_TEXT, "TRUE")
    fixed = LITERAL.fullmatch(value.sql)
    return _constant(fixed[1].replace("''", "'")) if fixed else _of_text(w, value)


def _constant(text: str) -> Failing:
    """Text that stands in the expression is read once, here."""
    try:
        at = python_moment(text)
    except EvaluationError:
        return Failing(NO_TEXT, "TRUE")
    if isinstance(at, datetime):
        return Failing(Moment(milliseconds(at)), FALSE)
    return Failing(Day(f"DATE '{at:%Y-%m-%d}'") if isinstance(at, date) else NO_TEXT, FALSE)


def milliseconds(at: datetime) -> str:
    """A moment as Moment.sql."""
    return literal(float(int((at - DAY_ONE).total_seconds() * 1000)))


def _of_text(w: Writer, value: Text) -> Failing:
    text = w.short(value.sql)
    day = w.named(_day(w, text, SPELT))
    moment = moment_of_text(w, text)
    read = Choice(f"({day} IS NOT NULL)", Day(day), Moment(moment))
    return Failing(
        Choice(f"({text} = '')", NO_TEXT, read), f"({text} <> '' AND {day} IS NULL AND {moment} IS NULL)"
    )


def _day(w: Writer, text: str, spelt: str) -> str:
    fits = f"{w.dialect.say('matches', text, w.dialect.text(spelt))} AND {text} >= '0001'"
    return f"CASE WHEN {fits} THEN {w.dialect.say('day', text)} END"


def day_of_text(w: Writer, value: Text, spelt: str) -> Failing:
    """The day that a text spells in this way; blank for the blank text."""
    text = w.short(value.sql)
    day = w.named(_day(w, text, spelt))
    return Failing(Choice(f"({text} = '')", NO_TEXT, Day(day)), f"({text} <> '' AND {day} IS NULL)")


def moment_of_text(w: Writer, text: str, day_spelt: str = SPELT, clock_spelt: str = CLOCK) -> str:
    """Moment.sql of the moment that a text spells; NULL where it spells none."""
    parts = w.dialect.text(rf"\A({day_spelt})T({clock_spelt})\z")
    day = w.named(_day(w, w.named(w.dialect.say("piece", text, parts, "1")), SPELT))
    since = _since_midnight(w, w.named(w.dialect.say("piece", text, parts, "2")))
    return _inside(w, w.named(f"{w.dialect.say('days', day)} * {A_DAY} + {since}"))


def clock_of_text(w: Writer, text: str, spelt: str = CLOCK) -> str:
    """Moment.sql of the time of day that a text spells, on 1970-01-01; NULL where it spells none."""
    since = _since_midnight(w, w.named(w.dialect.say("piece", text, w.dialect.text(rf"\A({spelt})\z"), "1")))
    return w.named(f"{since} - {_whole_days(w, since)} * {A_DAY}")


def _since_midnight(w: Writer, clock: str) -> str:
    """Milliseconds from Vietnam's midnight; NULL for what is no time."""
    pattern = w.dialect.text(rf"\A{CLOCK}\z")
    piece = [w.named(w.dialect.say("piece", clock, pattern, str(number))) for number in range(1, 6)]
    hour, minute, second = (w.named(f"coalesce({w.dialect.say('double', part)}, 0e0)") for part in piece[:3])
    millis = w.dialect.say("double", f"rpad(left({piece[3]}, 3), 3, '0')")
    signed = w.dialect.text(r"\A[+-]([0-9]+):?([0-9]*)\z")
    hours, minutes = (
        f"coalesce({w.dialect.say('double', w.dialect.say('piece', piece[4], signed, number))}, 0e0)"
        for number in "12"
    )
    ahead = w.named(f"({hours} * 60e0 + {minutes}) * 60000e0")
    east = (
        f"CASE WHEN left({piece[4]}, 1) = '-' THEN {SEVEN_HOURS} + {ahead} ELSE {SEVEN_HOURS} - {ahead} END"
    )
    zone = f"CASE WHEN {piece[4]} = '' THEN 0e0 ELSE {east} END"
    real = f"{clock} <> '' AND {hour} < 24 AND {minute} < 60 AND {second} < 60"
    sum_ = f"(({hour} * 60e0 + {minute}) * 60e0 + {second}) * 1000e0 + {millis} + {zone}"
    return w.named(f"CASE WHEN {real} THEN {sum_} END")


def _whole_days(w: Writer, at: str) -> str:
    return w.dialect.say("floor", f"{at} / {A_DAY}")


def _of_days(w: Writer, value: Number) -> Failing:
    days = w.named(w.dialect.say("cut", w.short(value.settled(w))))
    inside = f"{days} BETWEEN {FIRST} AND {LAST}"
    day = w.named(f"CASE WHEN {inside} THEN {w.dialect.say('day_of', days)} END")
    none = Number(w.dialect.say("nothing"))
    return Failing(Choice(f"({days} IS NULL)", none, Day(day)), f"({days} IS NOT NULL AND {day} IS NULL)")


def _of_decimal_days(w: Writer, value: Number) -> Failing:
    days = w.short(value.settled(w))
    since = w.named(w.settled(w.named(f"{days} * {A_DAY}")))
    at = w.named(f"{w.dialect.say('cut', since)} + {SEVEN_HOURS}")
    made = _inside(w, at)
    none = Number(w.dialect.say("nothing"))
    return Failing(
        Choice(f"({days} IS NULL)", none, Moment(made)), f"({days} IS NOT NULL AND {made} IS NULL)"
    )


def _inside(w: Writer, at: str) -> str:
    """The milliseconds where a calendar has room for them, else NULL."""
    return w.named(f"CASE WHEN {at} >= {FIRST}e0 * {A_DAY} AND {at} < {LAST + 1}e0 * {A_DAY} THEN {at} END")


def _date_time(w: Writer, value: SqlValue) -> Failing:
    read = to_moment(w, value)
    return Failing(_midnight(w, read.value), read.fails)


def _midnight(w: Writer, value: SqlValue) -> SqlValue:
    if isinstance(value, Choice):
        return Choice(value.test, _midnight(w, value.yes), _midnight(w, value.no))
    return Moment(f"({value.number(w)} * {A_DAY})") if isinstance(value, Day) else value


# --- showing


def _parts(w: Writer, day: str, since: str | None) -> dict[str, str]:
    """What each letter stands for; `since` is the milliseconds of the day, None at midnight."""
    year, month, of_month = (w.dialect.say("string", f"{part}({day})") for part in ("year", "month", "day"))
    padded = f"lpad({year}, 4, '0')"
    parts = {"Y": padded, "y": f"right({padded}, 2)", "m": f"lpad({month}, 2, '0')", "n": month}
    parts |= {"d": f"lpad({of_month}, 2, '0')", "e": of_month, "%": "'%'"}
    hour = _digits(w, since, 3_600_000, 24)
    parts |= {"h": hour, "H": f"lpad({hour}, 2, '0')"}
    parts |= {"M": f"lpad({_digits(w, since, 60_000, 60)}, 2, '0')"}
    parts |= {"S": f"lpad({_digits(w, since, 1000, 60)}, 2, '0')"}
    return parts | {"3": f"lpad({_digits(w, since, 1, 1000)}, 3, '0')"}


def _digits(w: Writer, since: str | None, unit: int, limit: int) -> str:
    if since is None:
        return "'0'"
    count = w.dialect.say("floor", f"{since} / {unit}e0")
    over = w.dialect.say("floor", f"{count} / {limit}e0")
    return w.dialect.say("string", w.dialect.say("whole", f"({count} - {over} * {limit}e0)"))


def _formatted(w: Writer, value: SqlValue, pattern: str) -> SqlValue:
    """What format-date() gives for a day or moment, or '' for what is none."""
    if isinstance(value, Choice):
        return Choice(value.test, _formatted(w, value.yes, pattern), _formatted(w, value.no, pattern))
    if not isinstance(value, (Day, Moment)):
        return NO_TEXT
    if isinstance(value, Moment):
        days = w.named(value.number(w))
        parts = _parts(w, w.named(w.dialect.say("day_of", days)), w.named(f"{value.sql} - {days} * {A_DAY}"))
    else:
        parts = _parts(w, w.short(value.sql), None)
    pieces = re.findall("%(.)|([^%]+)", pattern, re.DOTALL)
    said = [parts[letter] if letter else w.dialect.text(plain) for letter, plain in pieces]
    return Text(f"concat({', '.join(said)})" if said else "''")


def _format_date(w: Writer, value: SqlValue, pattern: SqlValue) -> SqlValue | Failing:
    if not isinstance(pattern, Text) or not re.fullmatch("'([^']|'')*'", pattern.sql):
        raise NotInSql("format-date", "dạng ngày phải cố định")
    read = to_moment(w, value)
    return Failing(_formatted(w, read.value, w.dialect.written(pattern.sql)), read.fails)


# --- counting


def _counted(
    w: Writer, value: SqlValue, number: Callable[[str], str], moment: Callable[[str], str]
) -> Failing:
    """Days: `number` of those given as a number, `moment` of milliseconds."""
    if isinstance(value, Choice):
        return _either(w, value, lambda w, each: _counted(w, each, number, moment))
    read = to_moment(w, value)
    if isinstance(value, Number):
        return Failing(Number(number(w.short(value.settled(w))), value.exact), read.fails)
    return Failing(_of_moment(w, read.value, moment), read.fails)


def _of_moment(w: Writer, value: SqlValue, moment: Callable[[str], str]) -> SqlValue:
    if isinstance(value, Choice):
        return Choice(value.test, _of_moment(w, value.yes, moment), _of_moment(w, value.no, moment))
    at = _midnight(w, value)
    return Number(moment(w.short(at.sql)), False) if isinstance(at, Moment) else value


def _decimal_date_time(w: Writer, value: SqlValue) -> Failing:
    return _counted(w, value, lambda days: days, lambda at: f"(({at} - {SEVEN_HOURS}) / {A_DAY})")


def _decimal_time(w: Writer, value: SqlValue) -> Failing:
    return _counted(
        w,
        value,
        lambda days: f"({days} - {w.dialect.say('floor', days)})",
        lambda at: f"(({at} - {_whole_days(w, at)} * {A_DAY}) / {A_DAY})",
    )


CALLS: dict[str, Callable[..., SqlValue | Failing]] = {
    "date": to_date,
    "date-time": _date_time,
    "format-date": _format_date,
    "format-date-time": _format_date,
    "decimal-date-time": _decimal_date_time,
    "decimal-time": _decimal_time,
}

__all__ = ["CALLS", "clock_of_text", "day_of_text", "milliseconds", "moment_of_text", "to_date"]
