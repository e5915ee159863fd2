"""Two versions of a form side by side."""

from __future__ import annotations

import json

from dieutra.engine.forms.compare import compare
from dieutra.engine.forms.wording import in_words, prose
from dieutra.engine.lang import parse, place_of
from tests.engine.markdown import form

OLD = """
    | survey |
    |        | type         | name | label       | relevant    | constraint | constraint_message |
    |        | begin group  | g    | Nhóm        |             |            |                    |
    |        | integer      | tuoi | Tuổi        |             | . >= 0     | Không âm           |
    |        | select_one l | gt   | Giới tính   | ${tuoi} > 5 |            |                    |
    |        | text         | ten  | Họ tên      |             |            |                    |
    |        | text         | cu   | Bỏ đi       |             |            |                    |
    |        | end group    |      |             |             |            |                    |
    | choices |
    |         | list_name | name | label |
    |         | l         | 1    | Nam   |
    |         | l         | 2    | Nữ    |
    | checks |
    |        | name | where | severity | expression  | message |
    |        | K1   | tuoi  | soft     | ${tuoi}< 99 | Già quá |
    |        | K2   | tuoi  | soft     | ${tuoi}!= 7 | Bảy     |
"""
NEW = """
    | survey |
    |        | type         | name  | label       | relevant    | constraint | constraint_message |
    |        | begin group  | g     | Nhóm        |             |            |                    |
    |        | decimal      | tuoi  | Tuổi        |             | . > 0      | Phải dương         |
    |        | select_one l | gt    | Giới        | ${tuoi} > 6 |            |                    |
    |        | text         | hoten | Họ tên      |             |            |                    |
    |        | end group    |       |             |             |            |                    |
    |        | begin group  | h     | Nhóm hai    |             |            |                    |
    |        | text         | moi   | Mới         |             |            |                    |
    |        | end group    |       |             |             |            |                    |
    | choices |
    |         | list_name | name | label |
    |         | l         | 1    | Nam giới |
    |         | l         | 3    | Khác  |
    | checks |
    |        | name | where | severity | expression   | message |
    |        | K1   | tuoi  | hard     | ${tuoi}< 120 | Già quá |
    |        | K3   | tuoi  | soft     | ${tuoi}!= 8  | Tám     |
"""


def test_a_form_is_the_same_as_itself() -> None:
    assert compare(form(OLD), form(OLD)).is_same


def test_what_came_what_went_and_what_may_have_been_renamed() -> None:
    found = compare(form(OLD), form(NEW))
    assert [it.name for it in found.added] == ["hoten", "h", "moi"]
    assert [it.name for it in found.removed] == ["ten", "cu"]
    assert [(it.old.name, it.new.name) for it in found.renamed] == [("ten", "hoten")]
    assert found.moved == ()
    assert not found.is_same


def test_what_changed_is_told_part_by_part_as_text() -> None:
    found = compare(form(OLD), form(NEW))
    assert {(it.path, it.part, it.old, it.new) for it in found.changed} == {
        ("/data/g/tuoi", "Kiểu", "int", "decimal"),
        ("/data/g/gt", "Nhãn (vi)", "Giới tính", "Giới"),
        ("/data/g/gt", "Điều kiện hỏi", "${tuoi} > 5", "${tuoi} > 6"),
        ("/data/g/gt", "Lựa chọn 1 (vi)", "Nam", "Nam giới"),
        ("/data/g/gt", "Lựa chọn", "2 = Nữ", ""),
        ("/data/g/gt", "Lựa chọn", "", "3 = Khác"),
    }


def test_checks_that_came_went_and_changed() -> None:
    found = compare(form(OLD), form(NEW))
    assert [(it.part, it.new) for it in found.checks_added] == [("K3", "${tuoi} != 8")]
    assert [(it.part, it.old) for it in found.checks_removed] == [("K2", "${tuoi} != 7")]
    assert [(it.part, it.old, it.new) for it in found.checks_changed] == [
        ("tuoi.constraint: Biểu thức", ". >= 0", ". > 0"),
        ("tuoi.constraint: Câu báo (vi)", "Không âm", "Phải dương"),
        ("K1: Biểu thức", "${tuoi} < 99", "${tuoi} < 120"),
        ("K1: Mức", "soft", "hard"),
        ("K1: Giải trình", "True", "False"),
    ]


def test_a_question_in_another_group_has_moved_and_its_group_takes_its_members_along() -> None:
    new = NEW.replace("| moi   | Mới", "| cu    | Bỏ đi")
    found = compare(form(OLD), form(new))
    assert [(it.old.path, it.new.path) for it in found.moved] == [("/data/g/cu", "/data/h/cu")]
    inside = OLD.replace(
        "| begin group  | g ", "| begin group | ngoai | Ngoài | | | |\n| | begin group  | g "
    )
    inside = inside.replace("| choices |", "| | end group | | | | | |\n| choices |")
    found = compare(form(OLD), form(inside))
    assert [(it.old.path, it.new.path) for it in found.moved] == [("/data/g", "/data/ngoai/g")]


def test_two_questions_of_the_same_label_are_no_candidates_for_a_rename() -> None:
    old = "| survey |\n| | type | name | label |\n| | text | a | Tên |\n| | text | b | Tên |"
    new = "| survey |\n| | type | name | label |\n| | text | c | Tên |\n| | text | d | Tên |"
    assert compare(form(old), form(new)).renamed == ()


def test_the_columns_of_a_table_are_compared_too() -> None:
    table = """
        | survey |
        |        | type        | name | label | appearance |
        |        | begin group | t    | Bảng  | x-table    |
        |        | end group   |      |       |            |
        | tables |
        |        | table | axis   | name | label | type    |
        |        | t     | row    | r1   | Một   |         |
        |        | t     | column | c1   | {}    | integer |
    """
    found = compare(form(table.replace("{}", "Số người")), form(table.replace("{}", "Số nữ")))
    assert ("/data/t", "Cột c1 (vi)", "Số người", "Số nữ") in {
        (it.path, it.part, it.old, it.new) for it in found.changed
    }


def test_a_comparison_is_json() -> None:
    json.dumps(compare(form(OLD), form(NEW)).to_json())


def test_expressions_are_written_with_the_brackets_they_need() -> None:
    names = {"a": "/data/a", "b": "/data/b"}
    for text in (
        "${a} - (${b} - 1)",
        "(${a} + ${b}) * 2",
        "${a} > 1 and (${b} = 'x' or not(${a} = 2))",
        "-(${a} + 1) div 2",
        'if(. = "it\'s", 1, 2.5)',
    ):
        assert in_words(parse(text, "/data/a", names)) == text
    assert in_words(
        ["where", "/data/ho/ten", ["/data/ho", ["op", "=", ["path", "/data/ho/x"], ["num", 1]]]]
    ) == ("${ho}[${x} = 1]/${ten}")
    assert in_words(["items", "tinh", "label", ["op", "=", ["item", "name"], ["outer", "/data/a"]]]) == (
        "instance('tinh')/root/item[name = current()/${a}]/label"
    )


def test_places_and_prose() -> None:
    assert place_of("/data/ho[4]/con[12]/tuoi") == "/data/ho/con/tuoi"
    assert prose("Ông ${/data/ho/ten} có") == "Ông ${ten} có"
