"""distance, area and geofence in SQL: lists of latitudes and longitudes, summed from step to step; mirrors geo.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dieutra.engine.lang.dialects import SPACES
from dieutra.engine.lang.geo import METRES_A_DEGREE, RADIUS
from dieutra.engine.lang.sql_errors import Failing, any_of
from dieutra.engine.lang.sql_values import FALSE, TRUE, Number, SqlValue, Truth
from dieutra.engine.lang.sql_writer import Writer, literal

PART = "-?[0-9]+(?:[.][0-9]*)?"
SPACE = f"[{SPACES}]"
POINT = f"{SPACE}*(?:{PART}(?:{SPACE}+{PART}){{0,3}})?{SPACE}*"


@dataclass(frozen=True)
class _Line:
    """SQL of the two lists and their length, and where they are none."""

    latitudes: str
    longitudes: str
    size: str
    fails: str

    def at(self, w: Writer, place: str) -> tuple[str, str]:
        """Latitude and longitude at a place counted from 1."""
        return w.dialect.say("item", self.latitudes, place), w.dialect.say("item", self.longitudes, place)


def _line(w: Writer, values: tuple[SqlValue, ...]) -> _Line:
    texts = [w.short(value.text(w)) for value in values]
    spelt = f"{POINT}(?:;{POINT})*" if len(values) == 1 else POINT
    if len(values) == 1:
        ends = w.dialect.text(f"(?:;{SPACE}*)+$")
        texts = [w.named(w.dialect.say("replaced", texts[0], ends, "''"))]
    wrong = [f"NOT {w.dialect.say('matches', text, w.dialect.text(spelt))}" for text in texts]
    others = [value.is_kind("text", w) for value in values]
    wrong += [f"NOT {is_text}" for is_text in others if is_text != TRUE]
    whole = w.named(f"concat({', '.join(_between(texts))})")
    parts = w.named(w.dialect.say("split", whole, w.dialect.text(";")))
    first, second = (_numbers(w, parts, f"^{SPACE}*{before}({PART})") for before in ("", f"{PART}{SPACE}+"))
    return _Line(first, second, w.named(w.dialect.say("size", parts)), any_of(*wrong) or FALSE)


def _between(texts: list[str]) -> list[str]:
    return [piece for text in texts for piece in ("';'", text)][1:]


def _numbers(w: Writer, parts: str, pattern: str) -> str:
    found = w.dialect.say("double", w.dialect.say("piece", "p", w.dialect.text(pattern), "1"))
    return w.named(w.dialect.say("each", parts, "p", f"coalesce({found}, 0e0)"))


def _summed(w: Writer, steps: str, term: str) -> str:
    """The sum of `term` for i from 1 to `steps`."""
    each = w.dialect.say("each", w.dialect.say("counted", steps), "i", term)
    return w.named(f"CASE WHEN {steps} > 0 THEN {w.dialect.say('total', each)} ELSE 0e0 END")


def _distance(w: Writer, *values: SqlValue) -> Failing:
    line = _line(w, values)
    (lat1, lon1), (lat2, lon2) = line.at(w, "i"), line.at(w, "i + 1")
    a, b, turn = f"radians({lat1})", f"radians({lat2})", f"radians({lon1} - {lon2})"
    cosine = f"sin({a}) * sin({b}) + cos({a}) * cos({b}) * cos({turn})"
    metres = f"acos(least(1e0, greatest(-1e0, {cosine}))) * {literal(RADIUS)}"
    same = f"{lat1} = {lat2} AND {lon1} = {lon2}"
    total = _summed(w, f"({line.size} - 1)", f"CASE WHEN {same} THEN 0e0 ELSE {metres} END")
    return Failing(Number(w.settled(total)), line.fails)


def _area(w: Writer, *values: SqlValue) -> Failing:
    line = _line(w, values)
    start = line.at(w, "1")
    (x1, y1), (x2, y2) = (_flat(start, line.at(w, place)) for place in ("i + 1", "i + 2"))
    total = _summed(w, f"({line.size} - 2)", f"(({y1}) * ({x2}) - ({x1}) * ({y2})) / 2e0")
    return Failing(Number(w.settled(w.named(f"abs({total})"))), line.fails)


def _flat(start: tuple[str, str], each: tuple[str, str]) -> tuple[str, str]:
    """Metres east and north of the start."""
    metres = literal(METRES_A_DEGREE)
    return (
        f"({each[1]} - {start[1]}) * {metres} * cos(radians({each[0]}))",
        f"({each[0]} - {start[0]}) * {metres}",
    )


def _geofence(w: Writer, value: SqlValue, shape: SqlValue) -> Failing:
    point, line = _line(w, (value,)), _line(w, (shape,))
    y, x = (w.named(sql) for sql in point.at(w, "1"))
    (lat1, lon1), (lat2, lon2) = line.at(w, "i"), line.at(w, "i + 1")
    east = f"({lon1} - {lon2}) * ({y} - {lat2}) / ({lat1} - {lat2}) + {lon2}"
    west = f"CASE WHEN {x} < {east} THEN 1e0 ELSE 0e0 END"
    crossed = f"CASE WHEN ({lat2} > {y}) <> ({lat1} > {y}) THEN {west} ELSE 0e0 END"
    count = _summed(w, f"({line.size} - 1)", crossed)
    fails = any_of(point.fails, f"({point.size} <> 1)", line.fails)
    return Failing(Truth(f"({w.dialect.say('remainder', count, '2e0')} = 1)"), fails or FALSE)


CALLS: dict[str, Callable[..., SqlValue | Failing]] = {
    "distance": _distance,
    "area": _area,
    "geofence": _geofence,
}

__all__ = ["CALLS"]
