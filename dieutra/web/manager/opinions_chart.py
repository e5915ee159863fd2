"""The line of the days as numbers for an SVG: answers so far, and the even pace to the last day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dieutra.opinions.progress import DayPoint

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 220, 52, 34, 14


@dataclass(frozen=True)
class Mark:
    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """Coordinates in a box of `width` × `height`. `line`: "x,y x,y …"."""

    width: int
    height: int
    left: int
    floor: float
    right: float
    line: str
    dots: tuple[tuple[float, float], ...]
    pace: tuple[float, float, float, float]
    today: float | None
    days: tuple[Mark, ...]
    steps: tuple[Mark, ...]
    points: tuple[DayPoint, ...]


def chart(points: Sequence[DayPoint], opens: date, closes: date, today: date) -> Chart | None:
    """None when there is nothing to draw yet."""
    if not points:
        return None
    first, last = min(opens, points[0].day), max(closes, points[-1].day)
    span, most = max(1, (last - first).days), max(1, *(it.among for it in points))
    right, floor = WIDTH - 12, HEIGHT - BOTTOM

    def x(day: date) -> float:
        return round(LEFT + (right - LEFT) * (day - first).days / span, 1)

    def y(number: float) -> float:
        return round(floor - (floor - TOP) * number / most, 1)

    dots = tuple((x(it.day), y(it.answered)) for it in points)
    shown = sorted({first, last, today if first <= today <= last else last})
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        floor=floor,
        right=right,
        line=" ".join(f"{a},{b}" for a, b in dots),
        dots=dots,
        pace=(x(first), y(0), x(last), y(points[-1].among)),
        today=x(today) if first <= today <= last else None,
        days=_apart([Mark(x(it), f"{it:%d/%m}") for it in shown]),
        steps=tuple(Mark(y(it), f"{it:,}".replace(",", ".")) for it in sorted({0, most // 2, most})),
        points=tuple(points),
    )


def _apart(marks: list[Mark]) -> tuple[Mark, ...]:
    """The first and the last, and what lies between them without touching."""
    middle = [it for it in marks[1:-1] if it.at - marks[0].at > 50 and marks[-1].at - it.at > 50]
    return (marks[0], *middle, *marks[1:][-1:])
