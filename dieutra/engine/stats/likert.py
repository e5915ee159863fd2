"""What a question with levels from worst to best says: counts, mean, share of the best two, a scale from 0 to 100."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from dieutra.engine.stats.exact import root

Z95 = Fraction("1.959963984540054")  # the two-sided 95 % point of the normal distribution


@dataclass(frozen=True)
class Interval:
    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Summary:
    """`mean` in levels (1 … m), `scale` 0 … 100, `top_two` the share of the two best levels with its 95 % interval.

    All None without an answer. `unknown` stands beside and is in no base.
    """

    counts: tuple[int, ...]
    unknown: int
    mean: Fraction | None
    scale: Fraction | None
    top_two: Fraction | None
    interval: Interval | None

    @property
    def valid(self) -> int:
        return sum(self.counts)


def summary(counts: Sequence[int], unknown: int = 0) -> Summary:
    """ValueError for fewer than two levels or a negative count."""
    if len(counts) < 2 or min((*counts, unknown)) < 0:
        raise ValueError(counts)
    valid = sum(counts)
    if not valid:
        return Summary(tuple(counts), unknown, None, None, None, None)
    mean = Fraction(sum(level * count for level, count in enumerate(counts, start=1)), valid)
    top = sum(counts[-2:])
    return Summary(
        tuple(counts),
        unknown,
        mean,
        (mean - 1) / (len(counts) - 1) * 100,
        Fraction(top, valid),
        wilson(top, valid),
    )


def wilson(hits: int, base: int, z: Fraction = Z95) -> Interval:
    """Wilson's score interval of hits/base, within 0 … 1. ValueError unless 0 ≤ hits ≤ base and base > 0."""
    if not 0 <= hits <= base or not base:
        raise ValueError((hits, base))
    share, square = Fraction(hits, base), z * z
    middle = share + square / (2 * base)
    half = z * root((share * (1 - share) + square / (4 * base)) / base)
    below = 1 + square / base
    # the root is right to 50 digits only: at 0 and 1 the sides must not pass the share by the rest
    return Interval(
        min(max((middle - half) / below, Fraction(0)), share),
        max(min((middle + half) / below, Fraction(1)), share),
    )
