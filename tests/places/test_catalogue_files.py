"""Any other catalogue from a file: good ones whole, bad ones not at all and with every reason."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pytest
import xlsxwriter

from dieutra.events.models import Event
from dieutra.places.actions import Loaded, load_catalogue_file
from dieutra.places.models import Area, Catalogue
from dieutra.places.queries import area_by_code, search

pytestmark = pytest.mark.django_db

Rows: TypeAlias = list[list[object]]

HEADER = ["code", "name", "kind", "level", "parent"]
GOOD: Rows = [
    ["VN", "Việt Nam", "quoc_gia", 0, ""],
    ["01", "Thành phố Hà Nội", "Thành phố", 1, "VN"],
    ["001", "Quận Ba Đình", "Quận", 2, "01"],
    ["00001", "Phường Phúc Xá", "Phường", 3, "001"],
    ["BNV", "Bộ Nội vụ", "Bộ", 1, "VN"],
]


def as_csv(rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    lines: Rows = [[*HEADER], *rows]
    return "\n".join(delimiter.join(str(cell) for cell in line) for line in lines).encode(encoding)


def as_xlsx(rows: Rows, header: list[str] = HEADER) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        lines: Rows = [[*header], *rows]
        for place, line in enumerate(lines):
            sheet.write_row(place, 0, line)
    return file.getvalue()


def load(content: bytes | Path, slug: str = "thu-2026") -> Loaded:
    return load_catalogue_file(content, slug, "Danh mục thử", date(2026, 4, 30), "Tệp thử")


def rows() -> tuple[int, int, int]:
    return Catalogue.objects.count(), Area.objects.count(), Event.objects.count()


def catalogue_id(slug: str) -> int:
    return Catalogue.objects.get(slug=slug).pk


def refused(content: bytes) -> list[str]:
    """The errors as a person reads them; nothing may have been written."""
    before = rows()
    loaded = load(content)
    assert loaded.errors
    assert loaded.count_by_level == {}
    assert rows() == before
    return [f"{error.place}: {error.message}" for error in loaded.errors]


def changed(place: int, column: int, value: object) -> Rows:
    rows = [list(row) for row in GOOD]
    rows[place][column] = value
    return rows


@pytest.mark.parametrize(
    "content",
    [as_csv(GOOD), as_csv(GOOD, ";"), as_csv(GOOD, "\t", "utf-8-sig"), as_xlsx(GOOD)],
    ids=["comma", "semicolon", "tab with mark", "xlsx"],
)
def test_a_good_file_is_loaded_whole(content: bytes) -> None:
    assert load(content) == Loaded({0: 1, 1: 2, 2: 1, 3: 1})
    assert area_by_code("thu-2026", "00001").path == "VN/01/001/00001/"
    assert area_by_code("thu-2026", "01").kind == "thanh_pho_tw"
    assert [area.name for area in search("thu-2026", "bo noi vu")] == ["Bộ Nội vụ"]
    assert Event.objects.filter(verb="catalogue.loaded", subject_id=catalogue_id("thu-2026")).count() == 1


def test_vietnamese_headers_dates_and_a_file_on_disk_are_read(tmp_path: Path) -> None:
    header = ["Cấp", "Mã", "Tên", "Loại", "Mã cấp trên", "Hiệu lực từ"]
    path = tmp_path / "danh-muc.xlsx"
    path.write_bytes(as_xlsx([[0, "VN", "Việt Nam", "Quốc gia", "", "01/07/2025"]], header))
    assert load(path).errors == ()
    assert area_by_code("thu-2026", "VN").valid_from == date(2025, 7, 1)


def test_a_corrected_file_under_the_same_slug_updates_names_and_keeps_ids() -> None:
    load(as_csv(GOOD))
    before = area_by_code("thu-2026", "00001")
    load(as_csv(changed(3, 1, "Phường Hồng Hà")))
    after = area_by_code("thu-2026", "00001")
    assert (after.pk, after.name) == (before.pk, "Phường Hồng Hà")


def test_a_file_that_forgets_areas_is_refused_because_people_may_work_in_them() -> None:
    load(as_csv(GOOD))
    loaded = load(as_csv(GOOD[:3]))
    assert "2 địa bàn không còn trong tệp (ví dụ: 00001, BNV)" in loaded.errors[0].message
    assert Area.objects.filter(catalogue__slug="thu-2026").count() == 5


def test_a_duplicate_code_is_told_with_both_rows() -> None:
    [error] = refused(as_csv([*GOOD, ["00001", "Phường Trúc Bạch", "Phường", 3, "001"]]))
    assert error.startswith("Dòng 7, cột code: Mã “00001” bị trùng với dòng 5.")


def test_an_unknown_parent_is_told() -> None:
    [error] = refused(as_csv(changed(3, 4, "999")))
    assert error.startswith("Dòng 5, cột parent: Mã cấp trên “999” không có trong tệp.")


def test_a_missing_name_code_and_kind_are_all_told_at_once() -> None:
    rows: Rows = [*GOOD, ["00002", "", "Xã", 3, "001"], ["", "Xã Một", "", 3, "001"]]
    errors = refused(as_csv(rows))
    assert errors[0].startswith("Dòng 7, cột name: Thiếu tên.")
    assert errors[1].startswith("Dòng 8, cột code: Thiếu mã.")
    assert errors[2].startswith("Dòng 8, cột kind: Thiếu loại.")


def test_a_row_without_a_parent_is_a_second_root_and_refused() -> None:
    [error] = refused(as_csv([*GOOD, ["00003", "Xã Hai", "Xã", 3, ""]]))
    assert error.startswith("Dòng 7, cột parent: Thiếu mã cấp trên (địa bàn gốc đã ở dòng 2).")


@pytest.mark.parametrize("level", [7, "ba", "", -1, 2.5])
def test_a_level_that_is_none_is_refused(level: object) -> None:
    assert refused(as_csv(changed(3, 3, level)))[0].startswith("Dòng 5, cột level: Cấp “")


def test_a_commune_directly_under_the_country_is_refused() -> None:
    [error] = refused(as_csv(changed(3, 4, "VN")))
    assert "Cấp 3 không thể trực thuộc “Việt Nam” là cấp 0" in error


def test_two_areas_that_hang_below_each_other_are_refused() -> None:
    rows: Rows = [["A", "Xã A", "Xã", 3, "B"], ["B", "Xã B", "Xã", 3, "A"]]
    assert any("Không có địa bàn gốc" in error for error in refused(as_csv(rows)))


@pytest.mark.parametrize("file", [as_xlsx, as_csv])
def test_codes_stored_as_numbers_lost_their_zeros_and_this_is_said_plainly(
    file: Callable[[Rows], bytes],
) -> None:
    rows = changed(1, 0, 1)
    rows[3][0] = 4
    errors = refused(file(rows))
    assert "Dòng 3, cột code: Mã “1” có 1 chữ số, mã cấp 1 phải có 2" in errors[0]
    assert "mất số 0 ở đầu (“01”?). Hãy định dạng cột mã là Text" in errors[0]
    assert any("(“00004”?)" in error for error in errors)


def test_a_parent_that_lost_its_zeros_is_recognised() -> None:
    [error] = refused(as_xlsx(changed(2, 4, 1)))
    assert "Mã cấp trên “1” không có trong tệp. Trong tệp có mã “01”: có thể số 0 ở đầu đã mất." in error


@pytest.mark.parametrize("code", ["00/01", "@x", "mã số", "0" * 21, "../.."])
def test_a_code_that_could_not_be_a_step_of_a_path_is_refused(code: str) -> None:
    assert any("chỉ được gồm chữ không dấu" in error for error in refused(as_csv(changed(3, 0, code))))


def test_an_unreadable_day_and_days_in_the_wrong_order_are_told() -> None:
    header = [*HEADER, "valid_from", "valid_to"]
    rows: Rows = [
        [*GOOD[0], "2025-13-01", ""],
        [*GOOD[1], "02/05/2026", "01/05/2026"],
    ]
    errors = refused(as_xlsx(rows, header))
    assert errors[0].startswith("Dòng 2, cột valid_from: Ngày “2025-13-01” không đọc được.")
    assert errors[1].startswith("Dòng 3, cột valid_to: Ngày hết hiệu lực đứng trước")


def test_missing_columns_are_named() -> None:
    errors = refused("Mã,Tên\n01,Hà Nội\n".encode())
    assert [error[:35] for error in errors] == [
        "Dòng 1: Không thấy cột “kind” ở dòn",
        "Dòng 1: Không thấy cột “level” ở dò",
        "Dòng 1: Không thấy cột “parent” ở d",
    ]


def test_a_header_alone_is_not_a_catalogue() -> None:
    assert "chưa có địa bàn nào" in refused(as_csv([]))[0]


@pytest.mark.parametrize("content", [b"", b" \r\n "], ids=["0 bytes", "blank"])
def test_an_empty_file_is_told(content: bytes) -> None:
    assert refused(content) == ["Tệp: Tệp trống (không có dữ liệu). Hãy kiểm tra lại tệp rồi gửi lại."]


def test_a_broken_xlsx_is_told() -> None:
    good = as_xlsx(GOOD)
    for content in (good[: len(good) // 2], b"PK\x03\x04 not a zip", good[:900] + bytes(90) + good[990:]):
        assert "Tệp không mở được như một sổ tính Excel" in refused(content)[0]


def test_an_old_xls_is_recognised_whatever_its_name() -> None:
    assert "Excel đời cũ (.xls)" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))[0]


def test_a_zip_that_is_no_workbook_is_told() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("anh.jpg", b"x")
    assert "không phải Excel" in refused(file.getvalue())[0]


def test_a_csv_in_another_encoding_is_told_with_its_line() -> None:
    assert refused(as_csv(GOOD, encoding="utf-16"))[0].startswith("Tệp: Tệp CSV dùng bảng mã UTF-16")
    broken = as_csv(GOOD).replace("Phúc Xá".encode(), b"Ph\xf3c X\xb8")  # TCVN3
    assert refused(broken)[0].startswith("Tệp: Dòng 5: tệp CSV không dùng bảng mã UTF-8")


@pytest.mark.parametrize(
    "sheet",
    [
        '<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>',
        '<row r="1048576"><c/><c/><c/><c/></row>',
        '<x:row xmlns:x="urn:x" r="1"><x:c r="&#88;FD1048576"/></x:row>',
    ],
    ids=["corner", "far row", "hidden"],
)
def test_cells_far_apart_that_would_fill_the_memory_are_refused(sheet: str) -> None:
    content = with_sheet(f"<worksheet><sheetData>{sheet}</sheetData></worksheet>")
    assert "Trang tính có ô ở quá xa" in refused(content)[0]


def test_a_workbook_with_a_document_type_is_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c "&b;&b;">]><worksheet>&c;</worksheet>'
    assert "không mở được" in refused(with_sheet(bomb))[0]


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    assert "quá lớn sau khi giải nén" in refused(with_sheet("<a>" + " " * 215_000_000))[0]


def with_sheet(text: str) -> bytes:
    """A good workbook whose first sheet is replaced."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_xlsx(GOOD))) as good,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in good.infolist():
            content = text.encode() if part.filename.endswith("sheet1.xml") else good.read(part)
            archive.writestr(part.filename, content)
    return file.getvalue()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "Không mở được tệp" in load(tmp_path / "khong-co.csv").errors[0].message


@pytest.mark.parametrize("slug", ["vn-2025-07", "VN 2026", ""])
def test_a_slug_of_dieutra_itself_or_a_wrong_one_is_refused(slug: str) -> None:
    before = rows()
    assert load(as_csv(GOOD), slug).errors[0].place == "Mã danh mục"
    assert rows() == before
