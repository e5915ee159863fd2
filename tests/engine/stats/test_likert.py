"""Opinions in levels: the reference figures, and what must hold for all counts."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dieutra.engine.stats.exact import Rounding
from dieutra.engine.stats.likert import summary, wilson


def test_the_reference_answers_give_the_reference_figures() -> None:
    found = summary([3, 12, 45, 180, 60], unknown=7)
    assert (found.mean, found.top_two, found.scale) == (Fraction("3.94"), Fraction("0.8"), Fraction("73.5"))
    assert found.interval is not None
    rounded = [str(Rounding(2).of(side * 100)) for side in (found.interval.low, found.interval.high)]
    assert (rounded, found.valid, found.unknown) == (["75.11", "84.13"], 300, 7)


def test_nobody_asked_means_no_figures() -> None:
    found = summary([0, 0, 0], unknown=4)
    assert (found.mean, found.scale, found.top_two, found.interval) == (None, None, None, None)


@given(st.integers(1, 5000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_the_interval_holds_the_share_and_stays_between_nothing_and_all(pair: tuple[int, int]) -> None:
    hits, base = pair
    found = wilson(hits, base)
    assert 0 <= found.low <= Fraction(hits, base) <= found.high <= 1
    mirror = wilson(base - hits, base)
    assert abs(found.low - (1 - mirror.high)) < Fraction(1, 10**40)


@given(st.lists(st.integers(0, 300), min_size=2, max_size=7).filter(any))
def test_the_scale_runs_from_the_worst_to_the_best_level(counts: list[int]) -> None:
    found, backwards = summary(counts), summary(counts[::-1])
    assert found.scale is not None and backwards.scale is not None
    assert 0 <= found.scale <= 100 and found.scale + backwards.scale == 100


@pytest.mark.parametrize(("hits", "base"), [(1, 0), (-1, 3), (4, 3)])
def test_a_share_that_cannot_be_is_a_fault_of_the_caller(hits: int, base: int) -> None:
    with pytest.raises(ValueError):
        wilson(hits, base)


@pytest.mark.parametrize("counts", [[5], [], [3, -1]])
def test_levels_that_cannot_be_are_a_fault_of_the_caller(counts: list[int]) -> None:
    with pytest.raises(ValueError):
        summary(counts)
