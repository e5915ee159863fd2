"""How many to ask, with the honest margin; drawing that anybody can repeat."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dieutra.engine.refusals import Invalid
from dieutra.engine.stats.draw import by_size, chance, simple_random, systematic
from dieutra.engine.stats.exact import Rounding
from dieutra.engine.stats.sample import size
from dieutra.engine.stats.stages import Line, Method, Stage, digest, draw, replay

ERROR = Fraction(1, 20)
FRAME = [
    Line(f"{district}{commune}{person:03}", (f"H{district}", f"X{district}{commune}"))
    for district in range(1, 7)
    for commune in range(1, 6)
    for person in range(10 * district + commune)
]
STAGES = (Stage("huyện", Method.BY_SIZE, 3), Stage("xã", Method.BY_SIZE, 2), Stage("người", Method.RANDOM, 8))


def per_cent(value: Fraction) -> str:
    return str(Rounding(2).of(value * 100))


@pytest.mark.parametrize(
    ("population", "people", "margin", "needed"),
    [(500, 223, "4.89", 218), (1_000, 286, "4.90", 278), (10_000, 385, "4.90", 370)],
)
def test_the_simple_formula_with_the_honest_margin_beside_it(
    population: int, people: int, margin: str, needed: int
) -> None:
    found = size(population, ERROR)
    assert (found.people, per_cent(found.margin), found.needed) == (people, margin, needed)


def test_in_clusters_the_margin_is_wider_and_more_people_are_needed() -> None:
    found = size(10_000, ERROR, Fraction(3, 2))
    assert found.people == 385
    assert (per_cent(found.margin), per_cent(found.with_effect), found.needed) == ("4.90", "6.00", 545)


def test_asking_everybody_leaves_no_margin() -> None:
    found = size(1, ERROR)
    assert (found.people, found.margin, found.needed) == (1, 0, 1)


@given(st.integers(1, 10**7), st.integers(1, 99))
def test_the_size_is_the_least_number_that_is_not_below_the_formula(population: int, hundredths: int) -> None:
    error = Fraction(hundredths, 100)
    exact = population / (1 + population * error**2)
    assert 0 <= size(population, error).people - exact < 1


@pytest.mark.parametrize(
    ("population", "error", "effect"),
    [(0, ERROR, 1), (5, Fraction(0), 1), (5, Fraction(1), 1), (5, ERROR, 0)],
)
def test_a_size_that_cannot_be_is_refused(population: int, error: Fraction, effect: int) -> None:
    with pytest.raises(Invalid, match="cỡ mẫu"):
        size(population, error, Fraction(effect))


def test_the_reference_of_the_fractional_interval() -> None:
    assert systematic(23, 5, Fraction("2.3")) == [3, 7, 12, 17, 21]


@given(
    st.integers(1, 400).flatmap(lambda most: st.tuples(st.just(most), st.integers(1, most))),
    st.integers(1, 10**6),
)
def test_an_interval_draws_so_many_different_places_inside_the_list(
    pair: tuple[int, int], millionths: int
) -> None:
    population, people = pair
    places = systematic(population, people, Fraction(population, people) * Fraction(millionths, 10**6))
    assert len(set(places)) == people and places[0] >= 1 and places[-1] <= population


@pytest.mark.parametrize("start", ["0", "4.7", "-1"])
def test_a_start_outside_the_first_interval_is_a_fault_of_the_caller(start: str) -> None:
    with pytest.raises(ValueError):
        systematic(23, 5, Fraction(start))


def test_chance_can_be_computed_with_any_tool_that_knows_sha_256() -> None:
    digits = sha256("2023-02-13/huyện/H1".encode()).hexdigest()
    assert chance("2023-02-13", "huyện/H1") == Fraction(int(digits, 16) + 1, 2**256)


def test_every_code_is_drawn_about_equally_often() -> None:
    codes = [f"{code:02}" for code in range(20)]
    drawn = [code for turn in range(400) for code in simple_random(codes, 5, f"gốc {turn}", "xã")]
    assert all(70 <= drawn.count(code) <= 130 for code in codes)  # 100 expected; a fixed list of seeds


def test_large_units_are_drawn_as_often_as_their_size_says() -> None:
    sizes = {"a": 100, "b": 200, "c": 300, "d": 400}
    drawn = [code for turn in range(500) for code in by_size(sizes, 1, f"gốc {turn}", "huyện")]
    assert all(abs(drawn.count(code) - share / 2) <= 60 for code, share in sizes.items())


@given(
    st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 500), min_size=1), st.data()
)
def test_sizes_give_so_many_units_with_probabilities_that_sum_to_it(
    sizes: dict[str, int], data: st.DataObject
) -> None:
    units = data.draw(st.integers(0, sum(1 for one in sizes.values() if one)))
    drawn = by_size(sizes, units, data.draw(st.text(max_size=5)), "huyện")
    assert len(drawn) == units
    for code, probability in drawn.items():
        assert sizes[code] and 0 < probability <= 1
        assert probability == 1 or all(
            drawn[larger] >= probability for larger in drawn if sizes[larger] > sizes[code]
        )


def test_a_unit_larger_than_the_step_is_in_for_certain() -> None:
    drawn = by_size({"lớn": 900, "a": 50, "b": 25, "c": 25}, 2, "gốc", "huyện")
    assert drawn.pop("lớn") == 1
    (code, probability) = drawn.popitem()
    assert probability == Fraction({"a": 50, "b": 25, "c": 25}[code], 100)


def test_three_stages_with_sizes_give_everybody_the_same_chance() -> None:
    found = draw(FRAME, STAGES, "bốc thăm 13/02/2023")
    assert len(found.drawn) == 3 * 2 * 8
    everybody = Fraction(48, len(FRAME))
    assert {one.inclusion for one in found.drawn} == {everybody}
    assert all(len(one.probabilities) == 3 for one in found.drawn)


def test_the_certificate_is_replayed_by_whoever_has_the_frame_in_any_order() -> None:
    found = draw(FRAME, STAGES, "bốc thăm 13/02/2023")
    replay(found, FRAME[::-1])
    assert found == draw(FRAME[::-1], STAGES, "bốc thăm 13/02/2023")
    assert draw(FRAME, STAGES, "một lần khác").drawn != found.drawn
    said = json.loads(json.dumps(found.to_json()))
    assert said["frame"] == {"sha256": digest(FRAME), "size": len(FRAME)}
    assert said["drawn"][0]["inclusion"] == str(Fraction(48, len(FRAME)))


def test_a_certificate_that_was_altered_or_another_frame_is_found_out() -> None:
    found = draw(FRAME, STAGES, "gốc")
    cases = [
        (replace(found, version="khác"), FRAME, "Phiên bản"),
        (found, FRAME[1:], "Khung mẫu"),
        (replace(found, drawn=found.drawn[1:]), FRAME, "Kết quả chọn"),
        (replace(found, seed="gốc khác"), FRAME, "Kết quả chọn"),
    ]
    for certificate, frame, place in cases:
        with pytest.raises(Invalid) as refused:
            replay(certificate, frame)
        assert refused.value.problems[0].place == place


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(Method), min_size=3, max_size=3),
    st.lists(st.integers(1, 9), min_size=3, max_size=3),
    st.text(min_size=1).filter(str.strip),
)
def test_any_methods_and_numbers_draw_different_people_of_the_frame(
    methods: list[Method], takes: list[int], seed: str
) -> None:
    stages = [Stage(name, method, take) for name, method, take in zip("abc", methods, takes, strict=True)]
    found = draw(FRAME, stages, seed)
    codes = [one.code for one in found.drawn]
    assert len(set(codes)) == len(codes) == min(takes[0], 6) * min(takes[1], 5) * takes[2]
    assert {(one.code, one.path) for one in found.drawn} <= {(line.code, line.path) for line in FRAME}
    assert all(0 < one.inclusion <= 1 for one in found.drawn)


@pytest.mark.parametrize(
    ("frame", "stages", "seed", "place"),
    [
        (FRAME, STAGES, "  ", "Số gốc"),
        (FRAME, (), "gốc", "Các bước chọn"),
        (FRAME, (*STAGES[:2], Stage("người", Method.RANDOM, 0)), "gốc", "Các bước chọn"),
        ([*FRAME, FRAME[0]], STAGES, "gốc", "Khung mẫu"),
        ([], STAGES, "gốc", "Khung mẫu"),
        (FRAME, STAGES[:2], "gốc", "Khung mẫu"),
        ([Line("a/b", ("1", "2"))], STAGES, "gốc", "Khung mẫu"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(
    frame: list[Line], stages: tuple[Stage, ...], seed: str, place: str
) -> None:
    with pytest.raises(Invalid) as refused:
        draw(frame, stages, seed)
    assert place in [problem.place for problem in refused.value.problems]
