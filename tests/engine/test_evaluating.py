"""Evaluating answers: relevance, calculations, what is malformed, what is missing, what does not hold."""

# ruff: noqa: E501  (the form is drawn as a table)
from __future__ import annotations

import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dieutra.engine.forms.check import State, clean, evaluate
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.given import defaults
from tests.engine.markdown import form

PERSON = form(
    """
    | survey |
    |        | type               | name      | label     | relevant      | calculation         | constraint | constraint_message | required | required_message | default | readonly | appearance |
    |        | note               | chao      | Xin chào  |               |                     |            |                    |          |                  |         |          |
    |        | text               | ten       | Tên       |               |                     |            |                    | yes      | Xin ghi tên      |         |          |
    |        | integer            | tuoi      | Tuổi      |               |                     | . < 120    | ${ten} già quá     |          |                  |         |          |
    |        | begin group        | nguoi_lon | Người lớn | ${tuoi} >= 18 |                     |            |                    |          |                  |         |          |
    |        | decimal            | luong     | Lương     |               |                     |            |                    | ${tuoi} < 60 |              |         |          | thousands-sep |
    |        | decimal            | thuong    | Thưởng    |               |                     |            |                    |          |                  |         |          | thousands-sep |
    |        | decimal            | tong      | Tổng      |               | ${luong} + ${thuong} |           |                    |          |                  |         |          |
    |        | end group          |           |           |               |                     |            |                    |          |                  |         |          |
    |        | integer            | nghin     | Nghìn     |               | ${tong} div 1000    |            |                    |          |                  |         |          |
    |        | date               | sinh      | Ngày sinh |               |                     |            |                    |          |                  |         |          |
    |        | calculate          | nam_sinh  |           |               | format-date(${sinh}, '%Y') |     |                    |          |                  |         |          |
    |        | date               | mo        | Ngày mở   |               | once(today())       |            |                    |          |                  |         |          |
    |        | select_one co      | mot       | Một       |               |                     |            |                    |          |                  | 1       |          |
    |        | select_multiple co | nhieu     | Nhiều     |               |                     |            |                    |          |                  |         |          |
    |        | text               | ma        | Mã        |               |                     |            |                    |          |                  |         | yes      |
    | choices |
    |         | list_name | name | label |
    |         | co        | 1    | Có    |
    |         | co        | 0    | Không |
    | checks |
    |        | name | where     | severity | expression                           | message                                    | justify |
    |        | K01  | thuong    | soft     | ${thuong} <= ${luong}                | Thưởng ${thuong} hơn lương ${luong}        |         |
    |        | K02  | tong      | hard     | ${tong} = 0.3                        | Tổng phải là 0,3                           |         |
    |        | K03  | ten       | soft     | date(${ten}) < today()               | Tên ${ten}, ngày ${sinh}, chọn ${mot}      | no      |
    |        | K04  | nguoi_lon | hard     | today() > date('2000-01-01')         | Đồng hồ sai                                |         |
    """
)
TEN, TUOI, LUONG, THUONG = "/data/ten", "/data/tuoi", "/data/nguoi_lon/luong", "/data/nguoi_lon/thuong"
TONG, NOW = "/data/nguoi_lon/tong", datetime(2021, 3, 5, 10, 0)


def state(**answers: str) -> State:
    return evaluate(PERSON, by_path(answers), now=NOW)


def submitted(**answers: str) -> State:
    return evaluate(PERSON, by_path(answers), now=NOW, submitting=True)


def by_path(answers: dict[str, str]) -> dict[str, str]:
    return {PERSON.by_name[name].path: text for name, text in answers.items()}


def found(of: State) -> list[tuple[str, str]]:
    return [(finding.check, finding.path.rpartition("/")[2]) for finding in of.findings]


def test_values_keep_what_was_written() -> None:
    assert state(tuoi="20", luong="1.50").values[LUONG] == "1.50"


def test_unknown_paths_are_ignored() -> None:
    assert "/data/la" not in evaluate(PERSON, {"/data/la": "1", "/data/nguoi_lon": "x"}).values


def test_a_group_that_is_not_relevant_takes_its_members_with_it() -> None:
    young = state(tuoi="10", luong="5")
    assert LUONG not in young.relevant and LUONG not in young.values
    assert LUONG in state(tuoi="18", luong="5").relevant


def test_blank_compared_with_a_number_is_not_relevant() -> None:
    assert "/data/nguoi_lon" not in state(luong="5").relevant


def test_a_total_of_decimals_is_exact() -> None:
    adult = state(tuoi="20", luong="0.1", thuong="0.2")
    assert adult.values[TONG] == "0.3"
    assert ("K02", "tong") not in found(adult)


def test_blank_plus_one_is_blank() -> None:
    assert TONG not in state(tuoi="20", luong="1").values


def test_an_integer_calculation_drops_its_fraction() -> None:
    assert state(tuoi="20", luong="1500", thuong="400.5").values["/data/nghin"] == "1"


def test_a_calculation_that_reads_what_is_not_relevant_is_blank() -> None:
    assert "/data/nghin" not in state(tuoi="10", luong="1500", thuong="400").values


def test_a_calculation_that_was_sent_is_worked_out_anew() -> None:
    assert state(tuoi="20", luong="1", thuong="2", tong="999").values[TONG] == "3"


def test_once_keeps_the_first_value() -> None:
    assert state().values["/data/mo"] == "2021-03-05"
    assert state(mo="2020-01-01").values["/data/mo"] == "2020-01-01"


def test_an_impossible_calculation_is_blank() -> None:
    assert "/data/nam_sinh" not in state(sinh="2021-02-30").values
    assert state(sinh="2021-02-28").values["/data/nam_sinh"] == "2021"


def test_what_is_required_and_relevant_and_blank_is_missing() -> None:
    assert state().missing == (TEN,)
    assert state(ten=" ").missing == (TEN,)
    assert state(ten="A", tuoi="30").missing == (LUONG,)
    assert state(ten="A", tuoi="70").missing == ()
    assert state(ten="A", tuoi="30").required == {TEN, LUONG}


def test_missing_answers_are_findings_only_when_submitting() -> None:
    assert found(state()) == []
    finding = submitted().findings[0]
    assert (finding.check, finding.path, finding.severity) == ("required", TEN, "hard")
    assert finding.message["vi"] == "Xin ghi tên"


def test_a_malformed_answer_is_a_type_finding_not_a_missing_one() -> None:
    odd = submitted(ten="A", tuoi="30", luong="nhiều")
    assert odd.missing == ()
    assert ("type", "luong") in found(odd)
    assert odd.values[LUONG] == "nhiều"


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("tuoi", "0"),
        ("tuoi", "-7"),
        ("luong", "1234567.25"),
        ("luong", "-0.5"),
        ("luong", "123456789012345"),
        ("sinh", "2020-02-29"),
        ("mot", "0"),
        ("nhieu", "1 0"),
        ("ten", "Nguyễn\tVăn\nÁnh 😀"),
    ],
)
def test_well_formed_answers_are_accepted(name: str, good: str) -> None:
    assert ("type", name) not in found(state(**{"tuoi": "20", name: good}))


@pytest.mark.parametrize(
    ("name", "bad", "message"),
    [
        ("tuoi", "12a", "không phải là số nguyên"),
        ("tuoi", "1.0", "không phải là số nguyên"),
        ("tuoi", "+5", "không phải là số nguyên"),
        ("tuoi", "05", "không phải là số nguyên"),
        ("tuoi", "1e3", "không phải là số nguyên"),
        ("tuoi", "٣", "không phải là số nguyên"),
        ("tuoi", " 5", "không phải là số nguyên"),
        ("tuoi", "1234567890123456", "quá 15 chữ số"),
        ("luong", "1,5", "không phải là số"),
        ("luong", "1.234.5", "không phải là số"),
        ("luong", ".5", "không phải là số"),
        ("luong", "NaN", "không phải là số"),
        ("luong", "Infinity", "không phải là số"),
        ("sinh", "5/3/2021", "không phải là một ngày"),
        ("sinh", "2021-02-30", "không phải là một ngày"),
        ("sinh", "0000-01-01", "không phải là một ngày"),
        ("mot", "2", "không có trong các lựa chọn"),
        ("mot", "1 0", "không có trong các lựa chọn"),
        ("nhieu", "1 3", "“3” không có trong các lựa chọn"),
        ("nhieu", "1 1", "ghi hai lần"),
        ("ten", "a\x00b", "ký tự điều khiển"),
        ("ten", "a\ud800b", "ký tự điều khiển"),
        ("ten", "x" * 2001, "dài quá 2000 ký tự"),
    ],
)
def test_malformed_answers_are_named(name: str, bad: str, message: str) -> None:
    answers = {"tuoi": "20"} | {name: bad}
    types = [finding for finding in state(**answers).findings if finding.check == "type"]
    if name == "luong":
        assert types[0].path == LUONG
    assert message in types[0].message["vi"]
    assert types[0].message["vi"].encode()


def test_a_constraint_is_not_run_on_a_blank_node() -> None:
    assert found(state(ten="A")) == [("K03", "ten")]
    finding = state(ten="Bà Già", tuoi="130").findings[1]
    assert (finding.check, finding.message["vi"]) == ("tuoi.constraint", "Bà Già già quá")


def test_a_check_is_not_run_when_all_that_it_reads_is_blank() -> None:
    assert found(state(tuoi="20")) == []
    assert found(state(tuoi="20", thuong="5")) == [("K01", "thuong")]


def test_a_check_is_not_run_where_its_place_is_not_relevant() -> None:
    assert found(state(tuoi="10", luong="1", thuong="5")) == []


def test_a_check_that_reads_nothing_is_run() -> None:
    early = evaluate(PERSON, {TUOI: "20"}, now=datetime(1999, 1, 1))
    assert [finding.check for finding in early.findings] == ["K04"]


def test_a_check_that_cannot_be_worked_out_is_a_finding() -> None:
    assert found(state(ten="không phải ngày")) == [("K03", "ten")]


def test_messages_show_values_in_the_manner_of_the_language() -> None:
    rich = state(tuoi="20", luong="1500", thuong="1234567.5").findings[0]
    assert rich.message == {"vi": "Thưởng 1.234.567,5 hơn lương 1.500"}
    named = state(ten="A", sinh="2021-03-05", mot="1").findings[0]
    assert named.message["vi"] == "Tên A, ngày 05/03/2021, chọn Có"
    assert "ngày (trống)" in state(ten="A").findings[0].message["vi"]


def test_findings_come_in_document_order() -> None:
    answers = {"ten": "A", "tuoi": "130", "luong": "1", "thuong": "5", "mot": "9"}
    order = [
        ("K03", "ten"),
        ("tuoi.constraint", "tuoi"),
        ("K01", "thuong"),
        ("K02", "tong"),
        ("type", "mot"),
    ]
    assert found(state(**answers)) == order


def test_soft_findings_say_whether_they_ask_for_a_reason() -> None:
    assert state(tuoi="20", thuong="5").findings[0].justify is True
    assert state(ten="A").findings[0].justify is False


def test_clean_keeps_what_a_person_fills_in() -> None:
    answers = {
        TEN: "A",
        TUOI: "",
        LUONG: "  ",
        TONG: "5",
        "/data/mo": "2020-01-01",
        "/data/ma": "M1",
        "/data/chao": "x",
        "/data/nguoi_lon": "x",
        "/data/la": "x",
        "/data/mot": 1,
    }
    assert clean(PERSON, answers) == {TEN: "A", "/data/mo": "2020-01-01", "/data/mot": "1"}


def test_a_new_response_starts_with_the_defaults() -> None:
    assert defaults(PERSON) == {"/data/mot": "1"}


def test_a_published_form_evaluates_as_the_workbook_does() -> None:
    answers = {TEN: "A", TUOI: "20", LUONG: "1", THUONG: "2.5"}
    assert evaluate(Form.from_json(PERSON.to_json()), answers, now=NOW) == evaluate(PERSON, answers, now=NOW)


PATHS = st.sampled_from([node.path for node in PERSON.nodes] + ["/data", "x", ""])
WRITTEN = st.one_of(
    st.text(),
    st.sampled_from(["1", "0.1", "18", "2021-03-05", "2021-02-30", "1 0", "9" * 3000, "-", "1e9", "\ud800"]),
    st.none() | st.integers() | st.lists(st.integers()),
)


@given(st.dictionaries(PATHS, WRITTEN))
def test_evaluation_never_breaks_on_random_answers(answers: dict[str, str]) -> None:
    before = dict(answers)
    result = evaluate(PERSON, answers, submitting=True)
    assert answers == before
    assert set(result.values) <= result.relevant
    assert all(path not in result.values for path in result.missing)
    clean(PERSON, dict(answers))


def large_form() -> Form:
    """600 nodes and 120 checks: 50 rows of 11 cells in one table, totals both ways."""
    columns = ["| | t | column | c0 | T | integer | " + " + ".join(f"[c{n}]" for n in range(1, 11)) + " |"]
    columns += [f"| | t | column | c{n} | C{n} | integer | |" for n in range(1, 11)]
    rows = ["| | t | row | r0 | Tổng | | sum(" + ", ".join(f"[r{n}]" for n in range(1, 50)) + ") |"]
    rows += [f"| | t | row | r{n} | R{n} | | |" for n in range(1, 50)]
    lines = [
        "| survey |",
        "| | type | name | label | appearance |",
        "| | begin group | t | Bảng | x-table |",
        "| | end group |",
        "| tables |",
        "| | table | axis | name | label | type | calculation |",
        *columns,
        *rows,
        "| checks |",
        "| | name | where | severity | expression | message |",
        "| | K1 | t[*,c1] | hard | [c2] <= . + [c3] and [c4] >= 0 | Sai |",
        "| | K2 | t[*,c0] | soft | . < 1000000 or [c1] = 0 | Sai |",
        "| | K3 | t[r0,*] | hard | [r1] <= . | Sai |",
        "| | K4 | t[r1,*] | hard | . >= 0 and . < 5000 | Sai |",
    ]
    return form("\n".join(lines))


def test_a_large_form_is_evaluated_within_its_budget() -> None:
    big = large_form()
    answers = {node.path: str(10 + n % 7) for n, node in enumerate(big.nodes) if node.type == "int"}
    assert len(big.nodes) >= 600 and len(big.checks) >= 120
    evaluate(big, answers)
    started = time.perf_counter()
    for _ in range(10):
        evaluate(big, answers)
    assert (time.perf_counter() - started) / 10 < 0.05, "the target is 5 ms; ten times that is broken"


def test_a_value_that_cannot_be_read_is_told_once_and_not_again_by_the_checks_that_read_it() -> None:
    told = state(tuoi="20", luong="abc", thuong="5").findings
    assert [(finding.check, finding.path) for finding in told] == [("type", LUONG)]
