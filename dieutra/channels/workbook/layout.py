"""Where each thing of a form stands in its workbook: sheets, lines, cells. Follows from the form alone."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

from dieutra.engine.forms.form import Choice, Form, Label, Node

GUIDE, REASONS, LISTS, RULES, STAMP = "Hướng dẫn", "Giải trình", "Danh mục", "_quy_tac", "_dieutra"
TOP = 4  # lines above the first line of a section: title, unit, section, head
LABEL, CODE, FIRST = 0, 1, 2  # columns: words, row code, first answer
ANCHOR, STATUS = 49, 50  # hidden columns: the path of the line, then what the checks say of each cell
SHEET_NAME = 31
SERVER = "hệ thống tính"  # in calculated cells that Excel cannot work out

LineKind = Literal["heading", "note", "question", "choice", "table", "columns", "row"]


@dataclass(frozen=True)
class Place:
    """One cell: zero-based row and column."""

    sheet: str
    row: int
    column: int

    @property
    def cell(self) -> str:
        return str(xl_rowcol_to_cell(self.row, self.column))

    def seen_from(self, sheet: str) -> str:
        """The reference as a formula on `sheet` writes it."""
        return self.cell if sheet == self.sheet else f"{quote_sheetname(self.sheet)}!{self.cell}"


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
    places: dict[str, Place]  # path of a question or cell -> its cell; not for `select`
    choices: dict[str, dict[str, Place]]  # path of a `select` -> choice -> its yes/no cell


def vi(label: Label | None) -> str:
    """The Vietnamese text of a label, else any."""
    return (label or {}).get("vi") or next(iter((label or {}).values()), "")


def lay_out(form: Form) -> Layout:
    members: defaultdict[str | None, list[Node]] = defaultdict(list)
    for node in form.nodes:
        members[node.parent].append(node)
    tops = members[None]
    notes = tuple(node for node in tops if node.kind == "note")
    sections: list[Section] = []
    loose = [node for node in tops if node.kind in ("question", "table")]
    if loose:
        sections.append(_section("Thông tin chung", loose, members, sections))
    for group in tops:
        if group.kind == "group":
            sections.append(_section(vi(group.label) or group.name, members[group.path], members, sections))
    places, choices = _places(sections)
    return Layout(form, notes, tuple(sections), places, choices)


def _section(
    label: str, nodes: list[Node], members: dict[str | None, list[Node]], before: list[Section]
) -> Section:
    section = Section(_sheet_name(label, [it.name for it in before]), label)
    _add(section, nodes, members)
    widths = [len(line.cells) for line in section.lines if line.kind == "row"]
    section.columns = max(widths, default=1)
    return section


def _sheet_name(label: str, taken: list[str]) -> str:
    """The section's label as a tab: without the signs that Excel forbids, cut at a word, not used twice."""
    clean = re.sub(r"\s*\([^)]*\)|[\[\]:*?/\\']", "", label).strip() or "Phần"
    name = (
        clean if len(clean) <= SHEET_NAME else clean[: SHEET_NAME - 1].rsplit(" ", 1)[0].rstrip(" ,.") + "…"
    )
    number = 2
    while name.casefold() in {it.casefold() for it in (*taken, GUIDE, REASONS, LISTS, RULES, STAMP)}:
        name = f"{clean[: SHEET_NAME - 4]} {number}"
        number += 1
    return name


def _add(section: Section, nodes: list[Node], members: dict[str | None, list[Node]]) -> None:
    for node in nodes:
        if node.kind == "table":
            _add_table(section, node, members)
        elif node.kind == "group":
            section.lines.append(Line("heading", node, section.end))
            _add(section, members[node.path], members)
        elif node.kind == "note":
            section.lines.append(Line("note", node, section.end))
        elif node.kind == "question":
            section.lines.append(Line("question", node, section.end))
            if node.type == "select":
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
            if line.kind == "question" and line.node.type != "select":
                places[line.node.path] = Place(section.name, line.row, FIRST)
            elif line.kind == "choice" and line.choice:
                of_node = choices.setdefault(line.node.path, {})
                of_node[line.choice.value] = Place(section.name, line.row, FIRST)
            for column, cell in enumerate(line.cells):
                if cell is not None:
                    places[cell.path] = Place(section.name, line.row, FIRST + column)
    return places, choices
