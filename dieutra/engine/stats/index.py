"""The index of one body: verified points + survey points, by leaf, by domain and as one rounded figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.stats.criteria import Node, Source, Tree
from dieutra.engine.stats.exact import printed
from dieutra.engine.stats.rules import Rules, Summed, Unanswered, Unverified
from dieutra.engine.stats.survey import Opinion, Tally, by_criterion, opinion


@dataclass(frozen=True)
class Points:
    """Of one leaf: what the body gives itself, and what the centre found (None: not verified yet)."""

    own: Decimal | None
    verified: Decimal | None = None


@dataclass(frozen=True)
class Body:
    """What is known of a province or ministry before anything is computed. `ranked` is False for a special body."""

    code: str
    name: str
    points: Mapping[str, Points]
    tallies: Sequence[Tally]
    ranked: bool = True


@dataclass(frozen=True)
class Scored:
    """Points of one leaf, exact; None when it could not be scored. `unverified`: they are the body's own."""

    node: Node
    points: Fraction | None
    unverified: bool = False
    opinion: Opinion | None = None


@dataclass(frozen=True)
class Index:
    """`exact` and `points` are None while a leaf holds the index back; `lacking` are the codes of those leaves.

    `points` is rounded as the rules say and is what bands, ranks and tables go by; `exact` never is shown.
    """

    code: str
    name: str
    ranked: bool
    leaves: Mapping[str, Scored] = field(repr=False)
    domains: Mapping[str, Fraction]
    exact: Fraction | None
    points: Decimal | None
    band: str
    lacking: tuple[str, ...]

    def part(self, source: Source) -> Fraction:
        """The exact points from one source, of the leaves that could be scored."""
        return _sum(leaf.points for leaf in self.leaves.values() if leaf.node.source is source)


def index(tree: Tree, rules: Rules, body: Body) -> Index:
    """Everything of one body. Raises Invalid for points outside 0 … max, or of codes that are no leaf of the source."""
    _check(tree, body)
    tallies = by_criterion(body.tallies)
    leaves = {leaf.code: _scored(leaf, rules, body, tallies.get(leaf.code, [])) for leaf in tree.leaves}
    lacking = tuple(code for code, leaf in leaves.items() if leaf.points is None)
    domains = {domain.code: Fraction(0) for domain in tree.domains}
    for code, leaf in leaves.items():
        domains[tree.domain_of(code)] += leaf.points or 0
    exact = None if lacking else _sum(domains.values())
    points = None if exact is None else rules.rounding.of(_summed(rules, leaves, domains))
    band = "" if points is None else rules.band(points)
    return Index(body.code, body.name, body.ranked, leaves, domains, exact, points, band, lacking)


def _summed(rules: Rules, leaves: Mapping[str, Scored], domains: Mapping[str, Fraction]) -> Fraction:
    if rules.summed is Summed.LEAVES:
        return _sum(Fraction(rules.rounding.of(leaf.points or 0)) for leaf in leaves.values())
    if rules.summed is Summed.DOMAINS:
        return _sum(Fraction(rules.rounding.of(points)) for points in domains.values())
    return _sum(domains.values())


def _scored(leaf: Node, rules: Rules, body: Body, tallies: Sequence[Tally]) -> Scored:
    if leaf.source is Source.SURVEY:
        found = opinion(tallies, rules)
        score = Fraction(0) if found.score is None and rules.unanswered is Unanswered.ZERO else found.score
        return Scored(leaf, None if score is None else score * Fraction(leaf.most), opinion=found)
    given = body.points.get(leaf.code, Points(None))
    if given.verified is not None:
        return Scored(leaf, Fraction(given.verified))
    if rules.unverified is Unverified.WITHHOLD:
        return Scored(leaf, None, unverified=True)
    own = given.own if rules.unverified is Unverified.SELF else Decimal(0)
    return Scored(leaf, None if own is None else Fraction(own), unverified=True)


def _check(tree: Tree, body: Body) -> None:
    problems = []
    for code, given in body.points.items():
        leaf = tree.by_code.get(code)
        if leaf is None or leaf.source is not Source.SELF:
            problems.append(Problem(code, f"{body.name}: {code} không phải mục tự chấm điểm."))
            continue
        problems += [
            Problem(code, f"{body.name}: điểm {printed(value)} nằm ngoài khoảng 0 đến {printed(leaf.most)}.")
            for value in (given.own, given.verified)
            if value is not None and not 0 <= value <= leaf.most
        ]
    asked = {leaf.code for leaf in tree.leaves_from(Source.SURVEY)}
    problems += [
        Problem(code, f"{body.name}: {code} không phải mục lấy điểm điều tra xã hội học.")
        for code in dict.fromkeys(tally.criterion for tally in body.tallies)
        if code not in asked
    ]
    if problems:
        raise Invalid("Điểm đưa vào tính chưa đúng.", problems)


def _sum(values: Iterable[Fraction | None]) -> Fraction:
    return sum((value or Fraction(0) for value in values), Fraction(0))
