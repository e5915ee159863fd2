"""Exact numbers and the one place where they are rounded.

Inside everything is a Fraction, so that the order of a sum never matters. A figure becomes a Decimal once, in
`Rounding.of`, when it is printed, banded or ranked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from math import floor

from dieutra.engine.refusals import Invalid, Problem

_NUMBER = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,9})?")
PLACES_AT_MOST = 9


class Mode(StrEnum):
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"


@dataclass(frozen=True)
class Rounding:
    """To so many decimals. Ties go away from zero (`half_up`), to the even digit, or everything is cut (`down`)."""

    places: int = 2
    mode: Mode = Mode.HALF_UP

    def __post_init__(self) -> None:
        if not 0 <= self.places <= PLACES_AT_MOST:
            raise Invalid(
                "Số chữ số thập phân không dùng được.",
                [Problem("rounding.places", f"Hãy ghi từ 0 đến {PLACES_AT_MOST}.")],
            )

    def of(self, value: Fraction | Decimal | int) -> Decimal:
        """TypeError for a float: it is no longer the number that somebody wrote."""
        scaled = fraction(value) * 10**self.places
        whole = floor(abs(scaled))
        left = abs(scaled) - whole
        if self._goes_up(whole, left):
            whole += 1
        return Decimal((int(scaled < 0 and whole > 0), _digits(whole), -self.places))

    def _goes_up(self, whole: int, left: Fraction) -> bool:
        half = Fraction(1, 2)
        if self.mode is Mode.DOWN or left < half:
            return False
        return left > half or self.mode is Mode.HALF_UP or whole % 2 == 1


def fraction(value: Fraction | Decimal | int) -> Fraction:
    if isinstance(value, float):
        raise TypeError("a float is not exact")
    return Fraction(value)


def number(text: str) -> Fraction | None:
    """`12`, `12.5` or `12,5`, at most nine digits on each side; None for anything else."""
    text = text.strip()
    return Fraction(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def decimal(text: str) -> Decimal | None:
    """As `number`, with the decimals that were written."""
    text = text.strip()
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def printed(value: Decimal) -> str:
    """As in a Vietnamese table: `1.234,50`, with the decimals that the value has."""
    whole, _, decimals = f"{value:,f}".partition(".")
    return whole.replace(",", ".") + ("," + decimals if decimals else "")


def root(value: Fraction, digits: int = 50) -> Fraction:
    """The square root, right to `digits` significant digits. ValueError for a negative value."""
    if value < 0:
        raise ValueError(value)
    with localcontext(Context(prec=digits)):
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())


def ceiling(value: Fraction) -> int:
    return -floor(-value)


def _digits(whole: int) -> tuple[int, ...]:
    return tuple(int(digit) for digit in str(whole))
