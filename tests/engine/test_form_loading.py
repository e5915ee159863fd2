"""Reading a questionnaire from its workbook, and saying all that is wrong with it."""

# ruff: noqa: E501  (forms are drawn as tables)
from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest
import pyxform

from dieutra.engine.forms.errors import FormError
from dieutra.engine.forms.form import Choice, Column, Form
from dieutra.engine.forms.xlsform import load, load_workbook, load_xlsform
from tests.engine.markdown import book, form, xlsx

OFFICE = """
    | survey |
    |        | type             | name      | label::Tiếng Việt (vi) | label::English (en) | appearance | required | relevant        | calculation | constraint | constraint_message::Tiếng Việt (vi) | default | readonly | unit::Tiếng Việt (vi) | hint::Tiếng Việt (vi) |
    |        | note             | luu_y     | Xin đọc kỹ             | Please read         |            |          |                 |             |            |                                     |         |          |                       |                       |
    |        | begin group      | chung     | Chung                  | General             |            |          |                 |             |            |                                     |         |          |                       |                       |
    |        | text             | ten       | Tên                    | Name                |            | yes      |                 |             |            |                                     |         |          |                       | Theo quyết định       |
    |        | select_one co    | co_web    | ${ten} có web không?   | Website?            | minimal    |          |                 |             |            |                                     | 0       |          |                       |                       |
    |        | text             | dia_chi   | Địa chỉ web            | Address             |            | yes      | ${co_web} = '1' |             |            |                                     |         |          |                       |                       |
    |        | select_multiple co | nhieu   | Nhiều                  | Many                |            |          |                 |             |            |                                     |         |          |                       |                       |
    |        | integer          | nam       | Năm thành lập          | Year                |            |          |                 |             | . >= 1945  | ${ten} thành lập quá sớm            |         |          | năm                   |                       |
    |        | end group        |           |                        |                     |            |          |                 |             |            |                                     |         |          |                       |                       |
    |        | begin group      | lao_dong  | Lao động               | Workers             | x-table    |          |                 |             |            |                                     |         |          |                       |                       |
    |        | end group        |           |                        |                     |            |          |                 |             |            |                                     |         |          |                       |                       |
    |        | calculate        | ty_le     |                        |                     |            |          |                 | ${lao_dong_r02_c1} div ${lao_dong_r01_c1} | | |    |          |                       |                       |
    |        | date             | ngay      | Ngày ký                | Signed on           |            |          |                 |             |            |                                     |         |          |                       |                       |
    | choices |
    |         | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
    |         | co        | 1    | Có                     | Yes                 |
    |         | co        | 0    | Không                  | No                  |
    | tables |
    |        | table    | axis   | name   | code | label::Tiếng Việt (vi) | label::English (en) | type    | calculation         | indent | blocked | required | unit::Tiếng Việt (vi) |
    |        | lao_dong | column | c1     | A    | Tổng số                | Total               | integer | [c2] + [c3]         |        |         |          | người                 |
    |        | lao_dong | column | c2     | 1    | Nữ                     | Women               | integer |                     |        |         | yes      |                       |
    |        | lao_dong | column | c3     | 2    | Nam                    | Men                 | integer |                     |        |         |          |                       |
    |        | lao_dong | row    | r01    | 01   | Tổng số                | Total               |         | sum([r02], [r03])   |        |         |          |                       |
    |        | lao_dong | row    | r02    | 02   | Công chức              | Civil servants      |         |                     | 1      |         |          |                       |
    |        | lao_dong | row    | r03    | 03   | Viên chức              | Public employees    |         |                     | 1      |         |          |                       |
    |        | lao_dong | cell   | r03:c3 |      |                        |                     |         |                     |        | yes     |          |                       |
    | checks |
    |        | name | where           | severity | expression          | message::Tiếng Việt (vi)              | message::English (en) | justify | level |
    |        | K01  | lao_dong[*,c1]  | hard     | [c2] <= .           | Nữ nhiều hơn tổng số: [c2]            | More women than all   |         |       |
    |        | K02  | lao_dong[r01,*] | soft     | [r02] >= [r03]      | Viên chức nhiều hơn công chức         | Unusual               |         |       |
    |        | K03  | nam             | soft     | ${nam} <= 2021                  | Năm sau năm điều tra     | Late                  | no      |       |
    |        | K05  | nam             | soft     | ${nam} >= 1990                  | Năm quá xa               | Long ago              |         | province |
    |        | K04  | lao_dong        | hard     | ${lao_dong_r01_c1} > 0 | Chưa có lao động                   | Nobody                |         |       |
"""
TABLE = "/data/lao_dong"


@pytest.fixture(scope="module")
def office() -> Form:
    return form(OFFICE)


def test_groups_come_before_their_members_in_document_order(office: Form) -> None:
    names = [node.name for node in office.nodes[:9]]
    assert names == ["luu_y", "chung", "ten", "co_web", "dia_chi", "nhieu", "nam", "lao_dong", "lao_dong_r01"]
    assert office.node("/data/chung/ten").parent == "/data/chung"
    assert office.node("/data/luu_y").parent is None


def test_nodes_know_what_kind_they_are(office: Form) -> None:
    kinds = {node.name: (node.kind, node.type) for node in office.nodes}
    assert kinds["luu_y"] == ("note", "string")
    assert kinds["chung"] == ("group", None)
    assert kinds["co_web"] == ("question", "select1")
    assert kinds["nhieu"] == ("question", "select")
    assert kinds["lao_dong"] == ("table", None)
    assert kinds["lao_dong_r01"] == ("row", None)
    assert kinds["lao_dong_r01_c1"] == ("cell", "int")
    assert kinds["ty_le"] == ("calculate", "string")
    assert kinds["ngay"] == ("question", "date")


def test_labels_come_in_the_languages_of_the_workbook(office: Form) -> None:
    assert office.languages == ("vi", "en")
    assert office.title == {"vi": "Phiếu thử"}
    assert office.node("/data/chung").label == {"vi": "Chung", "en": "General"}
    assert office.node("/data/chung/ten").hint == {"vi": "Theo quyết định"}
    assert office.node("/data/chung/co_web").label["vi"] == "${/data/chung/ten} có web không?"
    assert office.node("/data/chung/nam").unit == {"vi": "năm"}


def test_choices_defaults_and_appearance_are_read(office: Form) -> None:
    question = office.node("/data/chung/co_web")
    assert question.choices == (
        Choice("1", {"vi": "Có", "en": "Yes"}),
        Choice("0", {"vi": "Không", "en": "No"}),
    )
    assert (question.default, question.appearance) == ("0", ("minimal",))


def test_logic_is_parsed_to_trees(office: Form) -> None:
    address = office.node("/data/chung/dia_chi")
    assert address.relevant == ["op", "=", ["path", "/data/chung/co_web"], ["str", "1"]]
    assert address.required == ["call", "true"]


def test_a_constraint_becomes_a_hard_check(office: Form) -> None:
    check = next(check for check in office.checks if check.name == "nam.constraint")
    assert (check.where, check.severity, check.justify) == ("/data/chung/nam", "hard", False)
    assert check.expr == ["op", ">=", ["self"], ["num", 1945]]
    assert check.paths == ("/data/chung/nam",)
    assert check.message == {"vi": "${/data/chung/ten} thành lập quá sớm"}


def test_a_table_holds_rows_of_cells_in_the_order_of_its_columns(office: Form) -> None:
    assert office.node(TABLE).columns == (
        Column("c1", "A", {"vi": "Tổng số", "en": "Total"}, "int", {"vi": "người"}),
        Column("c2", "1", {"vi": "Nữ", "en": "Women"}, "int"),
        Column("c3", "2", {"vi": "Nam", "en": "Men"}, "int"),
    )
    row = office.members(TABLE)[1]
    assert (row.codes, row.appearance) == ({"row": "02"}, ("x-row", "x-indent-1"))
    assert [cell.name for cell in office.members(row.path)] == [f"lao_dong_r02_c{n}" for n in (1, 2, 3)]
    assert office.members(row.path)[1].codes == {"row": "02", "col": "1"}
    assert office.members(row.path)[0].unit == {"vi": "người"}


def test_a_blocked_cell_is_absent(office: Form) -> None:
    assert [cell.name for cell in office.members(f"{TABLE}/lao_dong_r03")] == [
        "lao_dong_r03_c1",
        "lao_dong_r03_c2",
    ]


def test_the_calculation_of_a_row_wins_over_that_of_a_column(office: Form) -> None:
    total = office.by_name["lao_dong_r01_c1"].calculate
    assert total is not None and total[:2] == ["op", "+"] and total[2][:2] == ["call", "sum"]
    assert office.by_name["lao_dong_r02_c1"].calculate == [
        "op",
        "+",
        ["path", f"{TABLE}/lao_dong_r02/lao_dong_r02_c2"],
        ["path", f"{TABLE}/lao_dong_r02/lao_dong_r02_c3"],
    ]


def test_a_blocked_cell_counts_as_zero_in_a_calculation(office: Form) -> None:
    assert office.by_name["lao_dong_r03_c1"].calculate == [
        "op",
        "+",
        ["path", f"{TABLE}/lao_dong_r03/lao_dong_r03_c2"],
        ["num", 0],
    ]


def test_calculated_cells_are_read_only_and_not_required(office: Form) -> None:
    assert office.by_name["lao_dong_r01_c2"].readonly == ["call", "true"]
    assert office.by_name["lao_dong_r01_c2"].required is None
    assert office.by_name["lao_dong_r02_c2"].required == ["call", "true"]


def test_a_check_with_a_star_is_repeated_and_passes_over_blocked_cells(office: Form) -> None:
    names = [check.name for check in office.checks]
    assert names == [
        "nam.constraint",
        "K01.r01",
        "K01.r02",
        "K01.r03",
        "K02.c1",
        "K02.c2",
        "K03",
        "K05",
        "K04",
    ]
    check = office.checks[2]
    assert check.where == f"{TABLE}/lao_dong_r02/lao_dong_r02_c1"
    assert check.expr == ["op", "<=", ["path", f"{TABLE}/lao_dong_r02/lao_dong_r02_c2"], ["self"]]
    assert check.message["vi"].endswith(f"${{{TABLE}/lao_dong_r02/lao_dong_r02_c2}}")


def test_soft_checks_ask_for_a_reason_unless_they_say_no(office: Form) -> None:
    asked = {check.name: (check.severity, check.justify, check.level) for check in office.checks}
    assert asked["K01.r01"] == ("hard", False, None)
    assert asked["K02.c1"] == ("soft", True, None)
    assert asked["K03"] == ("soft", False, None)
    assert asked["K05"] == ("soft", False, "province")  # a rule of the reviewers, which the unit does not see


def test_a_form_survives_json(office: Form) -> None:
    assert Form.from_json(json.loads(json.dumps(office.to_json()))) == office


def test_a_real_file_gives_the_same_form(office: Form, tmp_path: Path) -> None:
    content = xlsx(OFFICE)
    (tmp_path / "phieu.xlsx").write_bytes(content)
    assert load_xlsform(content) == load_xlsform(tmp_path / "phieu.xlsx") == office


@pytest.mark.heavy
def test_odk_validate_accepts_the_xform(tmp_path: Path) -> None:
    path = tmp_path / "form.xml"
    path.write_text(load_workbook(book(OFFICE)).xform_xml)
    jar = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
    done = subprocess.run(["java", "-jar", jar, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_codes_may_be_written_on_plain_questions() -> None:
    loaded = load_workbook(
        book("| survey |\n| | type | name | label | bind::dt:row |\n| | text | a | A | 01 |")
    )
    assert loaded.form.node("/data/a").codes == {"row": "01"}
    assert loaded.form.node("/data/a").kind == "question"


def test_a_function_that_collect_lacks_is_spelt_out_for_it() -> None:
    loaded = load_workbook(
        book(survey("integer | a | A", "integer | b | B", "calculate | c | | | sum(${a}, ${b})"))
    )
    assert 'calculate="(sum(/data/a) + sum(/data/b))"' in loaded.xform_xml


def test_what_pyxform_warns_of_is_said_in_vietnamese_at_the_author_s_row() -> None:
    loaded = load_workbook(
        book(
            """
            | survey |
            | | type | name | label::Tiếng Việt (vi) | label::french |
            | | image | anh | Ảnh | Photo |
            | | text | ANH | Lời | Mots |
            """
        )
    )
    assert loaded.warnings == (
        "sheet survey, dòng 2: nên ghi tham số max-pixels để ảnh gửi nhanh hơn và đỡ tốn chỗ",
        "sheet survey, dòng 3: tên “ANH” chỉ khác một tên khác ở chữ hoa, chữ thường; nhiều công cụ xử lý coi hai tên là một",
        "ngôn ngữ french không kèm mã; hãy ghi như “Tiếng Việt (vi)”, “English (en)”",
    )


def test_columns_that_nothing_reads_are_warned_of() -> None:
    loaded = load_workbook(book("| survey |\n| | type | name | label | relevent |\n| | text | a | A | 1 |"))
    assert loaded.warnings == ("Không dùng đến cột “relevent” của sheet survey",)


# --- mistakes


def problems(text: str) -> list[tuple[str, int, str, str]]:
    with pytest.raises(FormError) as refused:
        form(text)
    return [(each.sheet, each.row, each.column, each.message) for each in refused.value.form_problems]


def survey(*rows: str, columns: str = "type | name | label | relevant | calculation") -> str:
    lines = [f"| | {row} " for row in rows]
    return "\n".join(
        ["| survey |", f"| | {columns} |", *(line + "|" * (7 - line.count("|")) for line in lines)]
    )


def test_every_mistake_is_told_at_once() -> None:
    found = problems(
        survey(
            "integer | a | A | foo(1) > 2",
            "integer | a | A lần nữa | ${khong_co} = 1",
            "geopoin | vi_tri | Ở đâu",
            "begin repeat | nguoi | Người",
            "end group",
            "rank co | hang | Xếp hạng",
            "text | | Không tên",
            "select_one khong | chon | Chọn",
            "calculate | tinh | | |",
            "text | x y | Tên lạ",
            "text | khong_nhan |",
            "text | nhac | Xin chào ${aii}",
            "begin group | nhom | Nhóm",
        )
    )
    assert [(row, column) for _, row, column, _ in found] == [
        (2, "relevant"),
        (3, "name"),
        (3, "relevant"),
        (4, "type"),
        (6, "type"),
        (7, "type"),
        (8, "name"),
        (9, "type"),
        (10, "calculation"),
        (11, "name"),
        (13, "label"),
        (14, "type"),
    ]
    assert "Không có hàm foo()" in found[0][3]
    assert "đã dùng ở dòng 2" in found[1][3]
    assert "Không có câu hỏi nào tên “khong_co”" in found[2][3]
    assert "có phải là geopoint?" in found[3][3]
    assert "đóng “nguoi”, là begin repeat ở dòng 5" in found[4][3]
    assert "chưa có end group" in found[11][3]


@pytest.mark.parametrize(
    ("columns", "row", "column", "message"),
    [
        ("type|name|label|choice_filter", "select_one co|a|A|x = ", "choice_filter", "chưa viết hết"),
        ("type|name|label|repeat_count", "begin repeat|a|A|foo(1)", "repeat_count", "Không có hàm foo"),
        ("type|name|label|trigger", "integer|a|A|${b}", "trigger", "không phải một câu hỏi"),
        ("type|name|label|default", "date|a|A|todai()", "default", "có phải là today"),
        ("type|name|label|default", "integer|a|A|nhiều", "default", "không phải là số nguyên"),
        ("type|name|label", "select_one ${b}|a|A", "type", "phải nằm trong một phần lặp lại"),
        ("type|name|label", "interger|a|A", "type", "có phải là integer?"),
        ("type|name|label|relevant", "text|a|A|${b} = “1”", "relevant", "Không có câu hỏi nào tên “b”"),
        ("type|name|label|relevant", "text|a|A|/data/b = 1", "relevant", "Không có câu hỏi nào ở /data/b"),
        ("type|name|label", "text|meta|A", "name", "dành riêng"),
        ("type|name|label", "text|a|Xin ${a", "label", "Viết dở"),
        ("type|name|label", "text|a|Xin\x01", "label", "ký tự điều khiển"),
    ],
)
def test_a_mistake_in_a_cell_is_named(columns: str, row: str, column: str, message: str) -> None:
    choices = "| choices |\n| | list_name | name | label |\n| | co | 1 | Có |"
    found = problems(f"| survey |\n| | {columns} |\n| | {row} |\n{choices}")
    assert found[0][:3] == ("survey", 2, column)
    assert message in found[0][3]


def test_calculations_that_go_round_are_refused_by_name() -> None:
    found = problems(
        survey("integer | a | A | | ${b} + 1", "integer | b | B | | ${c}", "integer | c | C | ${a} > 1 |")
    )
    assert found == [
        (
            "survey",
            2,
            "calculation",
            "Công thức chạy vòng tròn: a → b → c → a. Hãy bỏ một phép tính trong vòng",
        )
    ]


def test_a_group_that_depends_on_its_own_member_goes_round() -> None:
    found = problems(survey("begin group | g | G | ${a} = 1", "integer | a | A", "end group"))
    assert "vòng tròn: g → a → g" in found[0][3]


def test_a_group_has_no_value_to_compute_with() -> None:
    found = problems(survey("begin group | g | G", "text | a | A", "end group", "text | b | B | ${g} = 1"))
    assert "“g” là một nhóm" in found[0][3]


TABLES = """
    | survey |
    |        | type        | name | label | appearance |
    |        | begin group | t    | Bảng  | x-table    |
    |        | end group   |      |       |            |
    | tables |
    |        | table | axis   | name   | label | type    | calculation | blocked | indent |
    |        | t     | column | c1     | Cột 1 | integer |             |         |        |
    |        | t     | column | c2     | Cột 2 | {type}  | [c1] * 2    |         |        |
    |        | t     | row    | r1     | Dòng  |         | {row}       |         | {indent} |
    |        | t     | row    | r2     | Dòng  |         |             |         |        |
    |        | {table} | {axis} | {cell} |     |         |             | yes     |        |
    | checks |
    |        | name   | where   | severity   | expression | message | justify   |
    |        | {name} | {where} | {severity} | {expr}     | {msg}   | {justify} |
    |        | K02    | t[r1,c1] | hard      | . > 0      | Sai     |           |
"""
GOOD = {
    "type": "integer",
    "row": "",
    "indent": "",
    "table": "t",
    "axis": "cell",
    "cell": "r2:c1",
    "name": "K01",
}
GOOD |= {"where": "t[*,c2]", "severity": "hard", "expr": "[c2] > 0", "msg": "Sai", "justify": ""}


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"type": "number"}, ("tables", 3, "type"), "integer, decimal hoặc text"),
        ({"row": "[r9] + 1"}, ("tables", 4, "calculation"), "không có dòng hay cột tên “r9”"),
        ({"row": "foo([r2])"}, ("tables", 4, "calculation"), "Không có hàm foo()"),
        ({"indent": "9"}, ("tables", 4, "indent"), "Mức thụt"),
        ({"cell": "r2:c9"}, ("tables", 6, "name"), "không có trong bảng"),
        ({"axis": "hàng"}, ("tables", 6, "axis"), "row, column hoặc cell"),
        ({"table": "u"}, ("tables", 6, "table"), "không có nhóm “u”"),
        ({"where": "khong"}, ("checks", 2, "where"), "Không có câu hỏi hay nhóm nào"),
        ({"where": "u[r1,c1]"}, ("checks", 2, "where"), "Không có bảng nào tên “u”"),
        ({"where": "t[r2,c1]"}, ("checks", 2, "where"), "bị khóa"),
        ({"where": "t[r1,c9]"}, ("checks", 2, "where"), "không có ô [r1,c9]"),
        ({"severity": "vừa"}, ("checks", 2, "severity"), "hard hoặc soft"),
        ({"expr": ""}, ("checks", 2, "expression"), "thiếu biểu thức"),
        ({"expr": "[c2] >"}, ("checks", 2, "expression"), "chưa viết hết"),
        ({"expr": "[r7,c1] > 1"}, ("checks", 2, "expression"), "không có ô [r7,c1]"),
        ({"where": "t[r1,c1]", "expr": "[r2,c1] > 1"}, ("checks", 2, "expression"), "bị khóa"),
        ({"msg": ""}, ("checks", 2, "message"), "thiếu câu báo"),
        ({"msg": "Xem ${nua}"}, ("checks", 2, "message"), "“nua”"),
        ({"name": ""}, ("checks", 2, "name"), "thiếu tên"),
        ({"name": "K02", "where": "t[r1,c1]"}, ("checks", 3, "name"), "hai kiểm tra cùng tên “K02”"),
        ({"justify": "maybe"}, ("checks", 2, "justify"), "yes hoặc no"),
    ],
)
def test_mistakes_in_tables_and_checks_are_named(
    change: dict[str, str], place: tuple[str, int, str], message: str
) -> None:
    found = problems(TABLES.format(**GOOD | change))
    assert [each[:3] for each in found if message in each[3]] == [place], found


def test_the_good_table_has_no_mistakes() -> None:
    assert [check.name for check in form(TABLES.format(**GOOD)).checks] == ["K01.r1", "K01.r2", "K02"]


def test_a_table_without_lines_is_refused() -> None:
    found = problems(
        "| survey |\n| | type | name | label | appearance |\n| | begin group | t | T | x-table |\n| | end group |"
    )
    assert "chưa có dòng nào ở sheet tables" in found[0][3]


def test_missing_settings_and_survey_are_told() -> None:
    found = problems("| settings |\n| | form_title |\n| | Phiếu |")
    assert [(sheet, column) for sheet, _, column, _ in found] == [
        ("settings", "form_id"),
        ("survey", ""),
    ]


@pytest.mark.parametrize("content", [b"", b"khong phai excel", b"PK\x03\x04" + b"x" * 100])
def test_what_is_no_workbook_is_refused_plainly(content: bytes) -> None:
    with pytest.raises(FormError, match=r"Excel|trống"):
        load(content)


def test_a_damaged_workbook_is_refused_plainly() -> None:
    good = xlsx(survey("text | a | A"))
    damaged = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(damaged, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if "workbook.xml" in name else content)
    with pytest.raises(FormError):
        load(damaged.getvalue())


def test_a_missing_file_is_refused_plainly(tmp_path: Path) -> None:
    with pytest.raises(FormError, match=r"Không đọc được tệp khong\.xlsx"):
        load(tmp_path / "khong.xlsx")


def test_a_form_error_is_ready_for_the_screen() -> None:
    with pytest.raises(FormError) as refused:
        form(survey("integer | a | A | foo(1)"))
    assert refused.value.problems[0].place == "sheet survey, dòng 2, cột relevant"
    assert str(refused.value).startswith("Phiếu có 1 lỗi phải sửa trước khi dùng.\nsheet survey, dòng 2")
