"""Out as a workbook, filled in, and back into the same draft."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from dieutra.cases import actions
from dieutra.cases.models import Case, Draft
from dieutra.cases.queries import sheet_to_fill
from dieutra.channels.workbook.intake import Moved, Taken, take, take_over
from dieutra.channels.workbook.make import make_workbook
from dieutra.channels.workbook.read import read_workbook
from dieutra.channels.workbook.values import number_of
from dieutra.engine.refusals import Invalid, Stale
from dieutra.forms.queries import engine_form
from tests.cast import World, good_answers, path_of
from tests.workbook.excel import fill, place_of, put


@pytest.fixture
def case(world: World) -> Case:
    return world.case("don.vi")


def made(case: Case) -> bytes:
    return make_workbook(case, sheet_to_fill(case))


def drafted(world: World, case: Case, **changes: str) -> dict[str, str]:
    """A saved draft: the good answers, with some changed by name."""
    answers = good_answers(case) | {path_of(case, name): text for name, text in changes.items()}
    actions.save_draft(world.user("don.vi"), case, 0, answers, {})
    return Draft.objects.get(case=case).answers


def test_a_workbook_filled_in_full_gives_exactly_its_answers(world: World, case: Case) -> None:
    answers = good_answers(case)
    taken = take(world.user("don.vi"), case, fill(case, made(case), answers))
    assert isinstance(taken, Taken)
    assert taken.warnings == ()
    assert sheet_to_fill(case).state.findings == ()
    stored = Draft.objects.get(case=case).answers
    assert {path: text for path, text in stored.items() if path in answers} == answers


def test_an_untouched_workbook_changes_nothing(world: World, case: Case) -> None:
    drafted(world, case)
    version = Draft.objects.get(case=case).version
    assert read_workbook(made(case), case).changes == {}
    assert take(world.user("don.vi"), case, made(case)) == Taken(0, ())
    assert Draft.objects.get(case=case).version == version


def test_the_draft_stands_filled_in_with_its_totals(world: World, case: Case) -> None:
    drafted(world, case)
    state = sheet_to_fill(case).state
    book = openpyxl.load_workbook(io.BytesIO(made(case)), data_only=True)
    for name in ("lao_dong_r02_c1", "lao_dong_r01_c1", "thu_chi_r01_c2", "thu_nhap_bq"):
        place = place_of(case, name)
        assert number_of(book[place.sheet][place.cell].value) == state.values[path_of(case, name)]
    place = place_of(case, "ten_don_vi")
    assert book[place.sheet][place.cell].value == case.unit.name


def test_what_is_cleared_in_the_file_is_cleared_in_the_draft(world: World, case: Case) -> None:
    drafted(world, case)
    content = put(case, made(case), {"email": None, "can_bo_cntt": "  "})
    assert read_workbook(content, case).changes == {
        path_of(case, "email"): "",
        path_of(case, "can_bo_cntt"): "",
    }


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("so_vb_di", 12.0, "12"),
        ("so_vb_di", "1.234", "1234"),
        ("so_vb_di", " 56 ", "56"),
        ("thu_chi_r03_c1", 0.1 + 0.2, "0.3"),
        ("thu_chi_r03_c1", 123456789.25, "123456789.25"),
        ("thu_chi_r03_c1", "1.234,5", "1234.5"),
        ("dien_thoai", "0912345678", "0912345678"),
        ("dien_thoai", 912345678, "912345678"),
        ("ngay_ky", date(2021, 3, 5), "2021-03-05"),
        ("ngay_ky", "5/3/2021", "2021-03-05"),
        ("co_lan", "1", "1"),
        ("co_lan", 0, "0"),
        ("co_lan", "không", "0"),
    ],
)
def test_what_excel_holds_is_stored_as_the_page_would(case: Case, name: str, typed: Any, stored: str) -> None:
    content = put(case, made(case), {name: typed})
    assert read_workbook(content, case).answers[path_of(case, name)] == stored


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("so_vb_di", "mười hai", "không phải là số nguyên"),
        ("so_vb_di", 12.5, "không phải là số nguyên"),
        ("so_vb_di", True, "không phải là số"),
        ("so_vb_di", "#DIV/0!", "đang báo lỗi"),
        ("so_vb_di", "=6+6", "chưa có kết quả"),
        ("so_vb_di", date(2021, 1, 2), "không phải là số"),
        ("thu_chi_r03_c1", "1.234", "hai số khác nhau"),
        ("thu_chi_r03_c1", 1e15, "quá 15 chữ số"),
        ("ngay_ky", "30/02/2021", "ngày có thật"),
        ("co_lan", "Chắc là có", "không có trong danh sách"),
        ("dien_thoai", date(2021, 1, 2), "Excel đã đổi"),
        ("ghi_chu", "x" * 2001, "dài quá 2000 ký tự"),
    ],
)
def test_one_unreadable_cell_is_named_and_nothing_is_stored(
    world: World, case: Case, name: str, typed: Any, said: str
) -> None:
    content = put(case, made(case), {name: typed, "dia_chi": "Số 1 phố Mới"})
    with pytest.raises(Invalid) as refused:
        take(world.user("don.vi"), case, content)
    place = place_of(case, name)
    (problem,) = refused.value.problems
    assert problem.place == f"Trang “{place.sheet}”, ô {place.cell}"
    assert said in problem.message
    assert not Draft.objects.filter(case=case, version__gt=0).exists()


def test_a_total_that_was_written_over_is_told_and_not_taken(world: World, case: Case) -> None:
    answers = drafted(world, case)
    content = put(case, made(case), {"lao_dong_r01_c1": 999, "dia_chi": "Số 1 phố Mới"})
    taken = take(world.user("don.vi"), case, content)
    assert isinstance(taken, Taken)
    assert taken.cells == 1
    assert "tệp ghi 999" in taken.warnings[0].message
    assert Draft.objects.get(case=case).answers == answers | {path_of(case, "dia_chi"): "Số 1 phố Mới"}


def test_identification_cannot_be_changed_in_the_file(case: Case) -> None:
    content = put(case, made(case), {"ma_don_vi": "KHAC", "ten_don_vi": "Đơn vị khác"})
    assert read_workbook(content, case).changes == {}


def test_a_malformed_answer_of_the_draft_hinders_nobody_who_leaves_it(world: World, case: Case) -> None:
    drafted(world, case, so_vb_di="12a")
    read = read_workbook(put(case, made(case), {"dia_chi": "Số 1 phố Mới"}), case)
    assert read.hindering == ()
    assert dict(read.changes) == {path_of(case, "dia_chi"): "Số 1 phố Mới"}


def test_an_answer_never_becomes_a_formula(world: World, case: Case) -> None:
    drafted(world, case, ghi_chu='=HYPERLINK("http://x.example","bấm")')
    book = openpyxl.load_workbook(io.BytesIO(made(case)))
    place = place_of(case, "ghi_chu")
    assert book[place.sheet][place.cell].data_type == "s"
    assert read_workbook(made(case), case).changes == {}


def test_a_draft_that_moved_is_told_with_what_differs_and_nothing_is_stored(world: World, case: Case) -> None:
    before = drafted(world, case)[path_of(case, "can_bo_cntt")]
    content = put(case, made(case), {"so_vb_di": 4000, "can_bo_cntt": 2})
    changes = {path_of(case, "so_vb_di"): "5000", path_of(case, "dia_chi"): "Sửa trên trang web"}
    actions.save_draft(world.user("don.vi"), case, 1, changes, {})
    moved = take(world.user("don.vi"), case, content)
    assert isinstance(moved, Moved)
    assert [(it.in_file, it.in_draft) for it in moved.differences] == [("2", before), ("4.000", "5.000")]
    assert Draft.objects.get(case=case).version == 2

    assert take_over(world.user("don.vi"), case, moved.choice) == 2
    answers = Draft.objects.get(case=case).answers
    assert answers[path_of(case, "so_vb_di")] == "4000"
    assert answers[path_of(case, "dia_chi")] == "Sửa trên trang web"


def test_a_choice_is_refused_when_the_draft_moves_again(world: World, case: Case) -> None:
    drafted(world, case)
    content = put(case, made(case), {"so_vb_di": 4000})
    actions.save_draft(world.user("don.vi"), case, 1, {path_of(case, "so_vb_di"): "5000"}, {})
    moved = take(world.user("don.vi"), case, content)
    assert isinstance(moved, Moved)
    actions.save_draft(world.user("don.vi"), case, 2, {path_of(case, "so_vb_di"): "6000"}, {})
    with pytest.raises(Stale):
        take_over(world.user("don.vi"), case, moved.choice)
    with pytest.raises(Stale):
        take_over(world.user("don.vi"), case, moved.choice[:-1] + "x")
    with pytest.raises(Stale):
        take_over(world.user("don.vi.hai"), world.case("don.vi.hai"), moved.choice)
    assert Draft.objects.get(case=case).answers[path_of(case, "so_vb_di")] == "6000"


def test_every_total_of_the_form_is_a_live_formula(case: Case) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(case)))
    for node in engine_form(case.form_id).nodes:
        if node.calculate is not None:
            place = place_of(case, node.name)
            assert str(book[place.sheet][place.cell].value).startswith("="), node.name


def test_a_total_of_neighbours_reads_as_an_official_would_write_it(case: Case) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(case)))
    total, first, last = (place_of(case, f"lao_dong_{row}_c1") for row in ("r01", "r02", "r06"))
    formula = str(book[total.sheet][total.cell].value)
    assert formula.startswith(f"=SUM({first.cell}:{last.cell}")
