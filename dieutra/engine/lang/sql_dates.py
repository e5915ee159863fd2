"""The functions on dates, in SQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from dieutra.engine.lang.functions import format_date
from dieutra.engine.lang.sql_errors import Failing, NotInSql
from dieutra.engine.lang.sql_values import FALSE, Choice, Day, Moment, Number, SqlValue, Text
from dieutra.engine.lang.sql_writer import Writer
from dieutra.engine.lang.values import EPOCH

SPELT = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
FIRST, LAST = date.min.toordinal() - EPOCH, date.max.toordinal() - EPOCH


def to_date(w: Writer, value: SqlValue) -> Failing:
    """A date; blank and a number that is none stay what they are."""
    if isinstance(value, Choice):
        yes, no = to_date(w, value.yes), to_date(w, value.no)
        test = w.short(value.test)
        return Failing(
            Choice(test, yes.value, no.value), f"(CASE WHEN {test} THEN {yes.fails} ELSE {no.fails} END)"
        )
    if isinstance(value, (Day, Moment)):
        return Failing(value, FALSE)
    if isinstance(value, Number):
        return _of_days(w, value)
    if isinstance(value, Text):
        return day_of_text(w, value, SPELT)
    return Failing(Text("''"), "TRUE")


def day_of_text(w: Writer, value: Text, spelt: str) -> Failing:
    text = w.short(value.sql)
    fits = f"{w.dialect.say('matches', text, w.dialect.text(spelt))} AND {text} >= '0001'"
    day = w.named(f"CASE WHEN {fits} THEN {w.dialect.say('day', text)} END")
    return Failing(Choice(f"({text} = '')", Text("''"), Day(day)), f"({text} <> '' AND {day} IS NULL)")


def _of_days(w: Writer, value: Number) -> Failing:
    days = w.named(f"floor({value.settled(w)})")
    inside = f"{days} BETWEEN {FIRST} AND {LAST}"
    day = w.named(f"CASE WHEN {inside} THEN {w.dialect.say('day_of', days)} END")
    none = Number(w.dialect.say("nothing"))
    return Failing(Choice(f"({days} IS NULL)", none, Day(day)), f"({days} IS NOT NULL AND {day} IS NULL)")


def _parts(w: Writer, day: str) -> dict[str, str]:
    year, month, of_month = (w.dialect.say("string", f"{part}({day})") for part in ("year", "month", "day"))
    padded = f"lpad({year}, 4, '0')"
    parts = {"Y": padded, "y": f"right({padded}, 2)", "m": f"lpad({month}, 2, '0')", "n": month}
    parts |= {"d": f"lpad({of_month}, 2, '0')", "e": of_month, "H": "'00'", "h": "'0'"}
    return parts | {"M": "'00'", "S": "'00'", "3": "'000'", "%": "'%'"}


def _formatted(w: Writer, value: SqlValue, pattern: str) -> SqlValue:
    """What format-date() gives for a date, or '' for what is none."""
    if isinstance(value, Choice):
        return Choice(value.test, _formatted(w, value.yes, pattern), _formatted(w, value.no, pattern))
    if isinstance(value, Moment):
        return Text(w.dialect.text(format_date(value.at, pattern)))
    if not isinstance(value, Day):
        return Text("''")
    parts = _parts(w, w.short(value.sql))
    pieces = re.findall("%(.)|([^%]+)", pattern, re.DOTALL)
    said = [parts[letter] if letter else w.dialect.text(plain) for letter, plain in pieces]
    return Text(f"concat({', '.join(said)})" if said else "''")


def _format_date(w: Writer, value: SqlValue, pattern: SqlValue) -> SqlValue | Failing:
    if not isinstance(pattern, Text) or not re.fullmatch("'([^']|'')*'", pattern.sql):
        raise NotInSql("format-date", "dạng ngày phải cố định")
    day = to_date(w, value)
    return Failing(_formatted(w, day.value, pattern.sql[1:-1].replace("''", "'")), day.fails)


def _decimal(w: Writer, value: SqlValue) -> SqlValue:
    if isinstance(value, Choice):
        return Choice(value.test, _decimal(w, value.yes), _decimal(w, value.no))
    if isinstance(value, (Day, Moment)):
        return Number(f"({value.number(w)} - 7e0 / 24e0)", False)
    return value


def _decimal_date_time(w: Writer, value: SqlValue) -> Failing:
    day = to_date(w, value)
    return Failing(_decimal(w, day.value), day.fails)


CALLS: dict[str, Callable[..., SqlValue | Failing]] = {
    "date": to_date,
    "format-date": _format_date,
    "decimal-date-time": _decimal_date_time,
}

__all__ = ["CALLS", "day_of_text", "to_date"]
