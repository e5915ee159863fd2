"""Answers that the page asks for in several fields: a day and its time, the coordinates of a point, a month."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from dieutra.channels.web.formats import canonical_date, shown_date

POINT_PARTS = 4
RANKED = re.compile(r"([0-9]+):(.+)")


def parts_of(type_: str, raw: str) -> tuple[str, ...]:
    """What stands in each field: ("21/11/2026", "08:30") of a dateTime, latitude to accuracy of a geopoint."""
    if type_ == "time":
        return (raw[:5] if re.match(r"[0-9]{2}:[0-9]{2}", raw) else raw,)
    if type_ == "dateTime":
        day, _, time = raw.partition("T")
        return shown_date(day), parts_of("time", time)[0]
    if type_ == "geopoint":
        given = ["" if part == "?" else part for part in raw.split()[:POINT_PARTS]]
        return tuple(given + [""] * (POINT_PARTS - len(given)))
    return ()


def from_parts(type_: str, given: Sequence[str]) -> str:
    """One stored string from the fields of one question; static/dieutra/form/widgets.js says the same."""
    if type_ == "dateTime":
        day, time = (*given, "", "")[:2]
        return f"{canonical_date(day)}T{time}" if day or time else ""
    if type_ == "geopoint":
        numbers = [part.replace(",", ".") for part in given]
        while numbers and not numbers[-1]:
            numbers.pop()
        return " ".join(number or "?" for number in numbers)
    if type_ == "rank":
        places = [found for part in given if (found := RANKED.fullmatch(part))]
        return " ".join(found[2] for found in sorted(places, key=lambda found: int(found[1])))
    return given[-1] if given else ""


def canonical_short_date(text: str, appearance: Collection[str]) -> str:
    """`2026` or `11/2026` as the first day of it, where only a year or a month is asked for."""
    if "year" in appearance and re.fullmatch(r"[0-9]{4}", text):
        return f"{text}-01-01"
    month = re.fullmatch(r"([0-9]{1,2})[/.\-]([0-9]{4})", text)
    if "month-year" in appearance and month:
        return canonical_date(f"1/{month[1]}/{month[2]}")
    return canonical_date(text)


def shown_short_date(raw: str, appearance: Collection[str]) -> str:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw):
        return ""
    if "year" in appearance:
        return raw[:4]
    return f"{raw[5:7]}/{raw[:4]}" if "month-year" in appearance else ""
