"""Answers → points of one criterion: level k of m scores (k−1)/(m−1), means within groups, weights between groups.

“Không biết” and “không trả lời” are counted and stay out of the base. A group of which too few people gave a valid
answer does not count for the criterion; several questions do not make more people of them. The weights of the others are
divided by their sum, and the result says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.stats.rules import Rules


@dataclass(frozen=True)
class Tally:
    """Answers of one group to one question of a criterion: `counts[k-1]` chose level k of `len(counts)`."""

    criterion: str
    group: str
    counts: tuple[int, ...]
    unknown: int = 0

    def __post_init__(self) -> None:
        if len(self.counts) < 2 or min((*self.counts, self.unknown)) < 0:
            raise ValueError(self)

    @property
    def valid(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class GroupScore:
    """`score` 0 to 1, None when the group does not count; `weight` as used, after the division by the sum."""

    group: str
    valid: int
    unknown: int
    score: Fraction | None
    weight: Fraction


@dataclass(frozen=True)
class Opinion:
    """`score` 0 to 1, None without any group that counts. `renormalised`: the weights are not those of the rules."""

    score: Fraction | None
    groups: tuple[GroupScore, ...]
    renormalised: bool

    @property
    def valid(self) -> int:
        return sum(group.valid for group in self.groups)


def opinion(tallies: Iterable[Tally], rules: Rules) -> Opinion:
    """The score of one criterion. Several questions of a group are one base of answers. Raises Invalid."""
    by_group: dict[str, list[Tally]] = {group: [] for group in rules.weights}
    for tally in tallies:
        if tally.group not in by_group:
            raise Invalid(
                "Có câu trả lời của nhóm không có trọng số.",
                [
                    Problem(
                        tally.group, f"Tiêu chí {tally.criterion}: hãy thêm nhóm {tally.group} vào trọng số."
                    )
                ],
            )
        by_group[tally.group].append(tally)
    scores = {group: _score(rows, rules.least_answers) for group, rows in by_group.items()}
    answered = {group: rules.weights[group] for group, score in scores.items() if score is not None}
    whole = sum(answered.values(), Fraction(0))
    weights = {group: weight / whole for group, weight in answered.items()}
    groups = tuple(
        GroupScore(
            group, sum(row.valid for row in rows), sum(row.unknown for row in rows), scores[group],
            weights.get(group, Fraction(0)),
        )
        for group, rows in by_group.items()
    )  # fmt: skip
    score = (
        sum((weights[group] * (scores[group] or 0) for group in weights), Fraction(0)) if weights else None
    )
    return Opinion(score, groups, len(answered) < len(by_group))


def by_criterion(tallies: Iterable[Tally]) -> Mapping[str, list[Tally]]:
    found: dict[str, list[Tally]] = {}
    for tally in tallies:
        found.setdefault(tally.criterion, []).append(tally)
    return found


def _score(rows: list[Tally], least: int) -> Fraction | None:
    people = max((row.valid for row in rows), default=0)  # the question that most of them answered
    if people < max(least, 1):
        return None
    valid = sum(row.valid for row in rows)
    won = sum(
        (
            Fraction(count * level, len(row.counts) - 1)
            for row in rows
            for level, count in enumerate(row.counts)
        ),
        Fraction(0),
    )
    return won / valid
