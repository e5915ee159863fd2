"""Drawing from a list so that anybody can draw again: chance comes from SHA-256 of a published seed, nothing else.

`chance(seed, what)` is the digest of `seed/what` in UTF-8, read as a number of 256 bits, plus one, over 2²⁵⁶: a number
above 0 and at most 1. A simple random sample is the n units of least chance; a systematic one starts at chance × step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from hashlib import sha256

from dieutra.engine.stats.exact import ceiling


def chance(seed: str, what: str) -> Fraction:
    digest = sha256(f"{seed}/{what}".encode()).digest()
    return Fraction(int.from_bytes(digest, "big") + 1, 2**256)


def systematic(population: int, people: int, start: Fraction) -> list[int]:
    """Fractional interval: places ⌈start + i·N/n⌉ from 1. ValueError unless 0 < start ≤ N/n and 1 ≤ n ≤ N."""
    if not 1 <= people <= population:
        raise ValueError((population, people))
    step = Fraction(population, people)
    if not 0 < start <= step:
        raise ValueError(start)
    return [ceiling(start + turn * step) for turn in range(people)]


def simple_random(codes: Sequence[str], people: int, seed: str, stage: str) -> dict[str, Fraction]:
    """The drawn codes with their inclusion probability, in the order of codes. ValueError for more than there are."""
    if not 0 <= people <= len(codes):
        raise ValueError((len(codes), people))
    drawn = sorted(codes, key=lambda code: (chance(seed, f"{stage}/{code}"), code))[:people]
    return {code: Fraction(people, len(codes)) for code in sorted(drawn)}


def by_size(sizes: Mapping[str, int], units: int, seed: str, stage: str) -> dict[str, Fraction]:
    """Systematic with probability proportional to size, in the order of codes; who fills a step is in for certain.

    ValueError for a negative size or fewer units of some size than asked for.
    """
    if min(sizes.values(), default=0) < 0 or not 0 <= units <= sum(1 for size in sizes.values() if size):
        raise ValueError(units)
    certain = _certain(sizes, units)
    left = {code: size for code, size in sorted(sizes.items()) if size and code not in certain}
    turns, whole = units - len(certain), sum(left.values())
    drawn = dict.fromkeys(certain, Fraction(1))
    if turns:
        step = Fraction(whole, turns)
        drawn |= _passed(left, step, chance(seed, stage) * step)
    return dict(sorted(drawn.items()))


def _certain(sizes: Mapping[str, int], units: int) -> set[str]:
    """Units as large as a step are taken out until none is left."""
    certain: set[str] = set()
    while len(certain) < units:
        left = {code: size for code, size in sizes.items() if code not in certain}
        step = Fraction(sum(left.values()), units - len(certain))
        large = {code for code, size in left.items() if size >= step}
        if not large:
            break
        certain |= large
    return certain


def _passed(sizes: Mapping[str, int], step: Fraction, start: Fraction) -> dict[str, Fraction]:
    drawn: dict[str, Fraction] = {}
    reached, mark = 0, start
    for code, size in sizes.items():
        reached += size
        if mark <= reached:  # a size below the step is passed by one mark at most
            drawn[code] = size / step
            mark += step
    return drawn
