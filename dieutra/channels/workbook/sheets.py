"""Sheets, cells and names: what every part of a workbook agrees on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

from dieutra.engine.forms.form import Form, Label, Node

GUIDE, REASONS, LISTS, RULES, STAMP = "Hướng dẫn", "Giải trình", "Danh mục", "_quy_tac", "_dieutra"
TOP = 4  # lines above the first line of a section: title, unit, section, head
LABEL, CODE, FIRST = 0, 1, 2  # columns: words, row code, first answer
ANCHOR, STATUS = 49, 50  # hidden columns: the path of the line, then what the checks say of each cell
SHEET_NAME = 31
SERVER = "hệ thống tính"  # in calculated cells that Excel cannot work out
INDEX = re.compile(r"\[[^\]]*\]")


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


def vi(label: Label | None) -> str:
    """The Vietnamese text of a label, else any."""
    return (label or {}).get("vi") or next(iter((label or {}).values()), "")


def has_choice_cells(node: Node) -> bool:
    """Several choices may be taken and each has a yes/no cell; a list that changes is answered by codes."""
    return node.type == "select" and node.choices is not None


def node_at(form: Form, path: str) -> Node:
    """The node at a path of the workbook, which may lie in a row without a name yet (`/data/ho[+]/con[2]`)."""
    return form.by_path[INDEX.sub("", path)]


def sheet_name(label: str, taken: list[str]) -> str:
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
