"""Where each thing of a form stands in its workbook: sheets, lines, cells. Follows from the form alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from dieutra.channels.workbook.rowsheets import Row, RowSheet, lay_row_sheets
from dieutra.channels.workbook.sheets import (
    ANCHOR,
    CODE,
    FIRST,
    GUIDE,
    LABEL,
    LISTS,
    REASONS,
    RULES,
    SERVER,
    STAMP,
    STATUS,
    TOP,
    Place,
    has_choice_cells,
    sheet_name,
    vi,
)
from dieutra.engine.forms.check import State
from dieutra.engine.forms.form import Choice, Form, Node

LineKind = Literal["heading", "note", "question", "choice", "table", "columns", "row", "repeat"]


@dataclass(frozen=True)
class Line:
    """One row of a section's sheet; `cells` are the nodes of a table's row by column, None where blocked."""

    kind: LineKind
    node: Node
    row: int
    choice: Choice | None = None
    cells: tuple[Node | None, ...] = ()


@dataclass
class Section:
    """One sheet: a top-level group."""

    name: str
    label: str
    lines: list[Line] = field(default_factory=list)
    columns: int = 1  # answer columns

    @property
    def check_column(self) -> int:
        return FIRST + self.columns

    @property
    def end(self) -> int:
        """The first free row."""
        return self.lines[-1].row + 1 if self.lines else TOP


@dataclass(frozen=True)
class Layout:
    form: Form
    notes: tuple[Node, ...]  # top-level notes, for the guide
    sections: tuple[Section, ...]
    places: dict[
        str, Place
    ]  # path of a question or cell -> its cell; not where choices have cells of their own
    choices: dict[str, dict[str, Place]]  # path of a `select` -> choice -> its yes/no cell
    row_sheets: tuple[RowSheet, ...] = ()  # one per repeat, outer ones before those inside

    def paths_of(self, place: str) -> list[str]:
        """The paths of a place of the form in this workbook: one, or one per row of the repeat around it."""
        node = self.form.by_path.get(place)
        around = self.form.shape.around(place)
        around = around[:-1] if node is not None and node.kind == "repeat" else around
        if not around:
            return [place]
        return [row.path + place[len(around[-1]) :] for row in self.rows_of(around[-1])]

    def rows_of(self, repeat: str) -> list[Row]:
        """The rows of a repeat (by place) over all rows around it."""
        return next((sheet.rows for sheet in self.row_sheets if sheet.repeat.path == repeat), [])

    @cached_property
    def rows(self) -> dict[str, Row]:
        return {row.path: row for sheet in self.row_sheets for row in sheet.rows}


def lay_out(form: Form, state: State | None = None, answers: Mapping[str, str] | None = None) -> Layout:
    """Where everything stands; `state` and `answers` say which rows the repeats have."""
    members: defaultdict[str | None, list[Node]] = defaultdict(list)
    for node in form.nodes:
        members[node.parent].append(node)
    tops = members[None]
    notes = tuple(node for node in tops if node.kind == "note")
    sections: list[Section] = []
    loose = [node for node in tops if node.kind in ("question", "table", "repeat")]
    if any(node.kind != "repeat" for node in loose):
        sections.append(_section("Thông tin chung", loose, members, sections))
    for group in tops:
        if group.kind == "group":
            sections.append(_section(vi(group.label) or group.name, members[group.path], members, sections))
    names = [section.name for section in sections]
    row_sheets = lay_row_sheets(form, state, answers or {}, names)
    places, choices = _places(sections)
    for sheet in row_sheets:
        sheet.put_places(places, choices)
    return Layout(form, notes, tuple(sections), places, choices, tuple(row_sheets))


def _section(
    label: str, nodes: list[Node], members: dict[str | None, list[Node]], before: list[Section]
) -> Section:
    section = Section(sheet_name(label, [it.name for it in before]), label)
    _add(section, nodes, members)
    widths = [len(line.cells) for line in section.lines if line.kind == "row"]
    section.columns = max(widths, default=1)
    return section


def _add(section: Section, nodes: list[Node], members: dict[str | None, list[Node]]) -> None:
    for node in nodes:
        if node.kind == "table":
            _add_table(section, node, members)
        elif node.kind == "group":
            section.lines.append(Line("heading", node, section.end))
            _add(section, members[node.path], members)
        elif node.kind == "repeat":
            section.lines.append(Line("repeat", node, section.end))
        elif node.kind == "note":
            section.lines.append(Line("note", node, section.end))
        elif node.kind == "question":
            section.lines.append(Line("question", node, section.end))
            if has_choice_cells(node):
                for choice in node.choices or ():
                    section.lines.append(Line("choice", node, section.end, choice))


def _add_table(section: Section, table: Node, members: dict[str | None, list[Node]]) -> None:
    section.lines.append(Line("table", table, section.end + (1 if section.lines else 0)))
    section.lines.append(Line("columns", table, section.end))
    names = [column.name for column in table.columns or ()]
    for row in members[table.path]:
        if row.kind == "row":
            cells = {cell.name: cell for cell in members[row.path] if cell.kind == "cell"}
            drawn = tuple(cells.get(f"{row.name}_{name}") for name in names)
            section.lines.append(Line("row", row, section.end, cells=drawn))
    # an empty row below the table, so that the next question does not stick to it
    section.lines.append(Line("note", Node("", "gap", None), section.end))


def _places(sections: list[Section]) -> tuple[dict[str, Place], dict[str, dict[str, Place]]]:
    places: dict[str, Place] = {}
    choices: dict[str, dict[str, Place]] = {}
    for section in sections:
        for line in section.lines:
            if line.kind == "question" and not has_choice_cells(line.node):
                places[line.node.path] = Place(section.name, line.row, FIRST)
            elif line.kind == "choice" and line.choice:
                of_node = choices.setdefault(line.node.path, {})
                of_node[line.choice.value] = Place(section.name, line.row, FIRST)
            for column, cell in enumerate(line.cells):
                if cell is not None:
                    places[cell.path] = Place(section.name, line.row, FIRST + column)
    return places, choices


__all__ = [
    "ANCHOR",
    "CODE",
    "FIRST",
    "GUIDE",
    "LABEL",
    "LISTS",
    "REASONS",
    "RULES",
    "SERVER",
    "STAMP",
    "STATUS",
    "TOP",
    "Layout",
    "Line",
    "Place",
    "Section",
    "lay_out",
    "vi",
]
