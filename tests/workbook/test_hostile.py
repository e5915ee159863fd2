"""Workbooks of others, altered ones, and files that are none."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from dieutra.cases.models import Case, Draft
from dieutra.cases.queries import sheet_to_fill
from dieutra.channels.workbook.layout import STAMP
from dieutra.channels.workbook.make import make_workbook
from dieutra.channels.workbook.read import read_workbook
from dieutra.engine.refusals import Invalid
from dieutra.forms.models import FormVersion
from tests.cast import World, path_of
from tests.workbook.excel import place_of, put, with_parts


@pytest.fixture
def case(world: World) -> Case:
    return world.case("don.vi")


def made(case: Case) -> bytes:
    return make_workbook(case, sheet_to_fill(case))


def altered(content: bytes, change: Callable[[Any], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refusal(content: bytes, case: Case) -> str:
    with pytest.raises(Invalid) as refused:
        read_workbook(content, case)
    assert not Draft.objects.filter(case=case, version__gt=0).exists()
    return refused.value.message


def test_another_units_workbook_is_refused_by_its_code(world: World, case: Case) -> None:
    other = world.case("don.vi.hai")
    assert "mã DANG-PL" in refusal(made(other), case)


def test_another_version_of_the_form_is_refused(case: Case) -> None:
    content = made(case)
    old = case.form
    case.form = FormVersion(form_id=old.form_id, version="2099.9")
    with pytest.raises(Invalid, match=r"phiên bản 2021.1; phiếu hiện dùng .* phiên bản 2099.9"):
        from dieutra.channels.workbook.read import _refuse_stranger, stamp_of
        from dieutra.places.apart import opened

        with opened(content) as sheets:
            _refuse_stranger(stamp_of(sheets).facts, case)


def test_an_altered_map_is_refused(case: Case) -> None:
    def swap(book: Any) -> None:
        sheet = book[STAMP]
        sheet["B13"], sheet["B14"] = sheet["B14"].value, sheet["B13"].value

    assert "đã bị sửa" in refusal(altered(made(case), swap), case)


@pytest.mark.parametrize("cell", ["B2", "B5", "B6", "B7", "B9", "F13"])
def test_any_altered_fact_is_refused(case: Case, cell: str) -> None:
    def change(book: Any) -> None:
        book[STAMP][cell] = "9"

    assert "đã bị sửa" in refusal(altered(made(case), change), case)


def test_a_signature_from_another_workbook_does_not_fit(world: World, case: Case) -> None:
    other = openpyxl.load_workbook(io.BytesIO(made(world.case("don.vi.hai"))))

    def forge(book: Any) -> None:
        book[STAMP]["B9"] = other[STAMP]["B9"].value

    assert "đã bị sửa" in refusal(altered(made(case), forge), case)


def test_a_file_without_the_hidden_sheet_is_not_ours(case: Case) -> None:
    assert "không phải tệp Excel của phiếu" in refusal(
        altered(made(case), lambda book: book.remove(book[STAMP])), case
    )


def test_an_inserted_row_or_column_is_noticed(case: Case) -> None:
    sheet = place_of(case, "lao_dong_r02_c1").sheet
    assert "chuyển chỗ" in refusal(altered(made(case), lambda book: book[sheet].insert_rows(8)), case)
    assert "chuyển chỗ" in refusal(altered(made(case), lambda book: book[sheet].insert_cols(2)), case)


def test_a_renamed_sheet_is_told_by_name(case: Case) -> None:
    sheet = place_of(case, "lao_dong_r02_c1").sheet

    def rename(book: Any) -> None:
        book[sheet].title = "Của tôi"

    assert f"thiếu trang “{sheet}”" in refusal(altered(made(case), rename), case)


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "XL/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml"])
def test_macros_are_refused(case: Case, part: str) -> None:
    assert "macro" in refusal(with_parts(made(case), {part: b"<x/>"}), case)


def test_a_workbook_that_calls_itself_macro_enabled_is_refused(case: Case) -> None:
    with zipfile.ZipFile(io.BytesIO(made(case))) as archive:
        types = archive.read("[Content_Types].xml")
    types = types.replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    assert "macro" in refusal(with_parts(made(case), {"[Content_Types].xml": types}), case)


@pytest.mark.parametrize(
    "part",
    [
        "xl/externalLinks/externalLink1.xml",
        "XL/EXTERNALLINKS/x.xml",
        "xl/connections.xml",
        "xl/embeddings/a.bin",
    ],
)
def test_links_to_other_files_and_embedded_things_are_refused(case: Case, part: str) -> None:
    assert "liên kết tới tệp" in refusal(with_parts(made(case), {part: b"<x/>"}), case)


@pytest.mark.parametrize("formula", ["cmd|'/c calc'!A0", "=cmd|' /c calc'!A0", "+MSEXCEL|'x'!A1", "@DDE|x"])
def test_a_formula_that_calls_another_program_is_refused(case: Case, formula: str) -> None:
    place = place_of(case, "so_vb_di")

    def write(book: Any) -> None:
        book[place.sheet][place.cell] = "=1"

    content = altered(made(case), write)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = {name: archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name}
    called = {name: part.replace(b"<f>1</f>", f"<f>{formula}</f>".encode()) for name, part in sheets.items()}
    assert called != sheets
    assert "chương trình khác" in refusal(with_parts(content, called), case)


def test_a_file_under_a_macro_name_is_read_by_what_it_is(world: World, case: Case) -> None:
    """The name says nothing: `.xlsm` without macros is a plain workbook to the server, with macros it is refused."""
    content = made(case)
    assert read_workbook(content, case).changes == {}
    assert "macro" in refusal(with_parts(content, {"xl/vbaData.xml": b"<x/>"}), case)


def test_a_text_over_a_total_is_told_and_the_servers_number_stands(case: Case) -> None:
    read = read_workbook(put(case, made(case), {"lao_dong_r01_c1": "chín mươi", "so_vb_di": 3}), case)
    assert read.hindering == ()
    assert "tệp ghi chín mươi" in read.warnings[0].message
    assert dict(read.changes) == {path_of(case, "so_vb_di"): "3"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"PK\x03\x04",
        b"hello",
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        b"\x89PNG\r\n",
        b"PK" + b"\0" * 99,
    ],
)
def test_what_is_no_workbook_is_refused_in_words(case: Case, content: bytes) -> None:
    assert refusal(content, case).endswith((".", "!"))


def test_a_cell_at_the_far_corner_is_refused_before_it_is_read(case: Case) -> None:
    with zipfile.ZipFile(io.BytesIO(made(case))) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml")
    far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    content = with_parts(made(case), {"xl/worksheets/sheet2.xml": sheet.replace(b"</sheetData>", far)})
    assert "ở quá xa" in refusal(content, case)


def test_an_entity_bomb_is_refused(case: Case) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><sst>&a;</sst>'
    assert refusal(with_parts(made(case), {"xl/sharedStrings.xml": bomb}), case)


def test_a_workbook_survives_a_plain_save_by_another_program(case: Case) -> None:
    assert read_workbook(put(case, made(case), {}), case).changes == {}
