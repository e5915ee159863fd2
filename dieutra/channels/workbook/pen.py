"""Writes one answer into its cell: content, style, validation; and says what may be done with the cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dieutra.channels.workbook.layout import SERVER
from dieutra.channels.workbook.rules import Rules
from dieutra.channels.workbook.styles import STYLES, Styles
from dieutra.channels.workbook.validation import validation
from dieutra.channels.workbook.values import LONGEST, as_cell, options
from dieutra.engine.forms.form import Node

TRUE = ["call", "true"]
NOT_IN_CELLS = frozenset({"binary", "geotrace", "geoshape"})


class Pen:
    """For one sheet; `lists` says where the options of a choice question stand."""

    def __init__(self, sheet: Any, rules: Rules, styles: Styles, lists: Mapping[str, str]) -> None:
        self.sheet, self.rules, self.styles, self.lists = sheet, rules, styles, lists

    def write(self, node: Node, path: str, row: int, column: int, until: int | None = None) -> str:
        """Writes the answer at `path`, over the columns until `until` where that is given; the cell's role."""
        answer = self.rules.shown.get(path, "")
        content = as_cell(node, answer, options(node, self.rules.form)) if answer else ""
        role, style = self._role(node, path, answer, "input" if until is None else "answer")
        if until is not None and until > column:
            self.sheet.merge_range(row, column, row, until, "", self.styles[style])
        formula = self.rules.formulas.get(path)
        if role == "calculated" and formula is not None:
            self.sheet.write_formula(row, column, f"={formula}", self.styles[style], content)
        elif role == "calculated":
            self._put(row, column, content or SERVER, style)
        elif role == "fixed" and node.type in NOT_IN_CELLS:
            self._put(row, column, content or "nhập trên trang web", style)
        else:
            self._put(row, column, content if len(answer) <= LONGEST else answer[:LONGEST], style)
        if role == "input":
            rule = validation(node, self.rules.form.checks, self.lists.get(node.path, ""))
            self.sheet.data_validation(row, column, row, column, rule)
        return role

    def _put(self, row: int, column: int, content: Any, style: str) -> None:
        """Text is always written as text, so that no answer becomes a formula."""
        if content == "":
            self.sheet.write_blank(row, column, None, self.styles[style])
        elif isinstance(content, str):
            self.sheet.write_string(row, column, content, self.styles[style])
        elif isinstance(content, float):
            self.sheet.write_number(row, column, content, self.styles[style])
        else:
            self.sheet.write_datetime(row, column, content, self.styles[style])

    def _role(self, node: Node, path: str, answer: str, place: str) -> tuple[str, str]:
        """What may be done with the cell, and its style; `place`: numbers stand left in an `answer`."""
        number = node.type in ("int", "decimal")
        if node.calculate is not None:
            if path not in self.rules.formulas:
                return "calculated", "server"
            left = "answer_" if place == "answer" and number else ""
            return "calculated", f"{left}total_{node.type if number else 'string'}"
        readonly = node.readonly is not None and list(node.readonly) == TRUE
        if readonly or len(answer) > LONGEST or node.type in NOT_IN_CELLS:
            return "fixed", "fixed"
        if node.type == "int" and not node.is_amount:
            return "input", "input_plain"
        style = f"{place}_{node.type}" if number else f"input_{node.type}"
        return "input", style if style in STYLES else "input_string"
