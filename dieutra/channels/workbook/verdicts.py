"""What the checks say on a sheet: a hidden status per answer, colours that follow it, and messages beside the line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from dieutra.channels.workbook.cells import Untranslatable
from dieutra.channels.workbook.pen import TRUE
from dieutra.channels.workbook.rules import HARD, MISSING, SKIPPED, SOFT, WORDS, Rules
from dieutra.channels.workbook.sheets import has_choice_cells, node_at
from dieutra.channels.workbook.styles import Styles
from dieutra.engine.forms.form import Node

MOST_SAID = 60  # checks told beside one line; more would not fit into a formula
Area = tuple[int, int, int, int]
Step = tuple[str, str, bool]  # what is tested, the status when it holds, whether it holds now


class Verdicts:
    """Of one sheet; `counts` tells how many answers stand in each status when the workbook is made."""

    def __init__(self, sheet: Any, name: str, rules: Rules, styles: Styles) -> None:
        self.sheet, self.name, self.rules, self.styles = sheet, name, rules, styles
        self.counts: Counter[str] = Counter()

    def write_status(self, node: Node, path: str, row: int, column: int) -> None:
        """The hidden status of the answer at `path`; nothing when it can have none."""
        steps = self._steps(node, path)
        if not steps:
            return
        formula = '""'
        for test, letter, _ in reversed(steps):
            formula = f'IF({test},"{letter}",{formula})'
        now = next((letter for _, letter, holds in steps if holds), "")
        self.sheet.write_formula(row, column, f"={formula}", None, now)
        self.counts[now] += 1

    def _steps(self, node: Node, path: str) -> list[Step]:
        rules, steps = self.rules, list[Step]()
        try:
            gate = rules.gate(path)
        except Untranslatable:
            gate = None
        if begun := rules.begun(path):
            steps.append((f"NOT({begun.seen_from(self.name)})", "", True))
        if gate and gate != begun:
            steps.append((f"NOT({gate.seen_from(self.name)})", SKIPPED, path not in rules.state.relevant))
        for severity, letter in (("hard", HARD), ("soft", SOFT)):
            of_it = [it for it in rules.verdicts.get(path, ()) if it.check.severity == severity]
            if of_it:
                fails = ",".join(it.fails.seen_from(self.name) for it in of_it)
                steps.append((f"OR({fails})", letter, any(it.now for it in of_it)))
        if not has_choice_cells(node) and node.required is not None and list(node.required) == TRUE:
            blank = rules.layout.places[path].cell
            steps.append((f'{blank}=""', MISSING, path in rules.state.missing))
        return steps

    def write_messages(self, paths: Iterable[str], row: int, column: int) -> None:
        """What the checks on these answers say, in one cell."""
        spoken = [it for path in paths for it in self.rules.verdicts.get(path, ())][:MOST_SAID]
        if not spoken:
            return
        name = self.name
        parts = [f'IF({it.fails.seen_from(name)},{it.says.seen_from(name)}&"  ","")' for it in spoken]
        now = "  ".join(self.rules.rows[it.fails.row].said_now for it in spoken if it.now)
        self.sheet.write_formula(row, column, f"=TRIM({'&'.join(parts)})", self.styles["message"], now)

    def colour(self, area: Area, status_column: int) -> None:
        """Cells take the colour of their status, which lies as far right of each as the status column of the first."""
        status = xl_rowcol_to_cell(area[0], status_column)
        for letter, name in ((SKIPPED, "skipped"), (HARD, "hard"), (SOFT, "soft"), (MISSING, "missing")):
            self._when(area, f'={status}="{letter}"', name)
        for path, place in self.rules.layout.places.items():
            if place.sheet == self.name and node_at(self.rules.form, path).type == "decimal":
                # without this a whole number would show a dangling decimal mark
                here = (place.row, place.column, place.row, place.column)
                self._when(here, f"=IFERROR({place.cell}=INT({place.cell}),FALSE)", "whole")

    def colour_messages(self, first: int, last: int, column: int) -> None:
        cell = xl_rowcol_to_cell(first, column)
        criteria = f'=LEFT({cell},{len(WORDS["soft"])})="{WORDS["soft"]}"'
        self._when((first, column, last, column), criteria, "soft_words")

    def _when(self, area: Area, criteria: str, name: str) -> None:
        rule = {"type": "formula", "criteria": criteria, "format": self.styles[f"when_{name}"]}
        self.sheet.conditional_format(*area, rule)
