"""Repeats in the workbook: a sheet each, rows that find their path again, new rows, removed rows, rows inside rows."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from datetime import time as clock
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dieutra.cases import actions
from dieutra.cases.models import Case, Draft
from dieutra.cases.queries import sheet_to_fill
from dieutra.channels.workbook.intake import Moved, Taken, take, take_over
from dieutra.channels.workbook.layout import RULES, TOP, Layout, lay_out
from dieutra.channels.workbook.make import make_workbook
from dieutra.channels.workbook.read import Read, read_workbook
from dieutra.channels.workbook.rowsheets import NUMBER
from dieutra.channels.workbook.rules import Rules
from dieutra.channels.workbook.values import options
from dieutra.engine.refusals import Invalid
from dieutra.forms.models import FormVersion
from dieutra.forms.queries import engine_form
from tests.cast import World
from tests.engine.markdown import form
from tests.workbook.excel import through_libreoffice

HOUSEHOLD = """
    | survey |
    | | type | name | label::Tiếng Việt (vi) | calculation | relevant | constraint | required | appearance |
    | | begin group | chung | A. Chung | | | | | |
    | | text | chu_ho | Chủ hộ | | | | yes | |
    | | integer | them | Thu khác | | | | | |
    | | calculate | tong | Tổng lương | sum(${luong}) + ${them} | | | | |
    | | integer | so_nguoi | Số người | | | | | |
    | | end group | | | | | | | |
    | | begin repeat | nguoi | B. Người trong hộ | | | | | |
    | | text | ten | Họ tên | | | | yes | |
    | | integer | tuoi | Tuổi | | | . < 130 | | |
    | | select_one co | di_lam | Có đi làm | | | | | |
    | | integer | luong | Lương | | ${di_lam} = '1' | | | |
    | | select_multiple viec | viec | Việc | | | | | |
    | | calculate | ca_nam | Lương cả năm | ${luong} * 12 | | | | |
    | | begin repeat | bang | C. Bằng cấp | | | | | |
    | | text | ten_bang | Tên bằng | | | | | |
    | | integer | nam | Năm | | | | | |
    | | end repeat | | | | | | | |
    | | end repeat | | | | | | | |
    | choices |
    | | list_name | name | label::Tiếng Việt (vi) |
    | | co | 1 | Có |
    | | co | 0 | Không |
    | | viec | a | Ruộng |
    | | viec | b | Chợ |
    | checks |
    | | name | where | severity | expression | message::Tiếng Việt (vi) | justify |
    | | K1 | luong | soft | . <= 50 | Lương ${luong} của ${ten} cao | yes |
    | | K2 | so_nguoi | hard | . = count(${nguoi}) | Số người khác số dòng | |
    | | K3 | tuoi | hard | . >= 15 or ${di_lam} != '1' | ${ten} chưa đến tuổi đi làm | |
"""
HO = "/data/nguoi"
SAVED = {
    "/data/chung/chu_ho": "An",
    "/data/chung/them": "5",
    HO: "1 3",
    f"{HO}[1]/ten": "An",
    f"{HO}[1]/tuoi": "40",
    f"{HO}[1]/di_lam": "1",
    f"{HO}[1]/luong": "10",
    f"{HO}[1]/viec": "a b",
    f"{HO}[1]/bang": "1",
    f"{HO}[1]/bang[1]/ten_bang": "Đại học",
    f"{HO}[3]/ten": "Bình",
    f"{HO}[3]/tuoi": "7",
}


def of_form(case: Case, text: str) -> Case:
    """The case with a form of one's own."""
    made = form(text)
    version = FormVersion.objects.create(
        form_id=made.id, version=made.version, title="Phiếu thử", model=made.to_json()
    )
    engine_form.cache_clear()  # numbers of versions that were rolled back are given again
    Case.objects.filter(pk=case.pk).update(form=version)
    return Case.objects.select_related("campaign", "unit__area", "form").get(pk=case.pk)


@pytest.fixture
def case(world: World) -> Case:
    return of_form(world.case("don.vi"), HOUSEHOLD)


@pytest.fixture
def saved(world: World, case: Case) -> Case:
    actions.save_draft(world.user("don.vi"), case, 0, SAVED, {})
    assert {
        path: text for path, text in Draft.objects.get(case=case).answers.items() if path in SAVED
    } == SAVED
    return case


def made(case: Case) -> bytes:
    return make_workbook(case, sheet_to_fill(case))


def layout_of(case: Case) -> Layout:
    sheet = sheet_to_fill(case)
    return lay_out(engine_form(case.form_id), sheet.state, sheet.answers)


def changed(content: bytes, change: Callable[[Any], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(case: Case, cells: dict[str, Any], content: bytes | None = None) -> bytes:
    """The case's workbook with answers typed, by their path in the workbook; `path#over` is the outer row's number."""
    layout, read_form = layout_of(case), engine_form(case.form_id)

    def typed(book: Any) -> None:
        for path, text in cells.items():
            if path.endswith("#over"):
                row = layout.rows[path.removesuffix("#over")]
                sheet = next(it for it in layout.row_sheets if row in it.rows)
                book[sheet.name].cell(row.row + 1, NUMBER + 2).value = text
                continue
            place = layout.places[path]
            node = read_form.by_path.get(path) or read_form.node(path.replace("[+]", ""))
            listed = options(node, read_form)
            picked = node.type in ("select1", "acknowledge") and isinstance(text, str)
            book[place.sheet][place.cell] = listed.get(text, text) if picked else text

    return changed(content or made(case), typed)


def read(case: Case, cells: dict[str, Any]) -> Read:
    return read_workbook(put(case, cells), case)


def test_an_untouched_workbook_with_rows_changes_nothing(saved: Case) -> None:
    found = read_workbook(made(saved), saved)
    assert (dict(found.changes), found.problems, dict(found.reasons)) == ({}, (), {})


def test_a_blank_workbook_has_spare_rows_and_no_row_until_one_is_filled(case: Case) -> None:
    assert dict(read_workbook(made(case), case).changes) == {}
    spare = [row for row in layout_of(case).rows_of(HO) if row.spare]
    assert len(spare) == 20


def test_every_row_finds_its_path_again(world: World, saved: Case) -> None:
    content = put(saved, {f"{HO}[3]/tuoi": 8, f"{HO}[1]/bang[1]/nam": 2001})
    assert take(world.user("don.vi"), saved, content) == Taken(2, ())
    stored = Draft.objects.get(case=saved).answers
    assert stored == {**stored, **SAVED, f"{HO}[3]/tuoi": "8", f"{HO}[1]/bang[1]/nam": "2001"}


def test_a_filled_spare_row_becomes_a_row_with_a_name_of_its_own(world: World, saved: Case) -> None:
    found = read(saved, {f"{HO}[5]/ten": "Chi", f"{HO}[5]/tuoi": 30})
    assert found.problems == ()
    assert dict(found.changes) == {HO: "1 3 5", f"{HO}[5]/ten": "Chi", f"{HO}[5]/tuoi": "30"}
    take(world.user("don.vi"), saved, put(saved, {f"{HO}[5]/ten": "Chi"}))
    assert sheet_to_fill(saved).state.rows[HO] == ("1", "3", "5")


def test_a_row_that_is_emptied_is_removed_with_the_rows_inside_it(world: World, saved: Case) -> None:
    names = ("ten", "tuoi", "di_lam", "luong", "bang[1]/ten_bang")
    cells: dict[str, Any] = dict.fromkeys((f"{HO}[1]/{name}" for name in names), None)
    layout = layout_of(saved)

    def untick(book: Any) -> None:
        for place in layout.choices[f"{HO}[1]/viec"].values():
            book[place.sheet][place.cell] = None

    content = changed(put(saved, cells), untick)
    take(world.user("don.vi"), saved, content)
    stored = Draft.objects.get(case=saved).answers
    assert stored[HO] == "3"
    assert not [path for path in stored if path.startswith(f"{HO}[1]")]


def test_a_row_whose_inner_row_stands_is_not_removed(saved: Case) -> None:
    names = ("ten", "tuoi", "di_lam", "luong")
    found = read(saved, dict.fromkeys((f"{HO}[1]/{name}" for name in names), None))
    assert HO not in found.changes


def test_a_new_inner_row_names_its_outer_row_by_number(saved: Case) -> None:
    inner = f"{HO}[+]/bang[1]"
    found = read(saved, {f"{inner}#over": 2, f"{inner}/ten_bang": "Tiểu học"})
    assert found.problems == ()
    assert dict(found.changes) == {f"{HO}[3]/bang": "1", f"{HO}[3]/bang[1]/ten_bang": "Tiểu học"}
    found = read(saved, {f"{inner}#over": "1", f"{inner}/ten_bang": "Cao học"})
    assert dict(found.changes) == {f"{HO}[1]/bang": "1 2", f"{HO}[1]/bang[2]/ten_bang": "Cao học"}


def test_inner_rows_of_a_new_row_come_with_it(saved: Case) -> None:
    one, two = f"{HO}[+]/bang[1]", f"{HO}[+]/bang[2]"
    cells = {
        f"{HO}[5]/ten": "Chi",
        f"{one}#over": 4,
        f"{one}/ten_bang": "X",
        f"{two}#over": 4,
        f"{two}/nam": 1999,
    }
    found = read(saved, cells)
    assert found.problems == ()
    assert dict(found.changes) == {
        HO: "1 3 5",
        f"{HO}[5]/ten": "Chi",
        f"{HO}[5]/bang": "1 2",
        f"{HO}[5]/bang[1]/ten_bang": "X",
        f"{HO}[5]/bang[2]/nam": "1999",
    }


@pytest.mark.parametrize(
    ("over", "said"),
    [(None, "Chưa ghi dòng này thuộc dòng số mấy"), (99, "không phải số thứ tự"), ("An", "không phải số")],
)
def test_an_inner_row_without_an_outer_row_is_named_by_its_cell(saved: Case, over: Any, said: str) -> None:
    inner = f"{HO}[+]/bang[1]"
    found = read(saved, {f"{inner}#over": over, f"{inner}/ten_bang": "X"})
    (problem,) = found.hindering
    assert said in problem.message
    assert (problem.sheet, problem.cell[0]) == ("C. Bằng cấp", "C")


def test_a_wrong_cell_of_a_row_is_named_and_nothing_is_stored(world: World, saved: Case) -> None:
    with pytest.raises(Invalid) as refused:
        take(world.user("don.vi"), saved, put(saved, {f"{HO}[3]/tuoi": "bảy"}))
    assert refused.value.problems[0].place == "Trang “B. Người trong hộ”, ô D6"


def test_a_reason_beside_a_row_is_its_justification(world: World, saved: Case) -> None:
    actions.save_draft(world.user("don.vi"), saved, 1, {f"{HO}[1]/luong": "90"}, {})
    rows = layout_of(saved).row_sheets[0]

    def explain(book: Any) -> None:
        book[rows.name].cell(rows.rows[0].row + 1, rows.reason_column(0) + 1).value = "Làm thêm"

    content = changed(made(saved), explain)
    assert take(world.user("don.vi"), saved, content) == Taken(1, ())
    assert Draft.objects.get(case=saved).justifications == {f"K1|{HO}[1]/luong": "Làm thêm"}
    assert read_workbook(made(saved), saved).reasons == {}


def test_a_draft_whose_rows_moved_meanwhile_is_not_overwritten(world: World, saved: Case) -> None:
    content = put(saved, {f"{HO}[5]/ten": "Chi"})
    actions.save_draft(world.user("don.vi"), saved, 1, {HO: "1 3 4", f"{HO}[4]/ten": "Dung"}, {})
    moved = take(world.user("don.vi"), saved, content)
    assert isinstance(moved, Moved)
    assert ("4 dòng", "3 dòng") in [(it.in_file, it.in_draft) for it in moved.differences]
    assert Draft.objects.get(case=saved).answers[HO] == "1 3 4"
    take_over(world.user("don.vi"), saved, moved.choice)
    stored = Draft.objects.get(case=saved).answers
    assert (stored[HO], stored[f"{HO}[4]/ten"], stored[f"{HO}[5]/ten"]) == ("1 3 4 5", "Dung", "Chi")


def test_rows_that_two_people_added_at_once_both_stay(world: World, saved: Case) -> None:
    inner = f"{HO}[+]/bang[1]"
    content = put(saved, {f"{HO}[5]/ten": "Chi", f"{inner}#over": 4, f"{inner}/nam": 1990})
    assert layout_of(saved).rows_of(HO)[3].path == f"{HO}[5]"
    user = world.user("don.vi")
    actions.save_draft(user, saved, 1, {HO: "1 3 5", f"{HO}[5]/ten": "Dung"}, {})
    moved = take(user, saved, content)
    assert isinstance(moved, Moved)
    take_over(user, saved, moved.choice)
    stored = Draft.objects.get(case=saved).answers
    assert (stored[HO], stored[f"{HO}[5]/ten"], stored[f"{HO}[6]/ten"]) == ("1 3 5 6", "Dung", "Chi")
    assert (stored[f"{HO}[6]/bang"], stored[f"{HO}[6]/bang[1]/nam"]) == ("1", "1990")


def test_a_hidden_value_of_a_new_row_is_given_as_on_the_web(world: World) -> None:
    text = """
    | survey |
    |        | type         | name | label::Tiếng Việt (vi) | default |
    |        | begin repeat | nha  | Nhà                    |         |
    |        | hidden       | loai |                        | moi     |
    |        | integer      | tang | Số tầng                |         |
    |        | end repeat   |      |                        |         |
    """
    case = of_form(world.case("don.vi"), text)
    found = read(case, {"/data/nha[2]/tang": 2})
    assert dict(found.changes) == {"/data/nha": "1 2", "/data/nha[2]/tang": "2", "/data/nha[2]/loai": "moi"}


def test_a_row_that_was_moved_in_the_file_is_noticed(saved: Case) -> None:
    def swap(book: Any) -> None:
        sheet = book["B. Người trong hộ"]
        sheet["A5"], sheet["A6"] = sheet["A6"].value, sheet["A5"].value

    with pytest.raises(Invalid, match="chuyển chỗ"):
        read_workbook(changed(made(saved), swap), saved)


def test_a_fixed_count_gives_exactly_its_rows_and_no_list(world: World) -> None:
    text = """
    | survey |
    |        | type         | name | label::Tiếng Việt (vi) | repeat_count |
    |        | begin repeat | nha  | Nhà                    | 3            |
    |        | integer      | tang | Số tầng                |              |
    |        | end repeat   |      |                        |              |
    """
    case = of_form(world.case("don.vi"), text)
    assert [row.path for row in layout_of(case).rows_of("/data/nha")] == [
        f"/data/nha[{n}]" for n in (1, 2, 3)
    ]
    found = read(case, {"/data/nha[2]/tang": 4})
    assert dict(found.changes) == {"/data/nha[2]/tang": "4"}


@pytest.mark.heavy
def test_libreoffice_computes_rows_as_the_server_does_and_gives_them_back(
    world: World, saved: Case, tmp_path: Path
) -> None:
    cells: dict[str, Any] = {
        f"{HO}[1]/luong": 90,
        f"{HO}[3]/di_lam": "1",
        f"{HO}[3]/luong": 3,
        f"{HO}[5]/ten": "Chi",
        f"{HO}[5]/tuoi": 30,
        f"{HO}[5]/di_lam": "1",
        f"{HO}[5]/luong": 20,
        "/data/chung/so_nguoi": 4,
        f"{HO}[+]/bang[1]#over": 4,
        f"{HO}[+]/bang[1]/nam": 2000,
    }
    content = through_libreoffice(put(saved, cells), tmp_path)
    found = read_workbook(content, saved)
    assert found.problems == ()
    assert found.changes[HO] == "1 3 5"
    assert found.state is not None
    state = found.state
    assert state.values["/data/chung/tong"] == "118"
    layout = layout_of(saved)
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    rules = Rules(layout, sheet_to_fill(saved).state, sheet_to_fill(saved).answers)
    for path in rules.formulas:
        place = layout.places[path]
        value = book[place.sheet][place.cell].value
        assert str(value or "") == state.values.get(path, ""), path
    said = {(it.check, it.path) for it in state.findings}
    assert {("K1", f"{HO}[1]/luong"), ("K2", "/data/chung/so_nguoi"), ("K3", f"{HO}[3]/tuoi")} == said
    for path, verdicts in rules.verdicts.items():
        for verdict in verdicts:
            fails = book[RULES].cell(verdict.fails.row + 1, verdict.fails.column + 1).value
            assert fails == ((verdict.check.name, path) in said), (verdict.check.name, path)
    assert {"K1", "K2", "K3"} <= {it.check.name for every in rules.verdicts.values() for it in every}


def test_a_count_that_people_give_leaves_room_and_the_count_decides(world: World) -> None:
    text = """
    | survey |
    |        | type         | name | label::Tiếng Việt (vi) | repeat_count |
    |        | integer      | so   | Số nhà                 |              |
    |        | begin repeat | nha  | Nhà                    | ${so}        |
    |        | integer      | tang | Số tầng                |              |
    |        | end repeat   |      |                        |              |
    """
    case = of_form(world.case("don.vi"), text)
    actions.save_draft(world.user("don.vi"), case, 0, {"/data/so": "2"}, {})
    assert len(layout_of(case).rows_of("/data/nha")) == 22
    found = read(case, {"/data/so": 3, "/data/nha[2]/tang": 4, "/data/nha[3]/tang": 5})
    assert dict(found.changes) == {"/data/so": "3", "/data/nha[2]/tang": "4", "/data/nha[3]/tang": "5"}
    assert found.state is not None
    assert found.state.values["/data/nha[3]/tang"] == "5"


def test_a_thousand_rows_fit_and_no_more(world: World) -> None:
    text = """
    | survey |
    |        | type         | name | label::Tiếng Việt (vi) |
    |        | begin repeat | nha  | Nhà                    |
    |        | integer      | tang | Số tầng                |
    |        | end repeat   |      |                        |
    """
    case = of_form(world.case("don.vi"), text)
    answers = {"/data/nha": " ".join(str(n) for n in range(1, 991))}
    answers |= {f"/data/nha[{n}]/tang": str(n) for n in range(1, 991)}
    actions.save_draft(world.user("don.vi"), case, 0, answers, {})
    assert len(layout_of(case).rows_of("/data/nha")) == 1000
    found = read(case, {"/data/nha[990]/tang": 7})
    assert dict(found.changes) == {"/data/nha[990]/tang": "7"}


QUESTIONS = """
    | survey |
    |        | type              | name   | label::Tiếng Việt (vi) | choice_filter  | parameters         |
    |        | time              | gio    | Giờ                    |                |                    |
    |        | dateTime          | luc    | Lúc                    |                |                    |
    |        | rank mau          | hang   | Xếp hạng               |                |                    |
    |        | acknowledge       | dong_y | Đồng ý                 |                |                    |
    |        | geopoint          | diem   | Vị trí                 |                |                    |
    |        | range             | muc    | Mức                    |                | start=0 end=10 step=1 |
    |        | select_one tinh   | tinh   | Tỉnh                   |                |                    |
    |        | select_one xa     | xa     | Xã                     | tinh = ${tinh} |                    |
    |        | select_multiple xa | cac_xa | Các xã                | tinh = ${tinh} |                    |
    | choices |
    |         | list_name | name | label::Tiếng Việt (vi) | tinh |
    |         | mau       | d    | Đỏ                     |      |
    |         | mau       | x    | Xanh                   |      |
    |         | tinh      | 1    | Hà Nam                 |      |
    |         | tinh      | 2    | Hà Nội                 |      |
    |         | xa        | 11   | Xã A                   | 1    |
    |         | xa        | 21   | Xã B                   | 2    |
"""


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("gio", "8h30", "08:30"),
        ("gio", "08:05", "08:05"),
        ("gio", clock(13, 45), "13:45"),
        ("luc", datetime(2026, 3, 5, 8, 30), "2026-03-05T08:30"),
        ("luc", "5/3/2026 8:30", "2026-03-05T08:30"),
        ("hang", "x, d", "x d"),
        ("dong_y", "OK", "OK"),
        ("diem", "21.0285 105.8542", "21.0285 105.8542"),
        ("muc", 7, "7"),
        ("xa", "21", "21"),
        ("cac_xa", "21 11", "21 11"),
        ("cac_xa", 21, "21"),
    ],
)
def test_every_question_that_a_cell_can_hold_comes_back(
    world: World, name: str, typed: Any, stored: str
) -> None:
    case = of_form(world.case("don.vi"), QUESTIONS)
    found = read(case, {f"/data/{name}": typed})
    assert found.problems == ()
    assert dict(found.changes) == {f"/data/{name}": stored}
    actions.save_draft(world.user("don.vi"), case, 0, dict(found.changes), {})
    assert dict(read_workbook(made(case), case).changes) == {}


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("gio", "25:00", "giờ"),
        ("luc", "mai", "ngày"),
        ("hang", "x, vàng", "không phải mã"),
        ("hang", "x", "xếp"),
        ("diem", "Hà Nội", "tọa độ"),
        ("xa", "Xã Z", "không có trong danh sách"),
        ("dong_y", "không", "không có trong danh sách"),
    ],
)
def test_what_no_such_question_takes_is_named_in_words(
    world: World, name: str, typed: Any, said: str
) -> None:
    case = of_form(world.case("don.vi"), QUESTIONS)
    (problem,) = read(case, {f"/data/{name}": typed}).hindering
    assert said in problem.message


def test_a_choice_that_the_filter_does_not_offer_is_found_by_the_server(world: World) -> None:
    case = of_form(world.case("don.vi"), QUESTIONS)
    take(world.user("don.vi"), case, put(case, {"/data/tinh": "1", "/data/xa": "21"}))
    assert [it.check for it in sheet_to_fill(case).state.findings] == ["choice"]


def test_a_heading_over_many_rows_names_the_answer_that_each_row_tells(world: World) -> None:
    text = """
    | survey |
    | | type | name | label::Tiếng Việt (vi) |
    | | text | xom | Xóm |
    | | begin repeat | nguoi | Người |
    | | text | ten | Họ tên |
    | | integer | tuoi | ${ten} ở xóm ${xom} bao nhiêu tuổi |
    | | end repeat | | |
    """
    case = of_form(world.case("don.vi"), text)
    actions.save_draft(world.user("don.vi"), case, 0, {"/data/xom": "Đông"}, {})
    sheet = layout_of(case).row_sheets[0]
    heads = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(made(case)))[sheet.name][TOP]]
    assert "[Họ tên] ở xóm Đông bao nhiêu tuổi" in heads
