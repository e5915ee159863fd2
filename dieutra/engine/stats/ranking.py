"""Ranks of many bodies, how firm they are, and what changed since another year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from dieutra.engine.stats.criteria import Tree
from dieutra.engine.stats.exact import Rounding
from dieutra.engine.stats.index import Index
from dieutra.engine.stats.rules import Rules
from dieutra.engine.text import sort_key_vi


@dataclass(frozen=True)
class Standing:
    """`rank` is None for a special body and for one whose index is held back; `tied` when others have the same rank."""

    rank: int | None
    tied: bool
    index: Index


@dataclass(frozen=True)
class Firmness:
    """Ranks of a body over all scenarios; `kept` is the share of scenarios in which its rank stays."""

    code: str
    rank: int
    best: int
    worst: int
    kept: Fraction
    scenarios: int


@dataclass(frozen=True)
class Former:
    """A body as it was published for another year. `rank` None: it was not ranked; domains may be lacking."""

    points: Decimal
    rank: int | None = None
    domains: Mapping[str, Decimal] | None = None


@dataclass(frozen=True)
class Change:
    """Now minus then; None where one of both is unknown. `up` is how many ranks a body rose (fell, if negative)."""

    code: str
    points: Decimal | None
    up: int | None
    domains: Mapping[str, Decimal]


def ranked(indices: Iterable[Index]) -> list[Standing]:
    """Best first, by rounded points; equal points share a rank and the next is skipped (1, 2, 2, 4).

    Inside a tie the order is that of Vietnamese names, then of codes; whoever has no rank stands at the end.
    """
    ordered = sorted(indices, key=lambda one: (one.points is None, not one.ranked, *_order(one)))
    places = ranks({one.code: one.points for one in ordered if one.ranked and one.points is not None})
    sharing = Counter(places.values())
    return [
        Standing(rank := places.get(one.code), rank is not None and sharing[rank] > 1, one) for one in ordered
    ]


def ranks(points: Mapping[str, Decimal]) -> dict[str, int]:
    """Competition ranks: one more than the number of better ones."""
    better: dict[Decimal, int] = {}
    for place, value in enumerate(sorted(points.values(), reverse=True), start=1):
        better.setdefault(value, place)
    return {code: better[value] for code, value in points.items()}


def mean(indices: Iterable[Index], rounding: Rounding) -> Decimal | None:
    """The mean of the rounded indices of those who are ranked, rounded once more; None without any."""
    points = [one.points for one in indices if one.ranked and one.points is not None]
    return rounding.of(sum(map(Fraction, points), Fraction(0)) / len(points)) if points else None


def firmness(tree: Tree, rules: Rules, indices: Sequence[Index]) -> list[Firmness]:
    """Each domain's weight once larger and once smaller by `rules.swing`, all weights brought back to the same whole.

    A domain's score is the share of its points that was reached; a scenario's index is rounded like the index itself.
    Bodies without a rank are left out. The base weights are no scenario.
    """
    whole = {domain.code: Fraction(domain.most) for domain in tree.domains}
    asked = [one for one in indices if one.ranked and one.points is not None]
    base = ranks({one.code: one.points for one in asked if one.points is not None})
    seen: dict[str, list[int]] = {code: [] for code in base}
    for weights in _scenarios(whole, rules.swing):
        for code, rank in ranks({one.code: _under(one, whole, weights, rules) for one in asked}).items():
            seen[code].append(rank)
    return [
        Firmness(
            code,
            base[code],
            min(found),
            max(found),
            Fraction(found.count(base[code]), len(found)),
            len(found),
        )
        for code, found in seen.items()
    ]


def compared(now: Iterable[Standing], then: Mapping[str, Former], rounding: Rounding) -> list[Change]:
    """In the order of `now`. Only bodies of `now`: a body that is no more has nothing to compare."""
    return [_change(standing, then.get(standing.index.code), rounding) for standing in now]


def _change(standing: Standing, former: Former | None, rounding: Rounding) -> Change:
    one = standing.index
    if former is None or one.points is None:
        return Change(one.code, None, None, {})
    up = None if former.rank is None or standing.rank is None else former.rank - standing.rank
    domains = {
        code: rounding.of(points) - (former.domains or {})[code]
        for code, points in one.domains.items()
        if code in (former.domains or {})
    }
    return Change(one.code, one.points - former.points, up, domains)


def _scenarios(whole: Mapping[str, Fraction], swing: Fraction) -> Iterable[Mapping[str, Fraction]]:
    total = sum(whole.values(), Fraction(0))
    for moved in whole:
        for factor in (1 + swing, 1 - swing):
            weights = {code: weight * (factor if code == moved else 1) for code, weight in whole.items()}
            back = total / sum(weights.values(), Fraction(0))
            yield {code: weight * back for code, weight in weights.items()}


def _under(
    one: Index, whole: Mapping[str, Fraction], weights: Mapping[str, Fraction], rules: Rules
) -> Decimal:
    return rules.rounding.of(
        sum((weights[code] * one.domains[code] / whole[code] for code in whole), Fraction(0))
    )


def _order(one: Index) -> tuple[Decimal, str, str]:
    return -(one.points or Decimal(0)), sort_key_vi(one.name), one.code
