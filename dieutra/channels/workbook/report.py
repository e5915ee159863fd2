"""The report of a batch as a workbook: a sheet of files, a sheet of cells."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

import xlsxwriter
from django.utils.timezone import localtime

from dieutra.channels.workbook.models import Batch, CellNote, Outcome
from dieutra.channels.workbook.queries import files_of, notes_of, standing

FILES = (
    ("STT", 6), ("Tệp", 34), ("Mã đơn vị", 14), ("Đơn vị", 44), ("Kết quả", 20), ("Câu trả lời đã nhận", 12),
    ("Lỗi, cảnh báo", 10), ("Ô cần xem", 10), ("Điều cần biết", 80),
)  # fmt: skip
CELLS = (
    ("STT tệp", 8), ("Tệp", 34), ("Mã đơn vị", 14), ("Loại", 16), ("Trang", 28), ("Ô", 8), ("Đã ghi", 24),
    ("Vì sao, sửa thế nào", 90),
)  # fmt: skip
Row = Sequence[str | int]


def write_report(batch: Batch) -> IO[bytes]:
    """A temporary file at its start; removed when closed."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 — the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    head = book.add_format({"bold": True, "bg_color": "#dce6f1", "border": 1, "text_wrap": True})
    body = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#9fb0c3"})
    said = standing(batch)
    counts = ", ".join(f"{it.label}: {said.of(it)}" for it in Outcome if said.of(it))
    title = f"{batch.area.name}, gửi lúc {localtime(batch.sent_at):%H:%M %d/%m/%Y}. {counts}"
    _sheet(book.add_worksheet("Tệp"), title, FILES, _files(batch), head, body)
    _sheet(book.add_worksheet("Ô cần xem"), title, CELLS, _cells(batch), head, body)
    book.close()
    out.seek(0)
    return out


def _sheet(
    sheet: Any, title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Row], head: Any, body: Any
) -> None:
    for at, (_, width) in enumerate(columns):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 0, title)
    for at, (name, _) in enumerate(columns):
        sheet.write_string(2, at, name, head)
    last = 2
    for last, row in enumerate(rows, start=3):
        for at, said in enumerate(row):
            if isinstance(said, int):
                sheet.write_number(last, at, said, body)
            else:
                sheet.write_string(last, at, said, body)
    sheet.freeze_panes(3, 0)
    sheet.autofilter(2, 0, max(3, last), len(columns) - 1)


def _files(batch: Batch) -> Iterable[Row]:
    for it in files_of(batch).iterator(chunk_size=500):
        unit = it.case.unit if it.case else None
        outcome = Outcome(it.outcome).label if it.outcome else "Đang chờ"
        numbers = (it.answers, it.findings, it.notes)
        yield (
            it.number, it.name, unit.code if unit else "", unit.name if unit else "", str(outcome), *numbers, it.message
        )  # fmt: skip


def _cells(batch: Batch) -> Iterable[Row]:
    for it in notes_of(batch).iterator(chunk_size=500):
        code = it.file.case.unit.code if it.file.case else ""
        kind = str(CellNote.Kind(it.kind).label)
        yield (it.file.number, it.file.name, code, kind, it.sheet, it.cell, it.written, it.message)
