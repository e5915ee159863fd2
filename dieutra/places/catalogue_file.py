"""A catalogue as a table: code, name, kind, level, parent, valid_from, valid_to; columns in any order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.spreadsheet import Cell, Table, read_table
from dieutra.engine.text import normal_name, search_key

HEADERS = {
    "code": ("code", "ma", "ma so", "ma dia ban"),
    "name": ("name", "ten", "ten dia ban"),
    "kind": ("kind", "loai", "loai hinh"),
    "level": ("level", "cap"),
    "parent": ("parent", "ma cap tren", "cap tren", "truc thuoc"),
    "valid_from": ("valid from", "hieu luc tu"),
    "valid_to": ("valid to", "hieu luc den"),
}
REQUIRED = ("code", "name", "kind", "level", "parent")
MAX_NAME, MAX_KIND, MAX_ROWS = 150, 30, 200_000
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]{0,19}")  # a code is a step of the path: no "/" and no "@"

Read = TypeVar("Read")


@dataclass(frozen=True)
class AreaRow:
    """One area of the file; `line` is its row as Excel counts them."""

    line: int
    code: str
    name: str
    kind: str
    level: int
    parent: str
    valid_from: date
    valid_to: date | None


@dataclass
class CatalogueFile:
    """What was read, what is wrong with it, and how its own header names each column."""

    rows: list[AreaRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)

    def wrong(self, line: int, column: str, message: str) -> None:
        self.problems.append(Problem(f"Dòng {line}, cột {self.titles.get(column, column)}", message))


def read_catalogue(content: bytes, valid_from: date) -> CatalogueFile:
    """Read every row; rows with a problem are left out of `rows` and listed in `problems`."""
    found = CatalogueFile()
    try:
        table = read_table(content)
    except Invalid as unreadable:
        found.problems.append(Problem("Tệp", unreadable.message))
        return found
    columns = _columns(table, found)
    if found.problems:
        return found
    for line, cells in enumerate(table[1:], start=2):
        if any(str(cell).strip() for cell in cells if cell is not None):
            _read_row(_Row(found, line, columns, cells), valid_from)
    if not found.rows and not found.problems:
        message = "Tệp chỉ có dòng tiêu đề, chưa có địa bàn nào. Hãy bổ sung rồi gửi lại."
        found.problems.append(Problem("Tệp", message))
    return found


def _columns(table: Table, found: CatalogueFile) -> dict[str, int]:
    header = [search_key(str(cell)) if cell is not None else "" for cell in table[0]] if table else []
    columns = {}
    for column, titles in HEADERS.items():
        place = next((place for place, title in enumerate(header) if title in titles), None)
        if place is not None:
            columns[column] = place
            found.titles[column] = normal_name(str(table[0][place]))
        elif column in REQUIRED:
            message = f"Không thấy cột “{column}” ở dòng tiêu đề. Cần đủ các cột: {', '.join(REQUIRED)}."
            found.problems.append(Problem("Dòng 1", message))
    if len(table) > MAX_ROWS:
        found.problems.append(Problem("Tệp", "Tệp có hơn 200.000 dòng. Hãy chia nhỏ tệp."))
    return columns


@dataclass
class _Row:
    found: CatalogueFile
    line: int
    columns: dict[str, int]
    cells: list[Cell]

    def cell(self, column: str) -> Cell:
        place = self.columns.get(column)
        return self.cells[place] if place is not None and place < len(self.cells) else None

    def take(self, column: str, parse: Callable[[Cell], Read]) -> Read | None:
        """The cell's value, or None with a problem written down."""
        try:
            return parse(self.cell(column))
        except ValueError as error:
            self.found.wrong(self.line, column, str(error))
            return None


def _read_row(row: _Row, valid_from: date) -> None:
    before = len(row.found.problems)
    code = row.take("code", lambda cell: _code(cell, required=True))
    parent = row.take("parent", lambda cell: _code(cell, required=False))
    level = row.take("level", _level)
    name = row.take("name", _name)
    kind = row.take("kind", lambda cell: _kind(cell, level))
    start = row.take("valid_from", _day)
    end = row.take("valid_to", _day)
    if start and end and end < start:
        message = "Ngày hết hiệu lực đứng trước ngày có hiệu lực. Hãy sửa một trong hai."
        row.found.wrong(row.line, "valid_to", message)
    if (
        len(row.found.problems) == before
        and code
        and name
        and kind
        and level is not None
        and parent is not None
    ):
        row.found.rows.append(AreaRow(row.line, code, name, kind, level, parent, start or valid_from, end))


def _code(cell: Cell, *, required: bool) -> str:
    text = _as_text(cell)
    if not text and not required:
        return ""
    if not text:
        raise ValueError("Thiếu mã. Hãy điền mã của địa bàn.")
    if not CODE.fullmatch(text):
        raise ValueError(
            f"Mã “{text[:40]}” chỉ được gồm chữ không dấu, chữ số, dấu chấm, dấu gạch, tối đa 20 ký tự. "
            "Hãy sửa mã."
        )
    return text


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return normal_name(str(cell))


def _level(cell: Cell) -> int:
    text = _as_text(cell)
    if text not in ("0", "1", "2", "3"):
        raise ValueError(
            f"Cấp “{text[:40]}” không đúng. "
            "Hãy ghi 0 (trung ương), 1 (cấp tỉnh), 2 (cấp huyện) hoặc 3 (cấp xã)."
        )
    return int(text)


def _name(cell: Cell) -> str:
    name = _as_text(cell)
    if not name:
        raise ValueError("Thiếu tên. Hãy điền tên của địa bàn.")
    if len(name) > MAX_NAME:
        raise ValueError(f"Tên dài quá {MAX_NAME} ký tự. Hãy rút gọn.")
    return name


def _kind(cell: Cell, level: int | None) -> str:
    kind = search_key(_as_text(cell)).replace(" ", "_")
    if not kind:
        raise ValueError("Thiếu loại. Hãy ghi loại của địa bàn, ví dụ: tỉnh, huyện, xã, phường.")
    if len(kind) > MAX_KIND:
        raise ValueError(f"Loại dài quá {MAX_KIND} ký tự. Hãy rút gọn.")
    return "thanh_pho_tw" if kind == "thanh_pho" and level == 1 else kind


def _day(cell: Cell) -> date | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _as_text(cell)
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise ValueError(f"Ngày “{text[:40]}” không đọc được. Hãy ghi theo dạng 30/04/2026.")
