"""Areas shared among supervisors."""

from __future__ import annotations

import itertools
import random

import pytest

from dieutra.engine.flow.sharing import shared


def sums(loads: list[int], people: int) -> list[int]:
    found = [0] * people
    for load, who in zip(loads, shared(loads, people), strict=True):
        found[who] += load
    return found


def test_neighbours_stay_together() -> None:
    assert shared([3, 3, 3, 3, 3, 3], 3) == [0, 0, 1, 1, 2, 2]
    assert shared([9, 1, 1, 1], 2) == [0, 1, 1, 1]


def test_nobody_is_left_without_an_area_while_there_are_enough() -> None:
    assert shared([5, 0, 0], 3) == [0, 1, 2]
    assert shared([4, 4], 3) == [0, 1]
    assert shared([], 2) == []


def test_nobody_to_share_among_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError):
        shared([1], 0)


def test_no_other_runs_of_neighbours_have_a_smaller_largest_load() -> None:
    chance = random.Random(7)
    for _ in range(300):
        loads = [chance.randrange(20) for _ in range(chance.randrange(1, 9))]
        people = chance.randrange(1, 5)
        best = min(
            max(sum(loads[a:b]) for a, b in itertools.pairwise((0, *cuts, len(loads))))
            for number in range(min(people, len(loads)))
            for cuts in itertools.combinations(range(1, len(loads)), number)
        )
        answer = shared(loads, people)
        assert answer == sorted(answer)
        assert max(sums(loads, people)) == best
        assert len(set(answer)) == min(people, len(loads))
