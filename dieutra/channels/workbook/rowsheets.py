"""Where the rows of repeats stand: a sheet per repeat, a line per row, a column per question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dieutra.channels.workbook.sheets import TOP, Place, has_choice_cells, sheet_name, vi
from dieutra.engine.forms.check import State
from dieutra.engine.forms.form import Check, Choice, Form, Node
from dieutra.engine.forms.rows import MAX_ROWS, next_name, row_names

SPARE_ROWS = 20
ROW_ANCHOR, NUMBER, FIRST_COLUMN = 0, 1, 2
UNKNOWN = "+"  # in the path of a row whose outer row has not been chosen yet


@dataclass(frozen=True)
class Row:
    """One line; `spare` while nobody has begun it. `number` is what people read, from 1."""

    path: str
    number: int
    row: int
    spare: bool
    over: Row | None = None


@dataclass(frozen=True)
class Column:
    node: Node
    at: int
    label: str
    choice: Choice | None = None


@dataclass
class RowSheet:
    """The sheet of one repeat; `over` is the sheet of the repeat around it."""

    name: str
    label: str
    repeat: Node
    over: RowSheet | None
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    fixed: int = 0  # the number of rows where the form fixes it
    checks: list[Check] = field(default_factory=list)  # those that ask for a reason, one column each
    notes: list[Node] = field(default_factory=list)

    @property
    def first(self) -> int:
        return FIRST_COLUMN + (1 if self.over else 0)

    @property
    def last(self) -> int:
        """The last column that answers or gives a reason."""
        return self.first + len(self.columns) + len(self.checks) - 1

    @property
    def check_column(self) -> int:
        return self.last + 1

    @property
    def status_column(self) -> int:
        """The status of the first answer column; the others follow."""
        return self.check_column + 1

    def reason_column(self, at: int) -> int:
        return self.first + len(self.columns) + at

    def path(self, row: Row, node: Node) -> str:
        return row.path + node.path[len(self.repeat.path) :]

    def put_places(self, places: dict[str, Place], choices: dict[str, dict[str, Place]]) -> None:
        for row in self.rows:
            for column in self.columns:
                path, place = self.path(row, column.node), Place(self.name, row.row, column.at)
                if column.choice is None:
                    places[path] = place
                else:
                    choices.setdefault(path, {})[column.choice.value] = place


def lay_row_sheets(
    form: Form, state: State | None, answers: Mapping[str, str], taken: list[str]
) -> list[RowSheet]:
    sheets: dict[str, RowSheet] = {}
    for node in form.nodes:
        if node.kind != "repeat":
            continue
        around = form.shape.around(node.path)
        over = sheets[around[-2]] if len(around) > 1 else None
        label = vi(node.label) or node.name
        sheet = RowSheet(sheet_name(label, [*taken, *(it.name for it in sheets.values())]), label, node, over)
        _add_columns(sheet, form, node.path, "")
        inside = (check for check in form.checks if form.shape.innermost(check.where) == node.path)
        sheet.checks = [it for it in inside if it.severity == "soft" and it.justify and it.where != node.path]
        sheet.fixed = _fixed(form, node)
        _add_rows(sheet, state, answers)
        sheets[node.path] = sheet
    return list(sheets.values())


def _add_columns(sheet: RowSheet, form: Form, container: str, before: str) -> None:
    for node in form.members(container):
        label = vi(node.label) or node.name
        if node.kind == "note":
            sheet.notes.append(node)
        elif node.kind in ("group", "table", "row"):
            _add_columns(sheet, form, node.path, f"{before}{label} – " if vi(node.label) else before)
        elif node.kind in ("question", "cell"):
            for choice in (node.choices or ()) if has_choice_cells(node) else (None,):
                more = f": {vi(choice.label)}" if choice else ""
                at = sheet.first + len(sheet.columns)
                sheet.columns.append(Column(node, at, f"{before}{label}{more}", choice))


def _add_rows(sheet: RowSheet, state: State | None, answers: Mapping[str, str]) -> None:
    place = sheet.repeat.path.removeprefix(sheet.over.repeat.path if sheet.over else "")
    for over in sheet.over.rows if sheet.over else [None]:
        repeat = f"{over.path if over else ''}{place}"
        for name in _names(sheet, state, answers, repeat):
            _add_row(sheet, f"{repeat}[{name}]", bool(over and over.spare), over)
    for path in _spare_paths(sheet, answers, place):
        _add_row(sheet, path, True, None)


def _names(sheet: RowSheet, state: State | None, answers: Mapping[str, str], repeat: str) -> tuple[str, ...]:
    """The rows that stand now; those of a repeat that is not asked now are kept, too."""
    found = state.rows.get(repeat) if state else None
    if found:
        return found
    if sheet.repeat.count is None:
        return row_names(answers.get(repeat))[:MAX_ROWS]
    known = UNKNOWN not in repeat
    return tuple(str(number) for number in range(1, sheet.fixed + 1)) if known else ()


def _fixed(form: Form, repeat: Node) -> int:
    """A count written as a number, which pyxform puts into a calculation of its own."""
    count = repeat.count
    if count and count[0] == "path" and count[1] in form.by_path:
        count = form.by_path[count[1]].calculate
    return min(int(count[1]), MAX_ROWS) if count and count[0] == "num" else 0


def _spare_paths(sheet: RowSheet, answers: Mapping[str, str], place: str) -> Iterator[str]:
    spare = min(SPARE_ROWS, MAX_ROWS - len(sheet.rows))
    if sheet.over is not None:
        over = f"{_unknown(sheet.over)}{place}"
        yield from (f"{over}[{number}]" for number in range(1, spare + 1))
    elif not sheet.fixed:
        used = tuple(
            path[len(place) + 1 :].partition("]")[0] for path in answers if path.startswith(f"{place}[")
        )
        names = tuple(row.path[len(place) + 1 : -1] for row in sheet.rows)
        start = int(next_name((*names, *row_names(" ".join(used)))))
        yield from (f"{place}[{number}]" for number in range(start, start + spare))


def _unknown(sheet: RowSheet) -> str:
    """The path of a row of the sheet that is still to be chosen."""
    above = _unknown(sheet.over) if sheet.over else ""
    return f"{above}{sheet.repeat.path.removeprefix(sheet.over.repeat.path if sheet.over else '')}[{UNKNOWN}]"


def _add_row(sheet: RowSheet, path: str, spare: bool, over: Row | None) -> None:
    number = len(sheet.rows) + 1
    sheet.rows.append(Row(path, number, TOP + number - 1, spare, over))
