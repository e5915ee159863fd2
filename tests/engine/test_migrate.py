"""A draft goes to another version of its form: what is carried where, and what is said to be lost."""

from __future__ import annotations

from dieutra.engine.forms import migrate as reasons
from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.migrate import Migrated, migrate
from tests.engine.markdown import form


def survey(*lines: str) -> Form:
    """Lines of `type name`; `group x` … `end`, `repeat x [count]` … `end`."""
    rows = []
    for number, line in enumerate(lines):
        type_, name, count = [*line.split(), "", ""][:3]
        if type_ == "end":
            type_ = f"end {name or 'group'}"
            name = ""
        label = "" if type_ == "calculate" else f"Nhãn {number}"
        calculation = "1 + 1" if type_ == "calculate" else ""
        type_ = {"group": "begin group", "repeat": "begin repeat", "chon": "select_one l"}.get(type_, type_)
        rows.append(f"| | {type_} | {name} | {label} | {count} | {calculation} |")
    head = "| survey |\n| | type | name | label | repeat_count | calculation |\n"
    choices = "\n| choices |\n| | list_name | name | label |\n| | l | 1 | Có |\n"
    uses = any("select_one" in row for row in rows)
    return form(head + "\n".join(rows) + (choices if uses else ""))


def lost(found: Migrated) -> dict[str, str]:
    return {it.path: it.why for it in found.lost}


def test_what_stands_at_its_path_stays_as_it_was_written() -> None:
    old, new = survey("integer a", "text b"), survey("integer a", "text b", "text c")
    found = migrate(old, new, {"/data/a": "05", "/data/b": " x "})
    assert found.answers == {"/data/a": "05", "/data/b": " x "}
    assert (found.moved, found.lost) == ({}, ())


def test_a_question_follows_its_name_into_another_group() -> None:
    old, new = survey("text a", "integer b"), survey("group g", "text a", "end", "integer b")
    found = migrate(old, new, {"/data/a": "x", "/data/b": "1"})
    assert found.answers == {"/data/g/a": "x", "/data/b": "1"}
    assert found.moved == {"/data/a": "/data/g/a"}


def test_what_the_new_form_no_longer_asks_is_lost_with_its_label_value_and_reason() -> None:
    found = migrate(survey("text a", "text b"), survey("text b"), {"/data/a": "mười hai"})
    assert found.answers == {}
    [it] = found.lost
    assert (it.path, it.label, it.value, it.why) == ("/data/a", {"vi": "Nhãn 0"}, "mười hai", reasons.GONE)


def test_a_rename_is_followed_only_when_it_was_confirmed_and_makes_sense() -> None:
    old, new = survey("text a", "text b"), survey("text z", "text b")
    answers = {"/data/a": "x", "/data/b": "y"}
    assert lost(migrate(old, new, answers)) == {"/data/a": reasons.GONE}
    found = migrate(old, new, answers, {"/data/a": "/data/z"})
    assert found.answers == {"/data/z": "x", "/data/b": "y"}
    # onto a place that has its own answer, or from a place that still stands: not followed
    assert migrate(old, new, answers, {"/data/a": "/data/b"}).answers == {"/data/b": "y"}
    assert migrate(old, new, answers, {"/data/b": "/data/z"}).answers == {"/data/b": "y"}


def test_a_value_of_another_type_is_kept_and_the_type_finding_tells() -> None:
    old, new = survey("text a", "text b"), survey("integer a", "chon b")
    found = migrate(old, new, {"/data/a": "mười", "/data/b": "9"})
    assert found.answers == {"/data/a": "mười", "/data/b": "9"}
    assert [it.check for it in evaluate(new, found.answers).findings] == ["type", "type"]


def test_an_answer_cannot_stand_where_the_new_form_calculates_or_groups() -> None:
    old, new = survey("text a", "text g"), survey("calculate a", "group g", "text x", "end")
    found = migrate(old, new, {"/data/a": "1", "/data/g": "2"})
    assert lost(found) == {"/data/a": reasons.CALCULATED, "/data/g": reasons.CONTAINER}


def test_blank_answers_are_no_loss() -> None:
    assert migrate(survey("text a", "text b"), survey("text b"), {"/data/a": " "}).lost == ()


def test_rows_keep_their_names_and_their_order() -> None:
    old = survey("repeat ho", "text ten", "repeat con", "text be", "end repeat", "end repeat")
    answers = {
        "/data/ho": "4 1",
        "/data/ho[4]/ten": "An",
        "/data/ho[4]/con": "2",
        "/data/ho[4]/con[2]/be": "Bi",
        "/data/ho[1]/ten": "Ba",
    }
    assert migrate(old, old, answers).answers == answers
    inside = survey(
        "group g", "repeat ho", "text ten", "repeat con", "text be", "end repeat", "end repeat", "end"
    )
    found = migrate(old, inside, answers)
    assert found.answers == {path.replace("/data/ho", "/data/g/ho"): value for path, value in answers.items()}
    assert migrate(inside, old, found.answers).answers == answers


def test_an_empty_row_is_still_a_row() -> None:
    old = survey("repeat ho", "text ten", "end repeat")
    assert migrate(old, old, {"/data/ho": "1 2", "/data/ho[2]/ten": "x"}).answers["/data/ho"] == "1 2"


def test_a_group_that_became_a_repeat_is_its_first_row() -> None:
    old, new = survey("group ho", "text ten", "end"), survey("repeat ho", "text ten", "end repeat")
    found = migrate(old, new, {"/data/ho/ten": "An"})
    assert found.answers == {"/data/ho": "1", "/data/ho[1]/ten": "An"}
    assert found.moved == {"/data/ho/ten": "/data/ho[1]/ten"}


def test_a_repeat_that_became_a_group_keeps_its_only_row_and_loses_several() -> None:
    old, new = survey("repeat ho", "text ten", "end repeat"), survey("group ho", "text ten", "end")
    assert migrate(old, new, {"/data/ho": "7", "/data/ho[7]/ten": "An"}).answers == {"/data/ho/ten": "An"}
    several = {"/data/ho": "1 2", "/data/ho[1]/ten": "An", "/data/ho[2]/ten": "Ba"}
    found = migrate(old, new, several)
    assert found.answers == {}
    assert lost(found) == {"/data/ho[1]/ten": reasons.MANY_ROWS, "/data/ho[2]/ten": reasons.MANY_ROWS}


def test_rows_that_a_count_now_decides_take_the_number_of_their_turn() -> None:
    old = survey("integer n", "repeat ho", "text ten", "end repeat")
    new = survey("integer n", "repeat ho ${n}", "text ten", "end repeat")
    answers = {"/data/n": "2", "/data/ho": "4 1", "/data/ho[4]/ten": "An", "/data/ho[1]/ten": "Ba"}
    assert migrate(old, new, answers).answers == {
        "/data/n": "2",
        "/data/ho": "1 2",  # remembers that these rows have had their defaults
        "/data/ho[1]/ten": "An",
        "/data/ho[2]/ten": "Ba",
    }


def test_rows_that_a_count_decided_become_a_list() -> None:
    old = survey("integer n", "repeat ho ${n}", "text ten", "end repeat")
    new = survey("integer n", "repeat ho", "text ten", "end repeat")
    answers = {"/data/n": "2", "/data/ho[1]/ten": "An", "/data/ho[2]/ten": "Ba"}
    assert migrate(old, new, answers).answers == {**answers, "/data/ho": "1 2"}


def test_what_is_left_of_a_deleted_row_does_not_bring_the_row_back() -> None:
    old = survey("repeat ho", "text ten", "end repeat")
    found = migrate(old, old, {"/data/ho": "1", "/data/ho[1]/ten": "An", "/data/ho[2]/ten": "cũ"})
    assert found.answers == {"/data/ho": "1", "/data/ho[1]/ten": "An"}
    assert lost(found) == {"/data/ho[2]/ten": reasons.ROW_GONE}


def test_a_name_that_stands_twice_is_not_followed() -> None:
    old = survey("group g", "text ten", "end", "text x")
    new = survey("group h", "text ten", "end", "group k", "text ten", "end", "text x")
    found = migrate(old, new, {"/data/g/ten": "An"})
    assert lost(found) == {"/data/g/ten": reasons.GONE}


def test_what_went_into_a_repeat_evaluates_there() -> None:
    old, new = survey("text ten"), survey("repeat ho", "text ten", "end repeat")
    found = migrate(old, new, {"/data/ten": "An"})
    assert evaluate(new, found.answers).values["/data/ho[1]/ten"] == "An"
