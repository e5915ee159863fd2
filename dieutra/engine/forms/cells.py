"""Where in the author's workbook a node, a check or a choice was written, down to the address that Excel shows."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import python_calamine

from dieutra.engine.forms.errors import Problems
from dieutra.engine.forms.outline import read_outline
from dieutra.engine.forms.tables import expand_checks, expand_tables
from dieutra.engine.forms.workbook import SHEETS, Row, Workbook, header_of

Letters = Mapping[str, Mapping[str, str]]  # sheet -> column -> letter


@dataclass(frozen=True)
class Cell:
    """One cell of the workbook: `row` counts as Excel does, `column` is the head of the column."""

    sheet: str
    row: int
    column: str


class Cells:
    """The rows behind a form's nodes and checks; for a workbook that the loader has accepted."""

    def __init__(self, book: Workbook) -> None:
        ignored = Problems()
        tables = expand_tables(book, ignored)
        self.rows: Mapping[str, Row] = read_outline(tables.survey, ignored).rows
        self.checks: dict[str, Row] = {
            line.name: line.row for line in expand_checks(book, tables.by_name, ignored)
        }

    def at(self, path: str, *columns: str) -> Cell:
        """The first of these columns that the node's row has written; its row's first cell otherwise."""
        return _cell(self.rows.get(path), columns)

    def of_check(self, name: str, where: str, *columns: str) -> Cell:
        """A line of `checks`; for a constraint the cell of its node."""
        row = self.checks.get(name)
        return _cell(row, columns) if row is not None else self.at(where, "constraint")


def _cell(row: Row | None, columns: tuple[str, ...]) -> Cell:
    if row is None:
        return Cell("", 0, "")
    for column in columns:
        for key in row.starting(column) or ([column] if row.get(column) else []):
            origin = row.origins.get(key, row)
            return Cell(origin.sheet, origin.number, key)
    return Cell(row.sheet, row.number, columns[0] if columns else "")


def letters_of(content: bytes) -> dict[str, dict[str, str]]:
    """The letter of each column of the sheets we know; empty when the file cannot be read."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        heads = {
            name.strip().lower(): book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=1)
            for name in book.sheet_names
            if name.strip().lower() in SHEETS
        }
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # calamine is Rust: a damaged file may end in a panic, no Exception
        return {}
    return {
        sheet: {header_of(cell): letter(number) for number, cell in enumerate(rows[0])}
        for sheet, rows in heads.items()
        if rows
    }


def letter(number: int) -> str:
    """0 is A, 26 is AA."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def address(cell: Cell, letters: Letters) -> str:
    """`survey!C12`, to be pasted into Excel's name box; with the sheet alone when the row is not known."""
    if not cell.sheet or not cell.row:
        return cell.sheet
    columns = letters.get(cell.sheet, {})
    base = cell.column.partition("::")[0]
    found = columns.get(cell.column) or next(
        (each for head, each in columns.items() if head.partition("::")[0] == base), "A"
    )
    return f"{cell.sheet}!{found}{cell.row}"
