"""The sheets of a returned workbook that hold answers, and whether each line still lies where the map says."""

from __future__ import annotations

import re

from dieutra.channels.workbook.layout import ANCHOR
from dieutra.channels.workbook.rowsheets import ROW_ANCHOR
from dieutra.channels.workbook.stamp import LIST, ROW, Stamp
from dieutra.engine.refusals import Invalid
from dieutra.engine.refusals import Problem as Refused
from dieutra.engine.spreadsheet import Cell, Table
from dieutra.places.apart import Apart

CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
MOVED = (
    "Các dòng hoặc cột của tệp đã bị thêm, xóa hay chuyển chỗ, nên không biết chắc ô nào trả lời câu nào. "
    "Hãy tải lại tệp Excel từ trang phiếu rồi chép số liệu sang."
)


def pages_of(stamp: Stamp, sheets: Apart) -> dict[str, Table]:
    """The sheets that hold answers. Each line still carries its own path, or it does not lie where the map says."""
    names = list(dict.fromkeys(each.sheet for each in stamp.cells))
    gone = [name for name in names if name not in sheets.names]
    if gone:
        raise Invalid(
            f"Tệp thiếu trang “{gone[0]}” (đã bị xóa hoặc đổi tên). Hãy đặt lại tên cũ, hoặc tải lại tệp."
        )
    pages = {name: sheets.table(name) for name in names}
    of_rows = {each.sheet for each in stamp.cells if each.role == ROW}
    for each in stamp.cells:
        row, _ = position(each.cell)
        anchor = cell_at(pages[each.sheet], row, ROW_ANCHOR if each.sheet in of_rows else ANCHOR)
        path = each.path.rpartition("|")[2] if each.sheet in of_rows else each.path
        placed = isinstance(anchor, str) and anchor and (path == anchor or path.startswith(f"{anchor}/"))
        if each.role != LIST and not placed:
            raise Invalid(MOVED, [Refused(f"Trang “{each.sheet}”, ô {each.cell}", "Dòng không còn đúng chỗ")])
    return pages


def position(cell: str) -> tuple[int, int]:
    """`C12` as zero-based row and column."""
    match = CELL.fullmatch(cell)
    if match is None:
        raise Invalid(MOVED)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def cell_at(table: Table, row: int, column: int) -> Cell:
    return table[row][column] if row < len(table) and column < len(table[row]) else None
