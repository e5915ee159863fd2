"""Rounding in one stated step, exactly."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dieutra.engine.refusals import Invalid
from dieutra.engine.stats.exact import Mode, Rounding, number, printed, root

STANDARD = {Mode.HALF_UP: ROUND_HALF_UP, Mode.HALF_EVEN: ROUND_HALF_EVEN, Mode.DOWN: ROUND_DOWN}


@pytest.mark.parametrize(
    ("value", "half_up", "half_even", "down"),
    [
        ("90.095", "90.10", "90.10", "90.09"),
        ("90.085", "90.09", "90.08", "90.08"),
        ("-0.005", "-0.01", "0.00", "0.00"),
    ],
)
def test_the_modes_differ_where_half_a_hundredth_is_left(
    value: str, half_up: str, half_even: str, down: str
) -> None:
    found = [str(Rounding(2, mode).of(Fraction(value))) for mode in Mode]
    assert found == [half_up, half_even, down]


@given(st.decimals(-10_000, 10_000, places=5), st.integers(0, 4), st.sampled_from(Mode))
def test_rounding_is_that_of_the_decimal_standard(value: Decimal, places: int, mode: Mode) -> None:
    with localcontext() as context:
        context.prec = 40
        assert Rounding(places, mode).of(value) == value.quantize(Decimal(1).scaleb(-places), STANDARD[mode])


@given(st.fractions(), st.fractions())
def test_a_larger_value_never_rounds_to_a_smaller_figure(one: Fraction, other: Fraction) -> None:
    rounding = Rounding()
    assert (rounding.of(min(one, other))) <= rounding.of(max(one, other))


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        Rounding().of(0.285)  # type: ignore[arg-type]


@pytest.mark.parametrize("places", [-1, 10])
def test_decimals_that_nobody_prints_are_refused(places: int) -> None:
    with pytest.raises(Invalid, match="thập phân"):
        Rounding(places)


@pytest.mark.parametrize(
    "text", ["", "1e5", "1.", "NaN", "Infinity", "1_0", "٣", "1.000.000", "1234567890123"]
)
def test_what_is_no_plain_number_is_none(text: str) -> None:
    assert number(text) is None


def test_numbers_are_read_with_comma_or_point_and_printed_with_a_comma() -> None:
    assert number(" 1,25 ") == number("1.25") == Fraction(5, 4)
    assert [printed(Decimal(text)) for text in ("90.10", "1234.5", "-0.01", "100")] == [
        "90,10",
        "1.234,5",
        "-0,01",
        "100",
    ]


@given(st.fractions(min_value=0, max_value=10**6))
def test_a_root_squared_is_the_number_again(value: Fraction) -> None:
    assert abs(root(value) ** 2 - value) <= Fraction(1, 10**30)
