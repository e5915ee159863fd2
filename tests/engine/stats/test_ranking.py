"""Ranks with ties, how firm they are, and what changed since another year."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from dieutra.engine.stats.exact import Rounding
from dieutra.engine.stats.index import Index, Points, index
from dieutra.engine.stats.ranking import Former, compared, firmness, mean, ranked, ranks
from tests.engine.stats.small import RULES, body, tally, tree

POINTS = st.dictionaries(
    st.text("abcdef", min_size=1), st.integers(0, 30).map(lambda n: Decimal(n) / 100), max_size=20
)


def found(code: str, name: str, own: str | None, ranked: bool = True) -> Index:
    """A body with `own` of the 2 points of criterion 1.2 and all others; None: held back."""
    points = dict(body().points) | {"1.2": Points(None if own is None else Decimal(own))}
    return index(tree(), RULES, body(code, name, points=points, ranked=ranked))


def test_equal_points_share_a_rank_and_the_next_is_skipped() -> None:
    four = [
        found("4", "Đà Nẵng", "1"),
        found("3", "Dak Lak", "1.5"),
        found("2", "Đắk Nông", "1.5"),
        found("1", "An Giang", "2"),
    ]
    assert [(one.rank, one.tied, one.index.code) for one in ranked(four)] == [
        (1, False, "1"), (2, True, "3"), (2, True, "2"), (4, False, "4"),
    ]  # fmt: skip


def test_inside_a_tie_the_order_is_that_of_vietnamese_names_whatever_came_first() -> None:
    names = ["Đồng Nai", "Bình Dương", "Bạc Liêu", "Đà Nẵng", "An Giang", "Điện Biên", "Ấn Độ"]
    for order in (names, names[::-1]):
        standings = ranked(found(name, name, "1") for name in order)
        assert [one.index.name for one in standings] == [
            "An Giang", "Ấn Độ", "Bạc Liêu", "Bình Dương", "Đà Nẵng", "Điện Biên", "Đồng Nai",
        ]  # fmt: skip


def test_points_equal_when_rounded_are_a_tie_though_they_differ_inside() -> None:
    one = index(tree(), RULES, body("1", "A", tallies=[tally("1.1.2", "so", 1, 9999), tally("2.1.2")]))
    other = index(tree(), RULES, body("2", "B", tallies=[tally("1.1.2", "so", 1, 9998), tally("2.1.2")]))
    assert one.exact != other.exact
    assert [standing.rank for standing in ranked([one, other])] == [1, 1]


def test_a_special_body_and_one_held_back_stand_at_the_end_without_a_rank() -> None:
    some = [found("1", "Đặc thù", "2", ranked=False), found("2", "Chưa đủ", None), found("3", "Thường", "0")]
    assert [(one.rank, one.index.code) for one in ranked(some)] == [(1, "3"), (None, "1"), (None, "2")]


@given(POINTS)
def test_a_rank_is_one_more_than_the_number_of_better_ones(points: dict[str, Decimal]) -> None:
    for code, rank in ranks(points).items():
        assert rank == 1 + sum(other > points[code] for other in points.values())


def test_the_mean_is_of_the_printed_figures_of_the_ranked() -> None:
    some = [
        found("1", "a", "2"),
        found("2", "b", "1.01"),
        found("3", "c", "1", ranked=False),
        found("4", "d", None),
    ]
    assert mean(some, Rounding()) == Decimal("9.51")
    assert mean([], Rounding()) is None


def by_domain(code: str, first: str, second: str) -> Index:
    points = {"1.1.1": Points(Decimal(0)), "1.2": Points(Decimal(first)), "2.1.1": Points(Decimal(second))}
    return index(tree(), RULES, body(code, code, points=points))


def test_a_rank_that_hangs_on_a_weight_is_found_out() -> None:
    """Weights 6 and 4. A leads by 0,01; where the second domain weighs more, B is ahead."""
    pair = [by_domain("A", "2", "0.49"), by_domain("B", "0.98", "1.5")]
    assert [one.points for one in pair] == [Decimal("6.49"), Decimal("6.48")]
    firm = {one.code: one for one in firmness(tree(), RULES, pair)}
    assert (firm["A"].rank, firm["A"].best, firm["A"].worst, firm["A"].kept) == (1, 1, 2, Fraction(1, 2))
    assert (firm["B"].rank, firm["B"].best, firm["B"].worst, firm["B"].kept) == (2, 1, 2, Fraction(1, 2))


def test_equal_bodies_stay_equal_in_every_scenario_and_the_unranked_are_left_out() -> None:
    some = [
        found("1", "a", "1"),
        found("2", "b", "1"),
        found("3", "c", "2", ranked=False),
        found("4", "d", None),
    ]
    assert [(one.code, one.best, one.worst, one.kept) for one in firmness(tree(), RULES, some)] == [
        ("1", 1, 1, 1), ("2", 1, 1, 1),
    ]  # fmt: skip


def test_full_points_are_full_points_under_all_weights() -> None:
    some = [found("1", "a", "2"), found("2", "b", "0")]
    assert [(one.best, one.worst) for one in firmness(tree(), RULES, some)] == [(1, 1), (2, 2)]


def test_what_changed_since_another_year_in_points_ranks_and_domains() -> None:
    now = ranked([found("1", "a", "2"), found("2", "b", "1"), found("3", "c", "0.5")])
    then = {
        "1": Former(Decimal("9.45"), 3, {"1": Decimal("5.10")}),
        "2": Former(Decimal("9.50"), 1),
        "9": Former(Decimal("1.00"), 9),
    }
    first, second, third = compared(now, then, Rounding())
    assert (first.points, first.up, first.domains) == (Decimal("0.55"), 2, {"1": Decimal("0.90")})
    assert (second.points, second.up, second.domains) == (Decimal("-0.50"), -1, {})
    assert (third.points, third.up) == (None, None)
