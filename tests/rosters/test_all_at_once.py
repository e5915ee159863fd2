"""All that is wrong with a row or a form is told at once, and what a group needs is said before anything is typed."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from dieutra.engine.refusals import Invalid
from dieutra.rosters import actions, loading, sheets
from dieutra.rosters.models import Person
from tests.opinion_cast import OpinionWorld
from tests.rosters.lines import HEADERS, NAMES, line

LIST = ("chi-so-thu", "tinh", "35")


def told(world: OpinionWorld, *lines: dict[str, str]) -> dict[str, str]:
    """What reading a file with these lines refuses, by place."""
    headers = {**HEADERS, "gioi_tinh": "Giới tính"}
    rows = [";".join(headers.values())]
    rows += [";".join(NAMES.get(it.get(name, ""), it.get(name, "")) for name in headers) for it in lines]
    with pytest.raises(Invalid) as refused:
        loading.read(
            world.user("chi.ha.nam"), world.roster("tinh", "35"), "\n".join(rows).encode(), "a.csv", False
        )
    return {it.place: it.message for it in refused.value.problems}


def test_a_row_with_a_wrong_choice_names_its_wrong_day_too(opinions: OpinionWorld) -> None:
    found = told(opinions, line(gioi_tinh="Khác", ngay_sinh="12/31/1975", email="a@gmail.com", chuc_vu=""))
    assert list(found) == [
        "Dòng 2, cột “Ngày sinh”", "Dòng 2, cột “Giới tính”",
        "Dòng 2, cột “Chức vụ”", "Dòng 2, cột “E-mail công vụ”",
    ]  # fmt: skip
    assert "hộp thư công vụ" in found["Dòng 2, cột “E-mail công vụ”"]
    assert "Lãnh đạo cấp sở" in found["Dòng 2, cột “Chức vụ”"]


def test_an_unknown_group_or_a_missing_name_hides_nothing(opinions: OpinionWorld) -> None:
    wrong = {"ngay_sinh": "hôm qua", "dien_thoai": "12", "email": "không"}
    found = told(opinions, line(group="Nhóm lạ", **wrong), line(ho_ten="", **wrong), line(ly_do_thay="Ốm"))
    every = ["Ngày sinh", "E-mail công vụ", "Điện thoại"]
    assert set(found) == {
        *(f"Dòng 2, cột “{it}”" for it in ["Nhóm đối tượng", *every]),
        *(f"Dòng 3, cột “{it}”" for it in ["Họ và tên", *every]),
        "Dòng 4, cột “Thay cho”",
    }
    assert "Bắt buộc" in found["Dòng 3, cột “Họ và tên”"]


def test_an_address_that_is_wrong_is_not_called_missing_as_well(opinions: OpinionWorld) -> None:
    assert list(told(opinions, line(email="a@"))) == ["Dòng 2, cột “E-mail công vụ”"]


def test_twice_the_same_address_is_told_although_the_row_is_wrong_elsewhere(opinions: OpinionWorld) -> None:
    found = told(opinions, line(), line("Người Hai", ngay_sinh="hôm qua"))
    assert set(found) == {"Dòng 3, cột “Ngày sinh”", "Dòng 3, cột “E-mail công vụ”"}
    assert "đã có ở dòng 2" in found["Dòng 3, cột “E-mail công vụ”"]


def test_a_list_without_lines_has_no_people_and_no_units(opinions: OpinionWorld) -> None:
    with pytest.raises(Invalid, match="chưa có người nào"):
        loading.read(
            opinions.user("chi.ha.nam"), opinions.roster("tinh", "35"),
            ";".join(HEADERS.values()).encode(), "a.csv", False,
        )  # fmt: skip


def test_text_under_the_name_of_a_workbook_is_called_no_workbook(opinions: OpinionWorld) -> None:
    file = SimpleUploadedFile("danh-sach.xlsx", "Chỉ là một đoạn văn bản.\nDòng hai".encode())
    page = opinions.desk("chi.ha.nam").post(reverse("roster_upload", args=LIST), {"file": file})
    assert "“danh-sach.xlsx” không phải sổ tính Excel" in page.content.decode()


def test_the_form_names_everything_at_once_with_what_the_group_needs(opinions: OpinionWorld) -> None:
    chi, roster = opinions.user("chi.ha.nam"), opinions.roster("tinh", "35")
    with pytest.raises(Invalid) as refused:
        actions.add(
            chi, roster, line("", chuc_vu="", don_vi=" ", email="a@gmail.com", ngay_sinh="12/31/1975")
        )
    assert [it.place for it in refused.value.problems] == [
        "Họ và tên", "Ngày sinh", "Chức vụ", "Đơn vị công tác", "E-mail công vụ",
    ]  # fmt: skip
    first = actions.add(chi, roster, line())
    with pytest.raises(Invalid) as refused:
        actions.add(chi, first.roster, line("", email=first.email))
    assert [it.place for it in refused.value.problems] == ["Họ và tên", "E-mail công vụ"]
    assert Person.objects.count() == 1


def test_form_upload_page_and_guide_sheet_say_for_which_groups_a_column_is_needed(
    opinions: OpinionWorld,
) -> None:
    words = "Bắt buộc với nhóm “Lãnh đạo cấp sở”, “Lãnh đạo phòng chuyên môn thuộc sở”"
    boxes = "Phải là hộp thư công vụ (gov.vn) với nhóm “Lãnh đạo cấp sở”"
    desk = opinions.desk("chi.ha.nam")
    for route in ("roster_add", "roster_upload"):
        page = desk.get(reverse(route, args=LIST)).content.decode()
        assert words in page and boxes in page, route
        assert "nên là hộp thư công vụ (gov.vn)" in page
    book = load_workbook(BytesIO(sheets.template(opinions.roster("tinh", "35"))))
    how = {row[0].value: row[1].value for row in book["Hướng dẫn"].iter_rows() if row[1].value}
    assert how["Chức vụ"].startswith(words) and boxes in how["E-mail công vụ"]
    assert how["Ngày sinh"].startswith("Không bắt buộc.")
    assert how["Lý do thay"].startswith("Không bắt buộc; ghi khi có “Thay cho”.")


def test_what_every_group_needs_is_marked_as_required(opinions: OpinionWorld) -> None:
    address = reverse("roster_add", args=("chi-so-thu", "bo", "B01"))
    page = opinions.desk("anh.ngoai.giao").get(address).content.decode()
    unit, office = (page.partition(f'id="f-{it}"')[2].partition(">")[0] for it in ("don_vi", "chuc_vu"))
    assert " required" in unit and " required" not in office
