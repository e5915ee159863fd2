"""Opens the author's workbook: sheets of rows that remember where they stood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from dieutra.engine.forms.errors import FormError, FormProblem, Problems
from dieutra.engine.refusals import Invalid
from dieutra.engine.spreadsheet import Sheets

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
MAX_COLUMNS = 500
MAX_ROWS = 60_000
DAMAGED = "Tệp bị hỏng hoặc không phải là sổ tính Excel .xlsx, hãy mở bằng Excel và lưu lại"
SHEETS = ("survey", "choices", "settings", "tables", "checks", "external_choices", "entities")
ALIASES = {
    "relevance": "relevant",
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "repeat count": "repeat_count",
    "bind::jr:constraintmsg": "constraint_message",
    "bind::jr:requiredmsg": "required_message",
    "control::appearance": "appearance",
    "bind:relevant": "relevant",
    "bind:required": "required",
    "bind:constraint": "constraint",
    "bind:calculate": "calculation",
    "bind:readonly": "readonly",
    "constraint-msg": "constraint_message",
    "skip": "relevant",
    "calculate": "calculation",
    "read_only": "readonly",
    "list name": "list_name",
    "constraint message": "constraint_message",
    "required message": "required_message",
    "form title": "form_title",
    "form id": "form_id",
    "id_string": "form_id",
    "title": "form_title",
    "bind::relevant": "relevant",
    "bind::required": "required",
    "bind::constraint": "constraint",
    "bind::calculate": "calculation",
    "bind::readonly": "readonly",
}
TRANSLATED = frozenset({"label", "hint", "guidance_hint", "constraint_message", "required_message", "unit"})
STRAIGHT_QUOTES = str.maketrans("“”‘’", "\"\"''")

Scalar = int | float | str | bool | time | date | datetime | timedelta | None


@dataclass(frozen=True)
class Row:
    """One line of a sheet without blank cells; `origins` says where cells of an expanded line come from."""

    sheet: str
    number: int
    cells: Mapping[str, str]
    origins: Mapping[str, Row] = field(default_factory=dict)

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def starting(self, prefix: str) -> dict[str, str]:
        """Cells of a translated column: `label`, `label::English (en)` …"""
        return {
            key: text for key, text in self.cells.items() if key == prefix or key.startswith(f"{prefix}::")
        }

    def blame(self, problems: Problems, column: str, message: str) -> None:
        """Report a mistake at the place where the author wrote this cell."""
        row = self.origins.get(column, self)
        problems.add(message, row.sheet, row.number, column)

    def warn(self, problems: Problems, column: str, message: str) -> None:
        """Report what may be a mistake."""
        row = self.origins.get(column, self)
        problems.warn(message, row.sheet, row.number, column)


Workbook = dict[str, list[Row]]


def read_workbook(source: Path | bytes) -> Workbook:
    """The sheets we know, by name, without blank rows. Raises FormError when it is no readable .xlsx."""
    content = source if isinstance(source, bytes) else _read_file(source)
    try:
        sheets = Sheets(content)
        known = [name for name in sheets.names if name.strip().lower() in SHEETS]
        grids = {name.strip().lower(): sheets.table(name) for name in known}
    except Invalid as problem:
        raise unreadable(problem.message) from problem
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as problem:  # calamine is Rust: a damaged file may end in a panic, no Exception
        raise unreadable(DAMAGED) from problem
    return from_grids(grids)


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise unreadable(f"Không đọc được tệp {path.name}: {problem.strerror}") from problem


def unreadable(message: str) -> FormError:
    """The mistake of a whole file."""
    return FormError([FormProblem("tệp phiếu", message)])


def from_grids(grids: Mapping[str, Sequence[Sequence[Scalar]]]) -> Workbook:
    """Rows of cells, the first being the header, as rows that know their numbers. Raises FormError."""
    problems = Problems()
    book = {name: _rows(name, grid, problems) for name, grid in grids.items()}
    problems.raise_if_any()
    return book


def _rows(sheet: str, grid: Sequence[Sequence[Scalar]], problems: Problems) -> list[Row]:
    width, length = max(map(len, grid), default=0), len(grid)
    if width > MAX_COLUMNS or length > MAX_ROWS:
        said = (
            f"Sheet có {length} dòng, {width} cột; một phiếu có nhiều nhất {MAX_ROWS} dòng, {MAX_COLUMNS} cột"
        )
        problems.add(f"{said}. Hãy xóa các dòng, cột thừa", sheet)
        return []
    headers = [header_of(cell) for cell in grid[0]] if grid else []
    for header in sorted({header for header in headers if header and headers.count(header) > 1}):
        problems.add(f"Có hai cột cùng tên “{header}”, hãy bỏ bớt một cột", sheet, 1, header)
    rows = []
    for number, line in enumerate(grid[1:], start=2):
        cells = {header: cell_text(cell) for header, cell in zip(headers, line, strict=False) if header}
        cells = {header: text for header, text in cells.items() if text}
        for header, text in cells.items():
            if CONTROL.search(text):
                problems.add("Ô có ký tự điều khiển không in được, hãy xóa và gõ lại", sheet, number, header)
        if cells:
            rows.append(Row(sheet, number, cells))
    return rows


def header_of(cell: Scalar) -> str:
    text = " ".join(cell_text(cell).split())
    if "::" not in text and text.partition(":")[0].strip().lower() in TRANSLATED:
        text = text.replace(":", "::", 1)
    name, mark, rest = text.partition("::")
    header = name.strip().lower() + (f"::{rest.strip()}" if mark else "")
    return ALIASES.get(header, header)


def cell_text(cell: Scalar) -> str:
    """A cell as the author sees it: 1.0 is 1, a date is YYYY-MM-DD."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    return re.sub("[\u00a0\u200b\ufeff]", " ", str(cell)).strip()
