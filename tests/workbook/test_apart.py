"""Spreadsheets are opened in a process apart: what kills or chokes it is a sentence for the sender, no more."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date, datetime, timedelta
from datetime import time as clock

import pytest
import xlsxwriter

from dieutra.engine.refusals import Invalid
from dieutra.engine.spreadsheet import Sheets
from dieutra.places import apart
from dieutra.places.apart import opened


def book(rows: int = 3) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = made.add_worksheet("Một")
    day = made.add_format({"num_format": "dd/mm/yyyy"})
    hour = made.add_format({"num_format": "hh:mm"})
    span = made.add_format({"num_format": "[h]:mm:ss"})
    for row in range(rows):
        sheet.write_row(row, 0, [f"chữ {row}", 1.5, True])
        sheet.write_datetime(row, 3, datetime(2026, 3, 5), day)
        sheet.write_datetime(row, 4, clock(13, 45), hour)
        sheet.write_number(row, 5, 1.5, span)
        sheet.write_formula(row, 6, "=1/0", None, "#DIV/0!")
    made.close()
    return out.getvalue()


def big(megabytes: int) -> bytes:
    """Many different texts: small as a file, large in memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/sharedStrings.xml":
                part = b"<sst>" + b"<si><t>abc</t></si>" * (megabytes * 1024 * 1024 // 19) + b"</sst>"
            new.writestr(name, part)
    return out.getvalue()


def test_what_another_process_reads_is_what_this_one_would() -> None:
    here = Sheets(book())
    with opened(book()) as there:
        assert there.names == here.names
        assert there.table("Một") == here.table("Một")
        assert there.errors() == here.errors()
        first = there.table("Một")[0]
    assert (first[0], first[3]) == ("chữ 0", datetime(2026, 3, 5)) or first[3] == date(2026, 3, 5)
    assert any(isinstance(cell, clock | timedelta | datetime) for cell in first[4:6])


def test_a_process_reads_many_files_one_after_another() -> None:
    with opened(book()) as first:
        kept = first._reading
    with opened(book()) as second:
        assert second._reading is kept
        with opened(book()) as third:
            assert third._reading is not kept
            assert third.names == second.names


def test_a_file_that_takes_too_long_ends_its_reader_and_not_ours() -> None:
    before = time.monotonic()
    with pytest.raises(Invalid, match="dừng lại"), opened(big(60), seconds=0.2):
        pass
    assert time.monotonic() - before < 5
    with opened(book()) as sheets:
        assert sheets.names == ("Một",)


def test_a_file_that_needs_too_much_memory_is_refused_in_words() -> None:
    with pytest.raises(Invalid, match=r"bộ nhớ|dừng giữa chừng"), opened(big(60), memory=150 * 1024 * 1024):
        pass


def test_a_reader_that_is_killed_is_told_as_a_fault_of_the_file() -> None:
    with pytest.raises(Invalid, match="dừng giữa chừng"), opened(book()) as sheets:
        sheets._reading._process.kill()
        sheets._reading._process.wait()
        sheets.table("Một")
    with opened(book()) as sheets:
        assert sheets.table("Một")


def test_a_reply_that_grows_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MOST_REPLY", 100)
    with pytest.raises(Invalid, match="dừng giữa chừng"), opened(book(200)) as sheets:
        sheets.table("Một")


@pytest.mark.parametrize("content", [b"", b"  ", b"PK\x03\x04", b"hello", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_refusals_come_through_as_they_are(content: bytes) -> None:
    with pytest.raises(Invalid) as there, opened(content):
        pass
    with pytest.raises(Invalid) as here:
        Sheets(content)
    assert there.value.message == here.value.message
