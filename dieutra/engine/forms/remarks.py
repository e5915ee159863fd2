"""One remark to an author at one cell of the workbook, and the order in which remarks are told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from dieutra.engine.forms.cells import Cell, Cells
from dieutra.engine.forms.form import Check

SHEETS = ("settings", "survey", "choices", "tables", "checks")
Severity = Literal["warning", "info"]


@dataclass(frozen=True)
class Advice:
    """One remark at one cell of the workbook; row 0 is the whole sheet."""

    severity: Severity
    sheet: str
    row: int
    column: str
    message: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def at_cell(severity: Severity, cell: Cell, message: str) -> Advice:
    return Advice(severity, cell.sheet, cell.row, cell.column, message)


def in_workbook_order(found: Iterable[Advice]) -> list[Advice]:
    """Each once, sheet by sheet and row by row."""
    order = {sheet: number for number, sheet in enumerate(SHEETS)}
    return sorted(dict.fromkeys(found), key=lambda it: (order.get(it.sheet, -1), it.row, it.column))


def by_cell(checks: Iterable[Check], cells: Cells) -> dict[Cell, list[Check]]:
    """A line of `checks` with `*` is several checks, told about once."""
    found: dict[Cell, list[Check]] = {}
    for check in checks:
        found.setdefault(cells.of_check(check.name, check.where, "expression"), []).append(check)
    return found
