"""Rows of repeats: what is missing, wrong or set in each of them, and what stays when one is removed."""

from __future__ import annotations

from datetime import datetime

import pytest

from dieutra.engine.forms.check import clean, evaluate
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.given import begin_rows, changed, defaults, new_row
from tests.engine.markdown import form

NOON = datetime.fromisoformat("2021-03-05T12:00:00+07:00")

HOUSEHOLD = form("""
    | survey |
    | | type         | name  | label      | calculation    | required     | constraint | constraint_message | relevant     |
    | | text         | thon  | Thôn       |                |              |            |                    |              |
    | | begin repeat | nguoi | Người      |                |              |            |                    |              |
    | | text         | ten   | Họ tên     |                | yes          |            |                    |              |
    | | integer      | tuoi  | Tuổi       |                | ${ten} != '' | . < 120    | ${ten}: dưới 120   |              |
    | | begin repeat | con   | Con        |                |              |            |                    | ${tuoi} > 15 |
    | | integer      | tc    | Tuổi con   |                |              |            |                    |              |
    | | end repeat   |       |            |                |              |            |                    |              |
    | | end repeat   |       |            |                |              |            |                    |              |
    | | calculate    | tong  |            | sum(${tuoi})   |              |            |                    |              |
    | checks |
    |        | name | where | severity | expression                         | message                          | justify |
    |        | K1   | tc    | hard     | . < ${tuoi} - 12                   | Con ${tc} tuổi, ${ten} ${tuoi} tuổi |       |
    |        | K2   | nguoi | soft     | count(${nguoi}) < 3                | Nhiều người                      | no      |
    |        | K3   | tuoi  | soft     | . <= sum(../../nguoi/tuoi) div 2   | Già hơn nửa tổng số              | no      |
""")  # fmt: skip
FAMILY = {
    "/data/nguoi": "2 5",
    "/data/nguoi[2]/ten": "An",
    "/data/nguoi[2]/tuoi": "40",
    "/data/nguoi[2]/con": "1 3",
    "/data/nguoi[2]/con[1]/tc": "12",
    "/data/nguoi[2]/con[3]/tc": "33",
    "/data/nguoi[5]/tuoi": "130",
}


def found(form: Form, answers: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(it.check, it.path, it.message["vi"]) for it in evaluate(form, answers, now=NOON).findings]


def test_a_check_in_a_repeat_is_run_in_every_row_with_the_words_of_that_row() -> None:
    assert found(HOUSEHOLD, FAMILY) == [
        ("K1", "/data/nguoi[2]/con[3]/tc", "Con 33 tuổi, An 40 tuổi"),
        ("tuoi.constraint", "/data/nguoi[5]/tuoi", "(trống): dưới 120"),
        ("K3", "/data/nguoi[5]/tuoi", "Già hơn nửa tổng số"),
    ]


def test_what_is_missing_is_told_row_by_row() -> None:
    state = evaluate(HOUSEHOLD, {**FAMILY, "/data/nguoi": "2 5 6", "/data/nguoi[6]/ten": "Bình"}, now=NOON)
    assert state.missing == ("/data/nguoi[5]/ten", "/data/nguoi[6]/tuoi")
    assert state.rows["/data/nguoi"] == ("2", "5", "6")
    assert state.values["/data/tong"] == "170"


def test_findings_follow_the_order_of_the_rows_and_not_their_names() -> None:
    turned = found(HOUSEHOLD, {**FAMILY, "/data/nguoi": "5 2"})
    assert [path for _, path, _ in turned] == ["/data/nguoi[5]/tuoi"] * 2 + ["/data/nguoi[2]/con[3]/tc"]


def test_a_check_on_a_repeat_itself_is_told_at_the_repeat() -> None:
    three = {**FAMILY, "/data/nguoi": "2 5 6"}
    assert ("K2", "/data/nguoi", "Nhiều người") in found(HOUSEHOLD, three)


def test_a_removed_row_leaves_the_others_where_they_are() -> None:
    kept = clean(HOUSEHOLD, {**FAMILY, "/data/nguoi": "5"})
    assert kept == {"/data/nguoi": "5", "/data/nguoi[5]/tuoi": "130"}


@pytest.mark.parametrize(
    "path",
    ["/data/nguoi[2]", "/data/nguoi/ten", "/data/nguoi[2]/con/tc", "/data/thon[1]", "/data/nguoi[2][1]/ten",
     "/data[1]/thon", "/data/nguoi[x]/ten"],
)  # fmt: skip
def test_an_answer_that_is_in_no_row_is_not_kept(path: str) -> None:
    assert clean(HOUSEHOLD, {**FAMILY, path: "1"}) == clean(HOUSEHOLD, FAMILY)


def test_names_that_are_none_and_rows_beyond_a_thousand_are_told_or_left_out() -> None:
    state = evaluate(HOUSEHOLD, {"/data/nguoi": "2 x 2 -1 0 7"}, now=NOON)
    assert state.rows["/data/nguoi"] == ("2", "7")
    many = evaluate(HOUSEHOLD, {"/data/nguoi": " ".join(map(str, range(1, 1500)))}, now=NOON)
    assert len(many.rows["/data/nguoi"]) == 1000
    assert "tối đa là 1000" in many.hard[0].message["vi"]


def test_a_hidden_repeat_asks_nothing_and_counts_nothing() -> None:
    state = evaluate(HOUSEHOLD, {**FAMILY, "/data/nguoi[2]/tuoi": "5"}, now=NOON)
    assert not any(path.startswith("/data/nguoi[2]/con") for path in state.relevant | state.values.keys())


EVENTS = form("""
    | survey |
    |        | type          | name | label | calculation   | default     | trigger | repeat_count |
    |        | date          | ngay | Ngày  |               | today()     |         |              |
    |        | integer       | so   | Số    |               | 2           |         |              |
    |        | begin repeat  | hang | Hàng  |               |             |         |              |
    |        | integer       | gia  | Giá   |               | ${so} * 10  |         |              |
    |        | text          | loai | Loại  |               | thường      |         |              |
    |        | dateTime      | luc  | Lúc   | now()         |             | ${gia}  |              |
    |        | end repeat    |      |       |               |             |         |              |
    |        | begin repeat  | o    | Ô     |               |             |         | ${so}        |
    |        | text          | mau  | Màu   |               | đỏ          |         |              |
    |        | end repeat    |      |       |               |             |         |              |
""")  # fmt: skip
BEGUN = {
    "/data/ngay": "2021-03-05",
    "/data/so": "2",
    "/data/hang": "1",
    "/data/hang[1]/gia": "20",
    "/data/hang[1]/loai": "thường",
    "/data/o": "1 2",
    "/data/o[1]/mau": "đỏ",
    "/data/o[2]/mau": "đỏ",
}


def test_a_response_begins_with_a_row_of_each_repeat_and_what_the_defaults_give() -> None:
    assert defaults(EVENTS, NOON) == BEGUN


def test_a_new_row_begins_with_what_the_answers_give_now() -> None:
    row = new_row(EVENTS, "/data/hang", "4", {**BEGUN, "/data/so": "7"}, NOON)
    assert row == {"/data/hang[4]/gia": "70", "/data/hang[4]/loai": "thường"}


def test_rows_that_a_count_brings_begin_once_and_keep_what_was_written() -> None:
    more = {**BEGUN, "/data/so": "4", "/data/o[1]/mau": "xanh", "/data/o[4]/mau": "vàng"}
    assert begin_rows(EVENTS, more, NOON) == {"/data/o": "1 2 3 4", "/data/o[3]/mau": "đỏ"}
    assert begin_rows(EVENTS, {**BEGUN, "/data/so": "1"}, NOON) == {}


def test_a_change_sets_what_it_triggers_in_its_own_row() -> None:
    two = {**BEGUN, "/data/hang": "1 2", "/data/hang[2]/gia": "5"}
    assert list(changed(EVENTS, two, ["/data/hang[2]/gia"], NOON)) == ["/data/hang[2]/luc"]
    assert changed(EVENTS, two, ["/data/so"], NOON) == {}


def test_choices_from_a_list_are_told_when_the_answers_no_longer_offer_them() -> None:
    cascade = form("""
        | survey |
        |        | type         | name | label | choice_filter |
        |        | select_one t | t    | Tỉnh  |               |
        |        | begin repeat | x    | Nơi   |               |
        |        | select_one h | h    | Huyện | t = ${t}      |
        |        | end repeat   |      |       |               |
        |        | select_one ${ten} | chu | Chủ |             |
        |        | begin repeat | n    | Người |               |
        |        | text         | ten  | Tên   |               |
        |        | end repeat   |      |       |               |
        | choices |
        |         | list_name | name | label | t |
        |         | t         | a    | A     |   |
        |         | t         | b    | B     |   |
        |         | h         | a1   | Huyện một | a |
        |         | h         | b1   | Huyện hai | b |
    """)
    answers = {
        "/data/t": "a",
        "/data/x": "1 2",
        "/data/x[1]/h": "a1",
        "/data/x[2]/h": "b1",
        "/data/chu": "An",
    }
    wrong = found(cascade, {**answers, "/data/n": "1", "/data/n[1]/ten": "Bình"})
    assert [(check, path) for check, path, _ in wrong] == [
        ("choice", "/data/x[2]/h"),
        ("choice", "/data/chu"),
    ]
    assert "Huyện hai" in wrong[0][2]
    right = {**answers, "/data/x[2]/h": "a1", "/data/n": "3", "/data/n[3]/ten": "An"}
    assert found(cascade, right) == []
    assert Form.from_json(cascade.to_json()) == cascade
