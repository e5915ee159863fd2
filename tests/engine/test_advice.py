"""What an author is told about a form that loads, and where; each form is a small table."""

from __future__ import annotations

import io
import time
import zipfile

from dieutra.engine.forms.advice import advise
from dieutra.engine.forms.cells import letter
from dieutra.engine.forms.examine import examine
from dieutra.engine.forms.remarks import Advice
from dieutra.engine.forms.xlsform import load_workbook
from tests.engine.markdown import book, xlsx


def advice(text: str, trials: int = 0) -> list[Advice]:
    workbook = book(text)
    return advise(load_workbook(workbook).form, workbook, trials, seconds=120)


def said(text: str, trials: int = 0) -> list[tuple[str, int, str]]:
    return [(it.sheet, it.row, it.column) for it in advice(text, trials)]


SOUND = """
    | survey |
    |        | type               | name | label       | constraint | constraint_message | relevant        |
    |        | integer            | tuoi | Tuổi        | . >= 0     | Tuổi không âm      |                 |
    |        | select_one co_khong| di   | Có đi làm?  |            |                    | ${tuoi} >= 15   |
    |        | integer            | gio  | Số giờ      |            |                    | ${di} = '1'     |
    | choices |
    |         | list_name | name | label |
    |         | co_khong  | 1    | Có    |
    |         | co_khong  | 0    | Không |
    | checks |
    |        | name | where | severity | expression    | message       |
    |        | K1   | gio   | soft     | ${gio} <= 100 | Giờ quá nhiều |
"""


def test_a_sound_form_gets_no_advice_neither_by_reasoning_nor_by_trial() -> None:
    assert advice(SOUND, trials=300) == []


def test_a_calculation_that_nobody_reads_is_named_and_one_in_a_message_is_read() -> None:
    found = advice(
        """
        | survey |
        |        | type      | name | label       | calculation     |
        |        | integer   | a    | A           |                 |
        |        | calculate | b    |             | ${a} + 1        |
        |        | calculate | c    |             | ${a} + 2        |
        |        | calculate | d    |             | ${e} + 3        |
        |        | calculate | e    |             | ${a} + 4        |
        |        | note      | n    | Là ${c}     |                 |
        """
    )
    assert [(it.row, it.column) for it in found] == [
        (3, "calculation"),
        (5, "calculation"),
        (6, "calculation"),
    ]
    assert "không câu hỏi" in found[0].message
    assert "công thức không ai dùng" in found[2].message


def test_a_list_that_no_question_offers_is_found_at_its_first_line() -> None:
    extra = SOUND.replace(
        "|         | co_khong  | 0", "|         | thua  | 7    | Thừa |\n    |         | co_khong  | 0"
    )
    [found] = advice(extra)
    assert (found.sheet, found.row, found.column) == ("choices", 3, "list_name")
    assert "“thua”" in found.message


def test_each_text_without_its_translation_is_told_where_it_should_stand() -> None:
    found = advice(
        """
        | survey |
        |        | type          | name | label::Tiếng Việt (vi) | label::English (en) | hint::Tiếng Việt (vi) |
        |        | integer       | a    | Tuổi                   | Age                 |                       |
        |        | select_one l  | b    | Giới tính              |                     | Chọn một              |
        | choices |
        |         | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
        |         | l         | 1    | Nam                    | Male                |
        |         | l         | 2    | Nữ                     |                     |
        | checks |
        |        | name | where | severity | expression | message::Tiếng Việt (vi) | message::English (en) |
        |        | K1   | a     | hard     | ${a} < 150 | Tuổi quá cao             |                       |
        | settings |
        |          | form_title | form_title::English (en) | form_id | version |
        |          | Phiếu      | Form                     | thu     | 1       |
        """
    )
    assert [(it.sheet, it.row, it.column) for it in found] == [
        ("survey", 3, "hint::English (en)"),
        ("survey", 3, "label::English (en)"),
        ("choices", 3, "label::English (en)"),
        ("checks", 2, "message::English (en)"),
    ]
    assert found[1].message == "Nhãn chưa có bản tiếng Anh."


CONSTRAINED = """
    | survey |
    |        | type    | name | label | constraint        | constraint_message |
    |        | integer | a    | A     | . >= 0 and . <= 9 | Từ 0 đến 9         |
    |        | integer | b    | B     | . > 0             | Phải dương         |
    | checks |
    |        | name | where | severity | expression | message |
    |        | K1   | a     | hard     | {}         | Sai     |
"""


def verdict(expression: str) -> str:
    found = advice(CONSTRAINED.replace("{}", expression))
    return found[0].message if found else ""


def test_a_check_that_the_constraints_make_impossible_to_break_is_found() -> None:
    assert "Không bao giờ báo" in verdict("${a} >= 0")
    assert "Không bao giờ báo" in verdict("${a} < 10")
    assert "Không bao giờ báo" in verdict(". * 2 <= 18")
    assert "“b”" in verdict("${b} >= 1")  # a whole number above 0
    assert "luôn đúng" in verdict("1 + 1 = 2")
    assert verdict("${a} <= 8") == ""
    assert verdict("${b} <= 1000") == ""


def test_a_check_that_can_never_hold_is_found() -> None:
    assert "luôn báo" in verdict("${a} > 9")
    assert "luôn báo" in verdict("${a} + ${b} < 1")
    assert "luôn báo" in verdict("false()")
    assert verdict("${a} + ${b} < 2") == ""


def test_a_blank_among_several_values_keeps_a_check_able_to_fail() -> None:
    # ${b} may be blank while ${a} is not: blank compares as false
    assert verdict("${a} + ${b} >= 1") == ""
    assert "Không bao giờ báo" in verdict("sum(${a}, ${b}) >= 0")


def test_a_check_that_repeats_a_constraint_or_another_check_is_found() -> None:
    assert "Giống hệt ràng buộc của “a”" in verdict("${a} >= 0 and ${a} <= 9")
    [found] = advice(CONSTRAINED.replace("{}", "${a} != 5") + "    | | K2 | a | soft | . != 5 | Sai |\n")
    assert (found.row, found.message[:23]) == (3, "Giống hệt kiểm tra K1, ")


def test_a_constraint_without_effect_or_without_a_way_to_keep_it_is_found() -> None:
    survey = """
    | survey |
    |        | type    | name | label | constraint      | constraint_message |
    |        | integer | a    | A     | {}              | Sai                |
    """
    assert "không có tác dụng" in advice(survey.replace("{}", "1 < 2"))[0].message
    assert "Không giá trị nào" in advice(survey.replace("{}", "1 > 2"))[0].message
    assert advice(survey.replace("{}", "true()")) == []  # takes a column's constraint away from one cell
    assert advice(survey.replace("{}", ". > 5")) == []


def test_a_group_that_is_never_asked_is_told_once_with_its_required_questions() -> None:
    found = advice(
        """
        | survey |
        |        | type         | name | label | relevant      | required |
        |        | select_one l | co   | Có?   |               |          |
        |        | begin group  | g    | Nhóm  | ${co} = '9'   |          |
        |        | integer      | x    | X     |               | yes      |
        |        | integer      | y    | Y     | ${x} > 0      |          |
        |        | end group    |      |       |               |          |
        |        | note         | n    | N     | 1 = 1         |          |
        | choices |
        |         | list_name | name | label |
        |         | l         | 1    | Có    |
        """,
        trials=50,
    )
    assert [(it.row, it.column) for it in found] == [(3, "relevant"), (7, "relevant")]
    assert "không bao giờ đúng" in found[0].message
    assert "câu bắt buộc: x" in found[0].message
    assert "luôn đúng" in found[1].message


def test_a_table_line_of_checks_is_told_once_with_how_many_of_its_cells() -> None:
    found = advice(
        """
        | survey |
        |        | type        | name | label | appearance |
        |        | begin group | t    | Bảng  | x-table    |
        |        | end group   |      |       |            |
        | tables |
        |        | table | axis   | name  | label | type    | constraint | constraint_message |
        |        | t     | row    | r1    | Một   |         |            |                    |
        |        | t     | row    | r2    | Hai   |         |            |                    |
        |        | t     | column | c1    | Số    | integer | . >= 0     | Không âm           |
        |        | t     | cell   | r2:c1 |       |         | true()     |                    |
        | checks |
        |        | name | where   | severity | expression | message |
        |        | K1   | t[*,c1] | hard     | . > -1     | Sai     |
        """
    )
    assert [(it.sheet, it.row, it.column) for it in found] == [("checks", 2, "expression")]
    assert "Ở 1 trong 2 ô" in found[0].message


def test_trials_are_honest_about_being_trials() -> None:
    [found] = advice(
        """
        | survey |
        |        | type | name | label |
        |        | text | a    | A     |
        | checks |
        |        | name | where | severity | expression                        | message |
        |        | K1   | a     | soft     | string-length(${a}) < 90 + 9      | Sai     |
        """,
        trials=100,
    )
    assert found.severity == "info"
    assert found.message.startswith("Trong 100 phiếu thử ngẫu nhiên, chưa lần nào kiểm tra này báo (")


def test_repeats_lists_and_node_sets_are_tried_too_and_nothing_false_is_said_of_them() -> None:
    text = """
    | survey |
    |  | type         | name | label   | relevant      | constraint | constraint_message | calculation  | choice_filter |
    |  | begin repeat | ho   | Hộ      |               |            |                    |              |             |
    |  | text         | ten  | Tên     |               |            |                    |              |             |
    |  | integer      | tuoi | Tuổi    |               | . >= 0     | Không âm           |              |             |
    |  | integer      | gio  | Giờ     | ${tuoi} >= 15 |            |                    |              |             |
    |  | end repeat   |      |         |               |            |                    |              |             |
    |  | calculate    | tong |         |               |            |                    | sum(${tuoi}) |             |
    |  | note         | n    | ${tong} |               |            |                    |              |             |
    |  | select_one v | vung | Vùng    |               |            |                    |              |             |
    |  | select_one t | tinh | Tỉnh    |               |            |                    |              | v = ${vung} |
    | choices |
    |         | list_name | name | label | v |
    |         | v         | b    | Bắc   |   |
    |         | t         | 01   | Hà Nội| b |
    | checks |
    |        | name | where | severity | expression              | message |
    |        | K1   | gio   | soft     | ${gio} <= 100           | Nhiều   |
    |        | K2   | tong  | soft     | sum(${tuoi}) < 1000     | Nhiều   |
    |        | K3   | tong  | soft     | count(${tuoi}) <= 2     | Nhiều   |
    """
    assert advice(text, trials=300) == []
    bad = text.replace("${gio} <= 100 ", "${tuoi} >= 0  ")
    assert [it.row for it in advice(bad, trials=300)] == [2]
    # seen from a row of the same repeat there is one age, so this never speaks
    alone = text.replace("K3   | tong ", "K3   | ten  ")
    assert [(it.row, it.severity) for it in advice(alone, trials=300)] == [(4, "info")]


def test_trials_stop_when_their_time_is_up() -> None:
    workbook = book(SOUND)
    start = time.monotonic()
    advise(load_workbook(workbook).form, workbook, trials=10_000_000, seconds=0.05)
    assert time.monotonic() - start < 20


def test_a_question_with_too_long_a_label_is_told() -> None:
    [found] = advice(f"| survey |\n| | type | name | label |\n| | text | a | {'dài ' * 150} |")
    assert (found.row, found.column) == (2, "label")
    assert "hint" in found.message


# --- with addresses


def test_errors_come_with_the_address_that_excel_takes() -> None:
    found = examine(
        xlsx(
            """
            | survey |
            |        | type    | name | label | relevant    |
            |        | integer | a    | A     |             |
            |        | integer | b    | B     | ${khong} > 1|
            """
        )
    )
    assert found.form is None
    assert [(it.cell, it.severity) for it in found.errors] == [("survey!D3", "error")]
    assert found.errors[0].place == "survey!D3 (relevant)"


def test_a_circle_of_formulas_is_told_with_the_cell_of_each() -> None:
    found = examine(
        xlsx(
            """
            | survey |
            |        | type      | name | label | calculation |
            |        | calculate | a    |       | ${b} + 1    |
            |        | calculate | b    |       | ${a} + 1    |
            """
        )
    )
    assert "a (survey!D2) → b (survey!D3) → a (survey!D2)" in found.errors[0].message


def test_a_file_that_is_no_workbook_is_one_error_without_a_cell() -> None:
    found = examine(b"PK but not really")
    assert [(it.cell, it.place) for it in found.errors] == [("", "tệp phiếu")]
    assert found.to_json()["ok"] is False


def test_a_file_that_unpacks_without_end_is_not_opened_at_all() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 210_000_000)
    found = examine(bomb.getvalue())
    assert "quá lớn sau khi giải nén" in found.errors[0].message


def test_letters_go_on_after_z() -> None:
    assert [letter(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
