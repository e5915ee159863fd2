"""Sharing areas among supervisors: neighbours stay together, and the heaviest load is as small as it can be."""

from __future__ import annotations

from collections.abc import Sequence


def shared(loads: Sequence[int], people: int) -> list[int]:
    """For each load, in the areas' own order, the number (from 0) of the person who gets it.

    Each person gets a run of neighbours; the largest sum is the least that such runs allow, and nobody is left without
    an area while there are areas enough. The same loads always give the same answer. ValueError without people.
    """
    if people < 1:
        raise ValueError(people)
    limit = _least_limit(loads, people)
    answer: list[int] = []
    person = sum_so_far = 0
    for at, load in enumerate(loads):
        left, waiting = len(loads) - at, people - 1 - person
        # on to the next person when this one is full, or when each who waits needs one of the areas left
        if answer and person < people - 1 and (sum_so_far + load > limit or left <= waiting):
            person, sum_so_far = person + 1, 0
        answer.append(person)
        sum_so_far += load
    return answer


def _least_limit(loads: Sequence[int], people: int) -> int:
    low, high = max(loads, default=0), sum(loads)
    while low < high:
        middle = (low + high) // 2
        if _runs(loads, middle) <= people:
            high = middle
        else:
            low = middle + 1
    return low


def _runs(loads: Sequence[int], limit: int) -> int:
    """How many runs of at most `limit` the loads need."""
    runs, sum_so_far = 1, 0
    for load in loads:
        if sum_so_far + load > limit:
            runs, sum_so_far = runs + 1, 0
        sum_so_far += load
    return runs
