"""Expands the `tables` sheet into plain XLSForm rows, and lines of `checks` over rows and columns of a table.

A table becomes a group with one group per row (`x-row`) and one question per cell, `<table>_<row>_<column>`.
In expressions `[r02]`, `[c1]` and `[r01,c1]` become `${…}` references; the place of the expression says which
row or column is meant where one is left open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from dieutra.engine.forms.errors import Problems
from dieutra.engine.forms.workbook import STRAIGHT_QUOTES, Row, Workbook

NAMESPACE = 'dt="http://dieutra.vn/xforms"'
TYPES = {"integer": "int", "decimal": "decimal", "text": "string"}
BRACKET = re.compile(r"""("[^"]*"|'[^']*')|\[([^\[\]]*)\]""")
PLACE = re.compile(r"([^\[\]\s]+)\s*\[([^\[\],]+),([^\[\],]+)\]")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
YES = frozenset({"yes", "true", "true()", "có", "x"})
NO = frozenset({"", "no", "false", "false()", "không"})
BLOCKED = "0"


class BracketError(Exception):
    """A `[…]` that names nothing here; the message is Vietnamese."""


class NamesBlockedCell(BracketError):
    """A `[…]` that names a cell which the paper form does not have."""


@dataclass
class Table:
    """The lines of one table: rows and columns by name, cells by (row, column)."""

    name: str
    rows: dict[str, Row] = field(default_factory=dict)
    columns: dict[str, Row] = field(default_factory=dict)
    cells: dict[tuple[str, str], Row] = field(default_factory=dict)

    def is_blocked(self, row: str, column: str) -> bool:
        line = self.cells.get((row, column))
        return line is not None and is_yes(line.get("blocked"))

    def cell_name(self, row: str, column: str) -> str:
        return f"{self.name}_{row}_{column}"


@dataclass(frozen=True)
class Tables:
    """What expansion gives: the survey rows to hand to pyxform, and the tables met, by name."""

    survey: list[Row]
    by_name: dict[str, Table]


def is_yes(text: str) -> bool:
    return text.lower() in YES


def expand_tables(book: Workbook, problems: Problems) -> Tables:
    """The survey with every `x-table` group filled from the `tables` sheet."""
    tables = _read_tables(book.get("tables", []), problems)
    survey: list[Row] = []
    opened: set[str] = set()
    for row in book.get("survey", []):
        survey.append(row)
        if is_group(row) and "x-table" in row.get("appearance").split():
            opened.add(row.get("name"))
            if row.get("name") in tables:
                survey += _fill(tables[row.get("name")], problems)
            else:
                row.blame(problems, "appearance", f"Bảng “{row.get('name')}” chưa có dòng nào ở sheet tables")
    for row in book.get("tables", []):
        if row.get("table") in tables.keys() - opened:
            message = f"Sheet survey không có nhóm “{row.get('table')}” mang appearance x-table"
            row.blame(problems, "table", message)
    return Tables(survey, tables)


def is_group(row: Row) -> bool:
    return re.fullmatch(r"begin[ _]group", row.get("type").lower()) is not None


# --- reading the sheet


def _read_tables(rows: list[Row], problems: Problems) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for row in rows:
        if not row.get("table"):
            row.blame(problems, "table", "Thiếu tên bảng")
            continue
        table = tables.setdefault(row.get("table"), Table(row.get("table")))
        axis = row.get("axis").lower()
        if axis in ("row", "column"):
            _read_line(row, table.rows if axis == "row" else table.columns, table, problems)
        elif axis != "cell":
            row.blame(problems, "axis", f"“{row.get('axis')}” không dùng được, hãy ghi row, column hoặc cell")
    for row in rows:
        table_of_row = tables.get(row.get("table"))
        if row.get("axis").lower() == "cell" and table_of_row is not None:
            _read_cell(row, table_of_row, problems)
    for table in tables.values():
        if not table.rows or not table.columns:
            problems.add(f"Bảng “{table.name}” phải có ít nhất một dòng (row) và một cột (column)", "tables")
    return tables


def _read_line(row: Row, lines: dict[str, Row], table: Table, problems: Problems) -> None:
    name = row.get("name")
    if not NAME.fullmatch(name):
        row.blame(
            problems, "name", f"Tên “{name}” không hợp lệ: dùng chữ cái không dấu, chữ số và dấu gạch dưới"
        )
        return
    cells = dict(row.cells)
    if name in table.rows or name in table.columns:
        row.blame(problems, "name", f"Bảng “{table.name}” có hai dòng hoặc cột cùng tên “{name}”")
    if lines is table.columns and row.get("type").lower() not in TYPES:
        row.blame(
            problems, "type", f"Kiểu cột “{row.get('type')}” không có, hãy ghi integer, decimal hoặc text"
        )
        cells["type"] = "text"
    if not row.starting("label"):
        row.blame(problems, "label", f"Thiếu nhãn của “{name}”")
        cells["label"] = name
    lines[name] = replace(row, cells=cells)


def _read_cell(row: Row, table: Table, problems: Problems) -> None:
    line, _, column = (part.strip() for part in row.get("name").partition(":"))
    if line not in table.rows or column not in table.columns:
        row.blame(
            problems, "name", f"Ô “{row.get('name')}” không có trong bảng, hãy ghi dòng:cột, ví dụ r01:c1"
        )
        return
    if (line, column) in table.cells:
        row.blame(problems, "name", f"Ô “{row.get('name')}” được ghi hai lần")
    if row.get("blocked").lower() not in YES | NO:
        row.blame(problems, "blocked", f"“{row.get('blocked')}” không dùng được, hãy ghi yes hoặc để trống")
    table.cells[line, column] = row


# --- writing survey rows


def _fill(table: Table, problems: Problems) -> Iterator[Row]:
    for name, row in table.rows.items():
        yield _row_group(table, name, row, problems)
        for column in table.columns:
            if not table.is_blocked(name, column):
                yield _cell(table, name, column, problems)
        yield Row("tables", row.number, {"type": "end group"})


def _row_group(table: Table, name: str, row: Row, problems: Problems) -> Row:
    indent = row.get("indent")
    if indent not in ("", "0", "1", "2", "3"):
        row.blame(problems, "indent", f"Mức thụt “{indent}” không dùng được, hãy ghi 0, 1, 2 hoặc 3")
    cells = {"type": "begin group", "name": f"{table.name}_{name}", "bind::dt:row": row.get("code") or name}
    cells["appearance"] = "x-row" + (f" x-indent-{indent}" if indent not in ("", "0") else "")
    cells |= row.starting("label") | row.starting("hint") | row.starting("unit")
    if row.get("relevant"):
        cells["relevant"] = _expanded(row, "relevant", table, name, None, problems)
    return Row("tables", row.number, cells)


def _cell(table: Table, row_name: str, column_name: str, problems: Problems) -> Row:
    row, column = table.rows[row_name], table.columns[column_name]
    own = table.cells.get((row_name, column_name), Row("tables", row.number, {}))
    cells = {"type": column.get("type").lower(), "name": table.cell_name(row_name, column_name)}
    cells["bind::dt:row"] = row.get("code") or row_name
    cells["bind::dt:col"] = column.get("code") or column_name
    for prefix in ("label", "hint", "constraint_message"):
        cells |= own.starting(prefix) or column.starting(prefix)
    cells |= own.starting("unit") or column.starting("unit") or row.starting("unit")
    origins: dict[str, Row] = {}

    def take(target: str, *lines: Row) -> str:
        line = next((line for line in lines if line.get(target)), None)
        if line is None:
            return ""
        origins[target] = line
        return _expanded(line, target, table, row_name, column_name, problems)

    cells["constraint"] = take("constraint", own, column)
    cells["relevant"] = _joined(" and ", [take("relevant", line) for line in (column, own)])
    cells["calculation"] = take("calculation", own, row, column)
    if cells["calculation"]:
        cells["readonly"] = "yes"
    else:
        cells["required"] = _required([take("required", line) for line in (row, column, own)])
    return Row("tables", (own if own.cells else row).number, {k: v for k, v in cells.items() if v}, origins)


def _joined(operator: str, parts: list[str]) -> str:
    parts = [part for part in parts if part]
    return parts[0] if len(parts) == 1 else operator.join(f"({part})" for part in parts)


def _required(parts: list[str]) -> str:
    if any(is_yes(part) for part in parts):
        return "yes"
    return _joined(" or ", [part for part in parts if part.lower() not in NO])


# --- bracket references


def _expanded(
    line: Row, cell: str, table: Table, row: str | None, column: str | None, problems: Problems
) -> str:
    try:
        return expand_brackets(line.get(cell), table, row, column, blocked=BLOCKED)
    except BracketError as problem:
        line.blame(problems, cell, str(problem))
        return ""


def expand_brackets(
    text: str, table: Table, row: str | None, column: str | None, blocked: str | None = None
) -> str:
    """`[…]` outside quotes as `${cell}`, seen from a row, a column or both.

    A blocked cell becomes `blocked`, or raises NamesBlockedCell when that is None. Raises BracketError.
    """

    def reference(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1]
        place = _place(match[2], table, row, column)
        if not table.is_blocked(*place):
            return f"${{{table.cell_name(*place)}}}"
        if blocked is None:
            raise NamesBlockedCell(f"Ô [{match[2]}] bị khóa, không có trên phiếu")
        return blocked

    return BRACKET.sub(reference, text.translate(STRAIGHT_QUOTES))


def _place(text: str, table: Table, row: str | None, column: str | None) -> tuple[str, str]:
    first, comma, second = (part.strip() for part in text.partition(","))
    if comma:
        if first not in table.rows or second not in table.columns:
            raise BracketError(f"Bảng “{table.name}” không có ô [{text}]")
        return first, second
    if first in table.rows:
        if column is None:
            raise BracketError(f"[{first}] là một dòng, ở đây chưa rõ cột nào; hãy ghi [{first},cột]")
        return first, column
    if first in table.columns:
        if row is None:
            raise BracketError(f"[{first}] là một cột, ở đây chưa rõ dòng nào; hãy ghi [dòng,{first}]")
        return row, first
    raise BracketError(f"Bảng “{table.name}” không có dòng hay cột tên “{first}”")


# --- the checks sheet


@dataclass(frozen=True)
class CheckLine:
    """One line of `checks` at one place: `where` names a node, `row` has its brackets expanded."""

    name: str
    where: str
    row: Row


def expand_checks(book: Workbook, tables: dict[str, Table], problems: Problems) -> list[CheckLine]:
    """Every line of `checks`, repeated over rows and columns where it says `*`."""
    found: list[CheckLine] = []
    for row in book.get("checks", []):
        where = PLACE.fullmatch(row.get("where"))
        if where is None:
            found.append(CheckLine(row.get("name"), row.get("where"), row))
        elif where[1] not in tables:
            row.blame(problems, "where", f"Không có bảng nào tên “{where[1]}”")
        else:
            found += _over(row, tables[where[1]], where[2].strip(), where[3].strip(), problems)
    return found


def _over(row: Row, table: Table, wanted_row: str, wanted_column: str, problems: Problems) -> list[CheckLine]:
    rows = list(table.rows) if wanted_row == "*" else [wanted_row]
    columns = list(table.columns) if wanted_column == "*" else [wanted_column]
    if not (set(rows) <= set(table.rows) and set(columns) <= set(table.columns)):
        row.blame(problems, "where", f"Bảng “{table.name}” không có ô [{wanted_row},{wanted_column}]")
        return []
    stars = [wanted_row == "*", wanted_column == "*"]
    found: list[CheckLine] = []
    for place in ((r, c) for r in rows for c in columns):
        if table.is_blocked(*place) and any(stars):
            continue
        name = ".".join([row.get("name"), *(part for part, star in zip(place, stars, strict=True) if star)])
        line = _at(row, table, place, any(stars), problems)
        if line is not None:
            found.append(CheckLine(name, table.cell_name(*place), line))
    return found


def _at(row: Row, table: Table, place: tuple[str, str], repeated: bool, problems: Problems) -> Row | None:
    if table.is_blocked(*place):
        row.blame(problems, "where", f"Ô [{','.join(place)}] bị khóa, không có trên phiếu")
        return None
    cells = dict(row.cells)
    for column in [column for column in cells if column == "expression" or column.startswith("message")]:
        try:
            cells[column] = _swap(column)(cells[column], table, *place)
        except NamesBlockedCell as problem:
            if not repeated:
                row.blame(problems, column, str(problem))
            return None
        except BracketError as problem:
            row.blame(problems, column, str(problem))
            return None
    return replace(row, cells=cells)


def _swap(column: str) -> Callable[[str, Table, str, str], str]:
    return expand_brackets if column == "expression" else _expand_prose


def _expand_prose(text: str, table: Table, row: str, column: str) -> str:
    """In messages quotes mean nothing, and a bracket that names no cell is the author's own."""

    def reference(match: re.Match[str]) -> str:
        try:
            place = _place(match[1], table, row, column)
        except BracketError:
            return match[0]
        return match[0] if table.is_blocked(*place) else f"${{{table.cell_name(*place)}}}"

    return re.sub(r"\[([^\[\]]*)\]", reference, text)
