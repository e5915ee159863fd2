"""Points of a body from its parts: conversion of answers, weights of groups, what is held back, what is refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dieutra.engine.refusals import Invalid
from dieutra.engine.stats.criteria import Source
from dieutra.engine.stats.index import Points, index
from dieutra.engine.stats.rules import Summed, Unanswered, Unverified
from dieutra.engine.stats.survey import Tally, opinion
from tests.engine.stats.small import RULES, body, tally, tree

COUNTS = st.lists(st.integers(0, 40), min_size=2, max_size=7).map(tuple)
GROUPS = st.sampled_from(sorted(RULES.weights))


def score(*tallies: Tally) -> Fraction | None:
    return opinion(tallies, RULES).score


def test_level_k_of_m_scores_k_less_one_of_m_less_one() -> None:
    for levels in range(2, 8):
        for level in range(levels):
            counts = tuple(int(at == level) for at in range(levels))
            assert score(Tally("1.1.2", "so", counts)) == Fraction(level, levels - 1)


def test_the_mean_is_over_valid_answers_and_unknown_stays_out_of_the_base() -> None:
    found = opinion([tally("1.1.2", "so", 1, 0, 0, 0, 2, unknown=997)], RULES)
    assert found.score == Fraction(2, 3)
    assert [(one.valid, one.unknown) for one in found.groups if one.group == "so"] == [(3, 997)]


def test_groups_are_weighed_not_heads() -> None:
    many, few, one = tally("x", "hdnd", 0, 1), tally("x", "so", 900, 0), tally("x", "huyen", 1, 1)
    assert score(many, few, one) == Fraction(1, 2) + Fraction(1, 8)


def test_the_weights_of_groups_that_answered_are_brought_to_one_and_it_is_said() -> None:
    found = opinion([tally("x", "so", 0, 1), tally("x", "huyen", 1, 0)], RULES)
    assert found.renormalised and found.score == Fraction(1, 2)
    assert {one.group: one.weight for one in found.groups} == {
        "hdnd": 0,
        "so": Fraction(1, 2),
        "huyen": Fraction(1, 2),
    }


def test_a_group_below_the_least_number_of_answers_does_not_count() -> None:
    rules = replace(RULES, least_answers=5)
    found = opinion([tally("x", "so", 0, 5), tally("x", "huyen", 4, 0)], rules)
    assert found.score == 1
    assert [one.score for one in found.groups] == [None, 1, None]


def test_two_questions_of_a_criterion_make_one_base() -> None:
    assert score(tally("x", "so", 0, 3), tally("x", "so", 1, 0, 0)) == Fraction(3, 4)


def test_several_questions_do_not_make_more_people() -> None:
    """Three people who answered two questions are three; five who answered one of two are five."""
    rules = replace(RULES, least_answers=5)
    few = [tally("x", "so", 0, 3), tally("x", "so", 0, 3)]
    enough = [tally("x", "huyen", 5, 0), tally("x", "huyen", 0, 1)]
    found = opinion([*few, *enough], rules)
    assert {one.group: one.score for one in found.groups} == {
        "hdnd": None, "so": None, "huyen": Fraction(1, 6),
    }  # fmt: skip


def test_answers_of_a_group_without_weight_are_refused() -> None:
    with pytest.raises(Invalid) as refused:
        score(tally("x", "phong", 1, 1))
    assert refused.value.problems[0].place == "phong"


@given(st.lists(st.tuples(GROUPS, COUNTS, st.integers(0, 9)), max_size=8), st.randoms())
def test_a_score_lies_between_nothing_and_all_and_no_order_matters(
    rows: list[tuple[str, tuple[int, ...], int]], chance: object
) -> None:
    tallies = [Tally("x", group, counts, unknown) for group, counts, unknown in rows]
    shuffled = tallies[:]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    found = score(*tallies)
    assert found == score(*shuffled)
    assert (found is None) == (sum(t.valid for t in tallies) == 0)
    assert found is None or (0 <= found <= 1 and type(found) is Fraction)


@given(st.lists(st.tuples(GROUPS, COUNTS), min_size=1, max_size=6), st.data())
def test_a_better_answer_never_makes_a_worse_score(
    rows: list[tuple[str, tuple[int, ...]]], data: st.DataObject
) -> None:
    tallies = [Tally("x", group, counts) for group, counts in rows if sum(counts)]
    movable = [(at, k) for at, t in enumerate(tallies) for k, n in enumerate(t.counts[:-1]) if n]
    if not movable:
        return
    at, level = data.draw(st.sampled_from(movable))
    counts = list(tallies[at].counts)
    counts[level], counts[level + 1] = counts[level] - 1, counts[level + 1] + 1
    better = [*tallies[:at], replace(tallies[at], counts=tuple(counts)), *tallies[at + 1 :]]
    assert (score(*better) or 0) > (score(*tallies) or 0)


def test_an_index_is_verified_points_and_survey_points() -> None:
    given_points = {
        "1.1.1": Points(Decimal("2.5"), Decimal(2)),
        "1.2": Points(Decimal(2), Decimal(2)),
        "2.1.1": Points(Decimal(1)),
    }
    tallies = [tally("1.1.2", "hdnd", 0, 0, 1), tally("2.1.2", "so", 1, 2)]
    found = index(tree(), RULES, body(points=given_points, tallies=tallies))
    assert found.domains == {"1": Fraction("5.5"), "2": 1 + Fraction(5, 3)}
    assert (found.exact, found.points, found.band) == (Fraction(49, 6), Decimal("8.17"), "B")
    assert found.part(Source.SURVEY) == Fraction(3, 2) + Fraction(5, 3)
    assert [code for code, leaf in found.leaves.items() if leaf.unverified] == ["2.1.1"]


@pytest.mark.parametrize(
    ("rule", "points", "lacking"),
    [
        (Unverified.SELF, "10.00", ()),
        (Unverified.ZERO, "4.00", ()),
        (Unverified.WITHHOLD, None, ("1.1.1", "1.2", "2.1.1")),
    ],
)
def test_what_is_not_verified_counts_as_the_rules_say(
    rule: Unverified, points: str | None, lacking: tuple[str, ...]
) -> None:
    found = index(tree(), replace(RULES, unverified=rule), body())
    assert found.points == (None if points is None else Decimal(points))
    assert found.lacking == lacking


def test_a_leaf_without_any_points_holds_the_index_back_and_is_named() -> None:
    found = index(tree(), RULES, body(points={}, tallies=[tally("1.1.2")]))
    assert (found.exact, found.points, found.band) == (None, None, "")
    assert found.lacking == ("1.1.1", "1.2", "2.1.1", "2.1.2")
    zero = replace(RULES, unanswered=Unanswered.ZERO, unverified=Unverified.ZERO)
    assert index(tree(), zero, body(points={}, tallies=[tally("1.1.2")])).points == Decimal("1.50")


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ({"1.1.1": Points(Decimal("2.51"))}, "điểm 2,51 nằm ngoài khoảng 0 đến 2,5"),
        ({"1.1.1": Points(Decimal(1), Decimal("-0.5"))}, "điểm -0,5 nằm ngoài khoảng 0 đến 2,5"),
        ({"1.1.2": Points(Decimal(1))}, "1.1.2 không phải mục tự chấm điểm"),
        ({"1.1": Points(Decimal(1))}, "1.1 không phải mục tự chấm điểm"),
        ({"9.9": Points(Decimal(1))}, "9.9 không phải mục tự chấm điểm"),
    ],
)
def test_points_that_cannot_be_are_refused(points: dict[str, Points], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        index(tree(), RULES, body(points=points))
    assert said in refused.value.problems[0].message


def test_answers_to_what_is_not_asked_are_refused() -> None:
    with pytest.raises(Invalid) as refused:
        index(tree(), RULES, body(tallies=[tally("1.2"), tally("1.2")]))
    assert [problem.place for problem in refused.value.problems] == ["1.2"]


@given(st.lists(COUNTS.filter(any), min_size=2, max_size=2))
def test_rounding_before_the_sum_moves_an_index_by_half_a_hundredth_per_part_at_most(
    answers: list[tuple[int, ...]],
) -> None:
    given_body = body(tallies=[tally("1.1.2", "so", *answers[0]), tally("2.1.2", "so", *answers[1])])
    exact, domains, leaves = (
        index(tree(), replace(RULES, summed=summed), given_body).points for summed in Summed
    )
    assert exact is not None and domains is not None and leaves is not None
    assert abs(exact - domains) <= Decimal("0.015") and abs(exact - leaves) <= Decimal("0.015")
