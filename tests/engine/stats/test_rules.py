"""The rules of a kind as data, and each way to write them wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from dieutra.engine.refusals import Invalid
from dieutra.engine.stats.exact import Mode
from dieutra.engine.stats.rules import Summed, Unanswered, Unverified, scoring
from tests.engine.par2022 import KIND

GIVEN = (KIND / "scores.toml").read_text("utf-8")


def test_the_kind_says_its_rules() -> None:
    found = scoring(tomllib.loads(GIVEN))
    assert list(found) == ["tinh", "bo"]
    rules = found["tinh"].rules
    assert (rules.rounding.places, rules.rounding.mode, rules.summed) == (2, Mode.HALF_UP, Summed.EXACT)
    assert (rules.unverified, rules.unanswered, rules.least_answers) == (
        Unverified.SELF,
        Unanswered.WITHHOLD,
        5,
    )
    assert rules.swing == Fraction(1, 10)
    assert len(found["tinh"].rules.weights) == 4 and len(found["bo"].rules.weights) == 5


@pytest.mark.parametrize(
    ("points", "band"),
    [("90.00", "A"), ("89.99", "B"), ("80", "B"), ("79.99", "C"), ("70", "C"), ("69.99", "D"), ("0", "D")],
)
def test_a_band_begins_at_its_least(points: str, band: str) -> None:
    assert scoring(tomllib.loads(GIVEN))["tinh"].rules.band(Decimal(points)) == band


def without(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda given: given.pop(key)


def put(value: object, *keys: str) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        for key in keys[:-1]:
            given = given[key]
        given[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (without("sets"), "sets"),
        (without("band"), "band"),
        (put([], "band"), "band"),
        (put([{"name": "A", "least": "90"}], "band"), "band"),
        (put([{"name": "A", "least": "0"}, {"name": "B", "least": "0"}], "band"), "band"),
        (put([{"name": "", "least": "0"}], "band"), "band"),
        (put([{"name": "A", "least": 90}], "band"), "band.least"),
        (put("up", "rounding", "mode"), "rounding.mode"),
        (put("2", "rounding", "places"), "rounding.places"),
        (put(True, "rounding", "places"), "rounding.places"),
        (put(99, "rounding", "places"), "rounding.places"),
        (put("parts", "rounding", "sum"), "rounding.sum"),
        (put("guess", "points", "unverified"), "points.unverified"),
        (put(-1, "survey", "least_answers"), "survey.least_answers"),
        (put("1.5", "sensitivity", "swing"), "sensitivity.swing"),
        (put(0.1, "sensitivity", "swing"), "sensitivity.swing"),
        (put({}, "sets", "bo", "weights"), "sets.bo.weights"),
        (put(0.25, "sets", "bo", "weights", "hoi"), "sets.bo.weights.hoi"),
        (put("-1", "sets", "bo", "weights", "hoi"), "sets.bo.weights.hoi"),
        (put("../../x.csv", "sets", "bo", "criteria"), "sets.bo.criteria"),
        (put("97", "sets", "bo", "shape", "components"), "sets.bo.shape.components"),
        (put(100, "sets", "bo", "shape", "points"), "sets.bo.shape.points"),
    ],
)
def test_a_wrong_rule_is_named_by_its_key(change: Callable[[dict[str, Any]], None], place: str) -> None:
    given = tomllib.loads(GIVEN)
    change(given)
    with pytest.raises(Invalid) as refused:
        scoring(given)
    assert [problem.place for problem in refused.value.problems] == [place]
