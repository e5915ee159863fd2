"""The order that `randomize()` gives: JavaRosa's Fisher–Yates over Park and Miller's generator."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from dieutra.engine.lang.values import Value, to_number

T = TypeVar("T")
MODULUS = 2_147_483_647


def shuffled(items: Sequence[T], seed: Value | None = None) -> list[T]:
    """The items in the order of a seed; without one in an order that nobody can foresee."""
    found = list(items)
    if seed is None:
        random.SystemRandom().shuffle(found)
        return found
    state = _start(to_number(seed))
    for last in range(len(found) - 1, 0, -1):
        state = state * 16807 % MODULUS
        other = int((state - 1) / (MODULUS - 1) * (last + 1))
        found[last], found[other] = found[other], found[last]
    return found


def _start(seed: Decimal) -> int:
    whole = int(seed) if seed.is_finite() else 0
    state = int(abs(whole) % MODULUS) * (1 if whole >= 0 else -1)
    return state if state > 0 else state + MODULUS - 1
