"""Points on the earth as GPS writes them (`latitude longitude altitude accuracy`): distance, area, fence.

JavaRosa's formulas: a sphere, its law of cosines, a flat polygon. A blank point is 0 0, as there. Two points that
are the same are 0 apart here, where JavaRosa may give up to 10 cm.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from itertools import pairwise

from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.errors import EvaluationError
from dieutra.engine.lang.values import Value

RADIUS = 6_378_100.0
METRES_A_DEGREE = 2 * RADIUS * math.pi / 360.0
PART = re.compile(r"-?[0-9]+(?:\.[0-9]*)?")
Point = tuple[float, float]


def from_float(number: float) -> Decimal:
    """A computed double as a decimal of 15 significant digits."""
    return Decimal(format(number, ".15g"))


def points(values: tuple[Value, ...]) -> list[Point]:
    """Points of one line or shape (`;` between), or one of each of several values. Raises EvaluationError."""
    if len(values) == 1 and isinstance(values[0], str):
        parts = values[0].split(";")
        while len(parts) > 1 and not parts[-1].strip():
            parts.pop()
        return [point(part) for part in parts]
    return [point(value) for value in values]


def point(value: Value) -> Point:
    """Latitude and longitude; what is left out is 0. Raises EvaluationError."""
    parts = value.split() if isinstance(value, str) else ["?"]
    if len(parts) > 4 or not all(PART.fullmatch(part) for part in parts):
        raise EvaluationError(f"“{str(value)[:50]}” không phải là điểm trên bản đồ (vĩ độ kinh độ)")
    latitude, longitude, *_ = [*map(float, parts), 0.0, 0.0]
    return latitude, longitude


def distance(*values: Value) -> Decimal:
    """Metres from point to point."""
    line = points(values)
    return from_float(sum((_between(*pair) for pair in pairwise(line)), 0.0))


def _between(one: Point, other: Point) -> float:
    if one == other:
        return 0.0
    turn = math.radians(one[1] - other[1])
    a, b = math.radians(one[0]), math.radians(other[0])
    cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(turn)
    return math.acos(max(-1.0, min(1.0, cosine))) * RADIUS


def area(*values: Value) -> Decimal:
    """Square metres inside the shape."""
    shape = points(values)
    flat = [_flat(shape[0], each) for each in shape[1:]] if len(shape) > 2 else []
    twice = sum((y1 * x2 - x1 * y2) / 2 for (x1, y1), (x2, y2) in pairwise(flat))
    return from_float(abs(float(twice)))


def _flat(start: Point, each: Point) -> tuple[float, float]:
    """Metres east and north of the start."""
    east = (each[1] - start[1]) * METRES_A_DEGREE * math.cos(math.radians(each[0]))
    return east, (each[0] - start[0]) * METRES_A_DEGREE


def geofence(value: Value, shape: Value) -> bool:
    """Whether the point lies inside the shape, which ends where it began."""
    (y, x), corners, inside = point(value), points((shape,)), False
    for (y1, x1), (y2, x2) in pairwise(corners):
        if (y2 > y) != (y1 > y) and x < (x1 - x2) * (y - y2) / (y1 - y2) + x2:
            inside = not inside
    return inside


def area_problem(arguments: list[Ast]) -> str | None:
    """JavaRosa measures the answer of a question only."""
    if arguments[-1][0] in ("str", "num", "neg", "op", "call"):
        return "chỉ đo được câu trả lời của một câu hỏi về hình vẽ trên bản đồ, viết ${tên}"
    return None


__all__ = ["area", "area_problem", "distance", "from_float", "geofence", "points"]
