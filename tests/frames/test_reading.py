"""Every hostile or clumsy file gets a sentence that says what is wrong, where, and what to do."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from openpyxl import load_workbook
from pytest_django import Settings

from dieutra.campaigns.kind import FrameColumn
from dieutra.campaigns.kind_reading import read_kind
from dieutra.engine.refusals import Invalid, Problem
from dieutra.frames import reading
from dieutra.frames.reading import read_rows
from tests.cast import KIND
from tests.frames.conftest import GOOD, HEADERS, changed, csv, sheet

COLUMNS: tuple[FrameColumn, ...] = read_kind(KIND).frame_columns


def read(content: bytes, filename: str = "nen.xlsx") -> tuple[list[reading.Row], list[Problem]]:
    return read_rows(content, filename, COLUMNS)


def archive(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), text)
    return file.getvalue()


WHOLE_FILES = [
    (b"", "Tệp trống"),
    (b"   \r\n  ", "Tệp trống"),
    (b"PK\x03\x04 not really a zip", "bị hỏng"),
    (sheet(GOOD)[:-400], "bị hỏng"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Excel đời cũ"),
    (archive(word__document_xml="<w/>"), "tệp Word được đổi tên"),
    (archive(hello_txt="x"), "không phải Excel"),
    (b"%PDF-1.7 ...", "tệp PDF"),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "không phải là bảng tính"),
    (csv(GOOD).decode().replace("Sở", "S\u01a1").encode("utf-16-be"), "không phải là bảng tính"),
    (b"\xff\xfe\x00\xd8", "UTF-16"),
    ("Mã đơn vị,Tên đơn vị\r\nA1,Ủy ban".encode("cp1258", "replace"), "không dùng bảng mã UTF-8"),
    (sheet([]), "chưa có đơn vị nào"),
    (sheet([("", "  ", None)]), "chưa có đơn vị nào"),
    (sheet(GOOD, ("Mã", *HEADERS[1:])), "thiếu cột “Mã đơn vị”"),
    (sheet(GOOD, (*HEADERS[:12], "Người ghi")), "cột lạ"),
    (sheet(GOOD, (*(*HEADERS[:12], "")[:12], "Mã tỉnh")), "cột lặp lại"),
    (b"a,b\r\n1,2", "“nen.xlsx” không phải sổ tính Excel"),
    ("Mã tỉnh,b\r\n1,2".encode(), "thiếu cột “Mã đơn vị”, “Tên đơn vị”"),
]


@pytest.mark.parametrize(("content", "words"), WHOLE_FILES, ids=[words for _, words in WHOLE_FILES])
def test_a_file_that_is_no_base_list_is_refused_in_plain_words(content: bytes, words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(content)
    assert words in refusal.value.message
    assert refusal.value.message.endswith(".")


def test_a_wrong_template_says_where_the_right_one_is_and_names_each_column() -> None:
    with pytest.raises(Invalid) as refusal:
        read(sheet(GOOD, ("Mã", *HEADERS[1:])))
    assert "tải tệp mẫu" in refusal.value.message
    assert [problem.place for problem in refusal.value.problems] == ["Cột “Mã đơn vị”", "Cột thứ 1"]


def test_a_csv_that_says_so_is_told_its_missing_columns() -> None:
    with pytest.raises(Invalid, match="thiếu cột “Mã đơn vị”, “Tên đơn vị”"):
        read(b"a,b\r\n1,2", "nen.csv")


def with_formula(reference: str, value: str | None) -> bytes:
    """A good sheet of which one cell is a formula: without a result (None), or with a text for one."""
    book = load_workbook(io.BytesIO(sheet(GOOD)))
    book.worksheets[0][reference] = '=CONCATENATE("a","b")'
    sink = io.BytesIO()
    book.save(sink)
    if value is None:
        return sink.getvalue()
    changed_parts = io.BytesIO()
    with zipfile.ZipFile(sink) as old, zipfile.ZipFile(changed_parts, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            text = re.sub(
                rb"(<c r=\"%b\"[^>]*)><f>(.*?)</f><v ?(?:/>|></v>)" % reference.encode(),
                rb'\1 t="str"><f>\2</f><v>%b</v>' % value.encode(),
                text,
            )
            new.writestr(part, text)
    return changed_parts.getvalue()


def test_a_formula_without_a_result_is_called_a_formula_and_no_blank() -> None:
    _, problems = read(with_formula("B2", None))
    assert [it.place for it in problems] == ["Dòng 2, cột “Tên đơn vị”"]
    assert "công thức" in problems[0].message and "Dán giá trị" in problems[0].message
    _, problems = read(with_formula("B2", ""))  # worked out to nothing, where something must stand
    assert [("công thức" in it.message) for it in problems] == [True]
    rows, problems = read(with_formula("B2", "Sở Nội vụ"))
    assert not problems and rows[0].values["name"] == "Sở Nội vụ"


def test_a_file_over_the_limit_is_refused_before_it_is_opened(settings: Settings) -> None:
    settings.UPLOAD_LIMIT = 1024 * 1024
    with pytest.raises(Invalid, match="lớn hơn 1 MB"):
        read(b"x" * (1024 * 1024 + 1))


def test_a_zip_bomb_is_refused_unopened() -> None:
    bomb = archive(
        xl__workbook_xml="<workbook/>", xl__worksheets__sheet1_xml=" " * (reading.MAX_UNPACKED + 1)
    )
    assert len(bomb) < 1024 * 1024
    with pytest.raises(Invalid, match="quá lớn sau khi giải nén"):
        read(bomb)


def test_a_sheet_with_too_many_rows_or_columns_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 5)
    with pytest.raises(Invalid, match="quá 5 dòng"):
        read(csv(GOOD))
    with pytest.raises(Invalid, match="rộng quá"):
        read(b"," * 300)


CELLS = [
    ({"ma": ""}, "Mã đơn vị", "Bắt buộc"),
    ({"ma": "HN 001"}, "Mã đơn vị", "ký tự không dùng được"),
    ({"ma": "HN/../1"}, "Mã đơn vị", "ký tự không dùng được"),
    ({"ma": "Đ-001"}, "Mã đơn vị", "ký tự không dùng được"),
    ({"ma": "X" * 21}, "Mã đơn vị", "quá 20 ký tự"),
    ({"ma": 12345}, "Mã đơn vị", "mất số 0 ở đầu"),
    ({"ten": "  "}, "Tên đơn vị", "Bắt buộc"),
    ({"ten": "N" * 251}, "Tên đơn vị", "quá 250 ký tự"),
    ({"ten": "S\u0007ở"}, "Tên đơn vị", "ký tự điều khiển"),
    ({"ten": "Sở \u202eABC"}, "Tên đơn vị", "ký tự điều khiển"),
    ({"ten": "S\ufffd N\ufffdi v\ufffd"}, "Tên đơn vị", "bảng mã"),
    ({"ten": True}, "Tên đơn vị", "TRUE/FALSE"),
    ({"loai": "Cơ quan lạ"}, "Loại đơn vị", "không có trong danh mục"),
    ({"cap": "thôn"}, "Cấp quản lý", "Chọn một trong:"),
    ({"tinh": 1}, "Mã tỉnh", "“01”?"),
    ({"tinh": "1"}, "Mã tỉnh", "chỉ có 1 chữ số"),
    ({"xa": 235}, "Mã xã", "“00235”?"),
    ({"dt": 2263850000}, "Điện thoại", "mất số 0 ở đầu"),
    ({"dt": "0226.385"}, "Điện thoại", "không đúng dạng"),
    ({"mail": "noivu@"}, "E-mail", "không phải là địa chỉ thư điện tử"),
    ({"mail": "a@b.vn; c@d.vn"}, "E-mail", "không phải là địa chỉ thư điện tử"),
    ({"ld": "nhiều"}, "Số lao động 2017", "không phải là số nguyên"),
    ({"ld": 4.5}, "Số lao động 2017", "4,5 không phải là số nguyên"),
    ({"ld": -3}, "Số lao động 2017", "không phải là số nguyên"),
    ({"ten": "#REF!"}, "Tên đơn vị", "Công thức trong ô bị lỗi"),
]


@pytest.mark.parametrize(("values", "header", "words"), CELLS, ids=[f"{h}: {w}" for _, h, w in CELLS])
def test_a_wrong_cell_is_named_by_row_and_column(values: dict[str, object], header: str, words: str) -> None:
    if values.get("ten") == "S\u0007ở":  # Excel itself does not write this one
        rows, problems = read(csv([GOOD[1], changed(GOOD[0], **values)]), "nen.csv")
    else:
        rows, problems = read(sheet([GOOD[1], changed(GOOD[0], **values)]))
    assert [row.number for row in rows] == [2]
    assert [problem.place for problem in problems] == [f"Dòng 3, cột “{header}”"]
    assert words in problems[0].message


GOOD_CELLS = [
    ({"tinh": 35, "huyen": 347, "xa": 13285}, "commune", "13285"),  # numbers of full width lost nothing
    ({"qhns": 1012345}, "budget_code", "1012345"),
    ({"loai": "toa an nhan dan"}, "kind", "04"),
    ({"loai": "03"}, "kind", "03"),
    ({"cap": "Tỉnh"}, "level", "tinh"),
    ({"ld": "1.250"}, "workers_2017", "1250"),
    ({"ld": 45.0}, "workers_2017", "45"),
    ({"ten": "  Sở\nNội   vụ\u200b "}, "name", "Sở Nội vụ"),
    ({"ten": "So\u031b\u0309 Nội vụ"}, "name", "Sở Nội vụ"),
    ({"ghi_chu": 2021}, "note", "2021"),
]


@pytest.mark.parametrize(
    ("values", "name", "kept"), GOOD_CELLS, ids=[str(values) for values, _, _ in GOOD_CELLS]
)
def test_a_cell_written_another_way_is_understood(values: dict[str, object], name: str, kept: str) -> None:
    rows, problems = read(sheet([changed(GOOD[0], **values)]))
    assert not problems
    assert rows[0].values[name] == kept


def test_columns_are_known_by_their_headers_in_any_order_and_capitals() -> None:
    headers = [header.upper() for header in reversed(HEADERS)]
    rows, problems = read(sheet([tuple(reversed(row)) for row in GOOD], headers))
    assert not problems
    assert [row.values["code"] for row in rows] == [row[0] for row in GOOD]


def test_blank_rows_are_passed_over_and_numbers_stay_those_of_the_sheet() -> None:
    rows, _ = read(sheet([GOOD[0], (), ("", " "), GOOD[1]]))
    assert [row.number for row in rows] == [2, 5]


def test_the_result_of_a_formula_is_read() -> None:
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADERS)
        for column, value in enumerate(GOOD[0]):
            page.write_string(1, column, str(value))
        page.write_formula(1, 1, '="Sở "&"Nội vụ"', value="Sở Nội vụ")
    rows, _ = read(file.getvalue())
    assert rows[0].values["name"] == "Sở Nội vụ"


def test_a_very_long_wrong_value_does_not_flood_the_message() -> None:
    _, problems = read(sheet([changed(GOOD[0], mail="x" * 30_000)]))
    assert len(problems[0].message) < 300
