"""Signals of interference: what they find, what they must not, and what their evidence must not show."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from bench.simulated.cheating import pressed, stuffed_at_night
from bench.simulated.opinions import ITEMS, OPENS, Answer, Body, Country, tables
from dieutra.engine.refusals import Invalid
from dieutra.engine.signals.finding import NAMES, Finding
from dieutra.engine.signals.levels import KINDS, LEVELS, Verdict, level_of
from dieutra.engine.signals.run import SIGNALS, Looked, look
from dieutra.engine.signals.tables import ANSWERS, BURSTS, Item
from dieutra.engine.signals.thresholds import Thresholds, from_data

LIMITS = Thresholds()


def body(country: Country, code: str) -> Body:
    return next(body for body in country.bodies if body.code == code)


def some(country: Country, code: str, grp: str, many: int) -> list[Answer]:
    inside = [answer for answer in body(country, code).answers if answer.grp == grp]
    assert len(inside) >= many
    return inside[:many]


@pytest.fixture(scope="module")
def country() -> Country:
    """A country of honest bodies, in which some of known codes are made to do something."""
    made = Country(11)
    network = made.name("n")
    for answer in body(made, "tinh-01").answers:  # an honest office: one line, each their own browser
        answer.network, answer.device = network, made.name("d")
    for answer in some(made, "tinh-02", "ld-phong", 40):  # one browser for forty
        answer.device = "one"
    for at, answer in enumerate(some(made, "tinh-03", "ld-huyen", 9)):  # three tablets for three each
        answer.device = f"tablet{at % 3}"
    stuffed_at_night(made, body(made, "tinh-04"), 0.6)
    pressed(made, body(made, "tinh-05"), 0.4)
    for answer in some(made, "bo-01", "hoi", 4):  # four people of one small group say the same
        answer.marks = [0, 4] * 6
    for answer in some(made, "bo-02", "ld-so-nganh", 60):  # a program
        answer.marks = [made.chance.randrange(5) for _ in answer.marks]
        answer.seconds, answer.device = "<30", ""
        answer.at = OPENS + timedelta(days=6, hours=10, minutes=made.chance.uniform(0, 9))
    model = [4, 3, 4, 2, 4, 4, 3, 4, 4, 2, 4, 3, 4, 4, 4, 3, 4, 4]
    for at, answer in enumerate(some(made, "tinh-06", "ld-so", 30)):  # one model, a slip in every third copy
        answer.marks = [*model[:-1], 1] if at % 3 == 0 else list(model)
    body(made, "bo-03").answers = some(made, "bo-03", "ld-vu", 4)  # hardly anybody answered
    return made


@pytest.fixture(scope="module")
def looked(country: Country) -> Looked:
    return look(*tables(country.bodies), ITEMS)


@pytest.fixture(scope="module")
def verdict(looked: Looked) -> Callable[[str], Verdict]:
    by_body = {verdict.body: verdict for verdict in looked.verdicts}
    nothing = level_of({}, LIMITS)
    return lambda code: by_body.get(code, Verdict("", code, *nothing, {}))


def of(looked: Looked, code: str, signal: str) -> list[Finding]:
    return [finding for finding in looked.findings if (finding.body, finding.signal) == (code, signal)]


def test_one_browser_for_forty_people_is_clear(verdict: Callable[[str], Verdict], looked: Looked) -> None:
    assert verdict("tinh-02").level == "clear"
    (finding,) = of(looked, "tinh-02", "device")
    assert finding.score == 100 and finding.evidence["sizes"][0] == 40
    assert finding.sentence.startswith("Một trình duyệt đã gửi 40 phiếu")


def test_an_honest_office_behind_one_line_never_goes_beyond_a_look(verdict: Callable[[str], Verdict]) -> None:
    assert verdict("tinh-01").level in ("", "look")
    assert verdict("tinh-01").scores["network"] > 0


def test_the_network_alone_is_never_more_than_a_look_whatever_it_scores() -> None:
    assert level_of({"network": 100}, LIMITS)[0] == "look"
    assert LIMITS.network_cap < LIMITS.suspect


def test_tablets_shared_by_three_say_nothing(looked: Looked) -> None:
    assert of(looked, "tinh-03", "device") == []


def test_stuffing_at_night_is_suspected(verdict: Callable[[str], Verdict]) -> None:
    assert verdict("tinh-04").level in ("suspect", "clear")
    assert verdict("tinh-04").scores["night"] >= LIMITS.suspect


def test_a_program_that_answers_at_once_is_clear(verdict: Callable[[str], Verdict]) -> None:
    assert verdict("bo-02").level == "clear"
    assert {"speed", "burst", "nodevice"} <= verdict("bo-02").scores.keys()


def test_copies_with_slips_are_found_with_their_model(looked: Looked) -> None:
    (finding,) = of(looked, "tinh-06", "copies")
    assert finding.grp == "ld-so" and finding.score >= LIMITS.suspect
    assert finding.evidence["largest"] >= 30
    assert finding.evidence["pattern"][0] == ["c1", "5"]


def test_a_group_told_to_give_the_best_marks_is_suspected_but_contents_alone_are_never_clear(
    verdict: Callable[[str], Verdict],
) -> None:
    assert verdict("tinh-05").level == "suspect"
    contents = {signal: 100 for kind in ("copies", "straight", "odds", "network") for signal in KINDS[kind]}
    assert level_of(contents, LIMITS)[0] == "suspect"


def test_honest_bodies_are_left_alone(looked: Looked) -> None:
    touched = {"tinh-02", "tinh-04", "tinh-05", "tinh-06", "bo-02"}
    assert {v.body for v in looked.verdicts if v.level in ("suspect", "clear")} <= touched


def test_groups_of_fewer_than_five_are_not_looked_into(looked: Looked) -> None:
    about_contents = ("speed", "straight", "copies", "odds", "night")
    assert [f for signal in about_contents for f in of(looked, "bo-03", signal)] == []
    assert of(looked, "bo-01", "copies") == []


def test_no_evidence_shows_what_fewer_than_five_people_said(looked: Looked) -> None:
    for finding in looked.findings:
        if "pattern" in finding.evidence:
            assert finding.evidence["same"] >= 5 and finding.evidence["of"] >= 5
        for cell in finding.evidence.get("cells", []):
            others = cell["of"] - cell["count"]
            assert cell["count"] >= 5 and (others == 0 or others >= 5)
        asked = [cell["question"] for cell in finding.evidence.get("cells", [])]
        # else two options of a question would leave over the few of a third
        assert len(asked) == len(set(asked))


def test_evidence_names_no_answer_no_browser_and_no_network(looked: Looked, country: Country) -> None:
    told = json.dumps([finding.evidence for finding in looked.findings]) + "".join(
        f.sentence for f in looked.findings
    )
    hashes = {answer.device for one in country.bodies for answer in one.answers if answer.device}
    assert not any(f'"{name}"' in told or f" {name} " in told for name in hashes)
    assert "0000001" not in told


def test_looking_twice_finds_the_same(looked: Looked, country: Country) -> None:
    assert look(*tables(country.bodies), ITEMS) == looked


def test_every_signal_has_a_name_a_kind_and_a_sentence_in_vietnamese(looked: Looked) -> None:
    assert set(SIGNALS) == set(NAMES) == {signal for signals in KINDS.values() for signal in signals}
    assert all(finding.sentence.endswith(".") and 0 < finding.score <= 100 for finding in looked.findings)
    assert {verdict.level for verdict in looked.verdicts} <= LEVELS.keys()


def test_without_answers_nothing_is_found() -> None:
    assert look(ANSWERS.empty_table(), BURSTS.empty_table(), ITEMS) == Looked([], [], 0)
    assert look(ANSWERS.empty_table(), BURSTS.empty_table(), []) == Looked([], [], 0)


def test_free_text_unknown_codes_and_odd_names_are_left_aside() -> None:
    said = json.dumps({"q'1\"": "1", "words": "'; DROP TABLE answer; --", "q2": "no such code", "q.3": None})
    rows = [[f"a{n}", "tinh", "x", "g", None, None, None, said] for n in range(20)]
    answers = ANSWERS.empty_table().from_arrays(list(map(list, zip(*rows, strict=True))), schema=ANSWERS)
    items = [Item("tinh", "g", name, ("1", "2")) for name in ("q'1\"", "q2", "q.3")]
    assert look(answers, BURSTS.empty_table(), items).answers == 20


def test_lists_of_any_length_and_thresholds_of_nothing_are_stood() -> None:
    options = tuple(str(at) for at in range(200))
    items = [Item("tinh", "g", f"q{at}", options) for at in range(6)]
    rows = [
        [
            f"{body}{n}",
            "tinh",
            body,
            "g",
            "",
            "",
            "<30",
            json.dumps({it.question: str((n * 37) % 200) for it in items}),
        ]
        for body in "abc"
        for n in range(40)
    ]
    answers = ANSWERS.empty_table().from_arrays(list(map(list, zip(*rows, strict=True))), schema=ANSWERS)
    nothing = from_data({name: 0 for name, value in vars(LIMITS).items() if isinstance(value, int | float)})
    for limits in (LIMITS, nothing):
        assert look(answers, BURSTS.empty_table(), items, limits).answers == 120


def test_two_signals_of_one_kind_are_one_reason_and_two_kinds_are_two() -> None:
    assert level_of({"burst": 90, "night": 90}, LIMITS)[0] == "suspect"
    assert level_of({"burst": 90, "speed": 90}, LIMITS)[0] == "clear"
    assert level_of({"burst": 45, "straight": 45}, LIMITS)[0] == "suspect"
    assert level_of({"network": 45, "odds": 100}, LIMITS)[0] == "look"
    assert level_of({"burst": 39, "speed": 39}, LIMITS)[0] == ""


def test_thresholds_are_read_from_data_and_slips_are_named() -> None:
    assert from_data({"device_full": 20, "fast": ["<30", "30-60"], "burst_full": 9}).fast == ("<30", "30-60")
    for wrong in ({"devices": 3}, {"device_full": "20"}, {"device_full": 1.5}, {"fast": "x"}, {"spread": -1.0},
                  {"look": True}):  # fmt: skip
        with pytest.raises(Invalid, match=next(iter(wrong))):
            from_data(wrong)
