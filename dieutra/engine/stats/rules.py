"""How answers and points become an index: data of a kind, read from its `scores.toml` and checked.

Nothing here is from an official text: the published documents do not say how answers become points, so every rule is
configuration, with the defaults of this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeVar

from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.stats.criteria import Shape
from dieutra.engine.stats.exact import Mode, Rounding, decimal, number

T = TypeVar("T", bound=StrEnum)


class Summed(StrEnum):
    """What is added up to the index: exact points (rounded once, at the end), or points already rounded."""

    EXACT = "exact"
    DOMAINS = "domains"
    LEAVES = "leaves"


class Unverified(StrEnum):
    """A self-assessed point that the centre has not verified yet counts as it stands, as zero, or holds the index back."""

    SELF = "self"
    ZERO = "zero"
    WITHHOLD = "withhold"


class Unanswered(StrEnum):
    """A survey criterion without one valid answer holds the index back, or counts as zero."""

    WITHHOLD = "withhold"
    ZERO = "zero"


@dataclass(frozen=True)
class Band:
    """A name for all indices from `least` (of the whole) up to the next band."""

    name: str
    least: Decimal


@dataclass(frozen=True)
class Rules:
    """`weights` by group of respondents; a group that the rules do not name has no weight and is refused.

    `least_answers`: a group with fewer valid answers to each question of a criterion does not count for it.
    """

    weights: Mapping[str, Fraction]
    bands: tuple[Band, ...]
    rounding: Rounding = field(default_factory=Rounding)
    summed: Summed = Summed.EXACT
    unverified: Unverified = Unverified.SELF
    unanswered: Unanswered = Unanswered.WITHHOLD
    least_answers: int = 1
    swing: Fraction = Fraction(1, 10)

    def band(self, points: Decimal) -> str:
        """The band of an index as rounded: bands stand in falling order, the last reaches down to everything."""
        return next((band.name for band in self.bands if points >= band.least), self.bands[-1].name)


@dataclass(frozen=True)
class Scoring:
    """A set of bodies (provinces, ministries) with its criteria file, its shape and its rules."""

    criteria: str
    shape: Shape
    rules: Rules
    unranked: frozenset[str]


def scoring(given: Mapping[str, Any]) -> dict[str, Scoring]:
    """By name of set, from `scores.toml`. Raises Invalid with the keys that are wrong."""
    sets = given.get("sets")
    if not isinstance(sets, Mapping) or not sets:
        raise Invalid(
            "Quy tắc tính điểm chưa đúng.",
            [Problem("sets", "Cần ít nhất một nhóm cơ quan, thí dụ [sets.tinh].")],
        )
    return {str(name): _scoring(given, one, f"sets.{name}") for name, one in sets.items()}


def _scoring(given: Mapping[str, Any], one: object, place: str) -> Scoring:
    table = _table(one, place)
    criteria = table.get("criteria")
    if not isinstance(criteria, str) or "/" in criteria or not criteria.endswith(".csv"):
        raise _wrong(f"{place}.criteria", "Hãy ghi tên tệp .csv trong thư mục kiểu điều tra.")
    return Scoring(
        criteria,
        _shape(_table(table.get("shape"), f"{place}.shape"), f"{place}.shape"),
        _rules(given, table, place),
        frozenset(map(str, table.get("unranked", ()))),
    )


def _shape(table: Mapping[str, Any], place: str) -> Shape:
    domains, criteria, components = (
        _whole(table, name, place) for name in ("domains", "criteria", "components")
    )
    points, survey = (_decimal(table.get(name), f"{place}.{name}") for name in ("points", "survey"))
    return Shape(domains, criteria, components, points, survey)


def _rules(given: Mapping[str, Any], one: Mapping[str, Any], place: str) -> Rules:
    rounding = _table(given.get("rounding", {}), "rounding")
    points, survey = _table(given.get("points", {}), "points"), _table(given.get("survey", {}), "survey")
    rank = _table(given.get("sensitivity", {}), "sensitivity")
    return Rules(
        weights=_weights(one.get("weights"), f"{place}.weights"),
        bands=_bands(given.get("band")),
        rounding=Rounding(
            _whole(rounding, "places", "rounding", 2),
            _choice(Mode, rounding, "mode", "rounding", Mode.HALF_UP),
        ),
        summed=_choice(Summed, rounding, "sum", "rounding", Summed.EXACT),
        unverified=_choice(Unverified, points, "unverified", "points", Unverified.SELF),
        unanswered=_choice(Unanswered, survey, "unanswered", "survey", Unanswered.WITHHOLD),
        least_answers=_whole(survey, "least_answers", "survey", 1),
        swing=_swing(rank.get("swing", "0.1")),
    )


def _weights(given: object, place: str) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for group, text in _table(given, place).items():
        weight = number(text) if isinstance(text, str) else None
        if weight is None or weight <= 0:
            raise _wrong(f"{place}.{group}", 'Trọng số là số lớn hơn 0, ghi trong ngoặc kép, thí dụ "0.25".')
        found[str(group)] = weight
    if not found:
        raise _wrong(place, "Cần trọng số của ít nhất một nhóm đối tượng.")
    return found


def _bands(given: object) -> tuple[Band, ...]:
    rows = given if isinstance(given, list) else []
    bands = tuple(
        Band(
            str(_table(row, "band").get("name", "")), _decimal(_table(row, "band").get("least"), "band.least")
        )
        for row in rows
    )
    falling = all(upper.least > lower.least for upper, lower in pairwise(bands))
    if not bands or not falling or not all(band.name for band in bands) or bands[-1].least != 0:
        raise _wrong("band", "Các nhóm xếp từ cao xuống thấp, có tên, nhóm cuối bắt đầu từ 0.")
    return bands


def _swing(given: object) -> Fraction:
    swing = number(given) if isinstance(given, str) else None
    if swing is None or not 0 < swing < 1:
        raise _wrong("sensitivity.swing", 'Hãy ghi một số giữa 0 và 1 trong ngoặc kép, thí dụ "0.1".')
    return swing


def _table(given: object, place: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise _wrong(place, "Thiếu bảng này.")
    return given


def _whole(table: Mapping[str, Any], name: str, place: str, default: int | None = None) -> int:
    value = table.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(f"{place}.{name}", "Hãy ghi một số nguyên không âm.")
    return value


def _decimal(given: object, place: str) -> Decimal:
    value = decimal(given) if isinstance(given, str) else None
    if value is None or value < 0:
        raise _wrong(place, 'Hãy ghi một số không âm trong ngoặc kép, thí dụ "90".')
    return value


def _choice(kind: type[T], table: Mapping[str, Any], name: str, place: str, default: T) -> T:
    value = table.get(name, default)
    if value not in list(kind):
        raise _wrong(f"{place}.{name}", f"Hãy chọn một trong: {', '.join(kind)}.")
    return kind(value)


def _wrong(place: str, message: str) -> Invalid:
    return Invalid("Quy tắc tính điểm chưa đúng.", [Problem(place, message)])
