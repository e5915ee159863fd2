"""How many to ask, and how exact the answer then is.

n = N / (1 + N·e²) is what Vietnamese surveys use. It is Cochran's size with z = 2, p = ½, without a design effect;
what it promises stands beside it as the honest margin.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.stats.exact import ceiling, root

Z = Fraction("1.96")
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Size:
    """`people` by the simple formula, rounded up; `margin` what that number really gives, `with_effect` in clusters.

    `needed` are the people that the asked margin takes, with the design effect.
    """

    population: int
    error: Fraction
    people: int
    margin: Fraction
    with_effect: Fraction
    design_effect: Fraction
    needed: int


def size(population: int, error: Fraction, design_effect: Fraction = Fraction(1)) -> Size:
    """Raises Invalid for an empty population, an error outside 0 … 1 or a design effect outside 1 … 100."""
    problems = []
    if population < 1:
        problems.append(Problem("Số người trong khung", "Hãy nhập từ 1 trở lên."))
    if not 0 < error < 1:
        problems.append(Problem("Sai số", "Hãy nhập một số giữa 0 và 1, thí dụ 0,05."))
    if not 1 <= design_effect <= 100:
        problems.append(Problem("Hệ số thiết kế", "Hãy nhập từ 1 đến 100."))
    if problems:
        raise Invalid("Không tính được cỡ mẫu.", problems)
    people = simple(population, error)
    return Size(
        population, error, people, margin(population, people), margin(population, people, design_effect),
        design_effect, cochran(population, error, design_effect),
    )  # fmt: skip


def simple(population: int, error: Fraction) -> int:
    """N / (1 + N·e²), rounded up."""
    return ceiling(population / (1 + population * error * error))


def cochran(population: int, error: Fraction, design_effect: Fraction = Fraction(1)) -> int:
    """The people that the margin takes at 95 %: infinite first, then corrected for the population, rounded up."""
    infinite = design_effect * Z * Z * HALF * HALF / (error * error)
    return min(population, ceiling(infinite / (1 + (infinite - 1) / population)))


def margin(population: int, people: int, design_effect: Fraction = Fraction(1)) -> Fraction:
    """Half the width of the 95 % interval of a share of one half, with the correction for a finite population."""
    if not 1 <= people <= population:
        raise ValueError((population, people))
    if people == population:
        return Fraction(0)
    left = Fraction(population - people, population - 1)
    return Z * root(design_effect * HALF * HALF / people * left)
