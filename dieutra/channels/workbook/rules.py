"""The hidden sheet of rules: chosen codes, what is asked, and which checks do not hold, one formula each.

Formulas on the visible sheets point here, so that they stay short. What cannot be said in Excel is left out and
everything that would read it too: the server says it when the file comes back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from dieutra.channels.workbook.cells import NUMERIC, Untranslatable, fitting, message
from dieutra.channels.workbook.formula import Translator
from dieutra.channels.workbook.layout import RULES, Layout, Place, vi
from dieutra.channels.workbook.rowsheets import Row
from dieutra.channels.workbook.sheets import node_at
from dieutra.channels.workbook.values import SEPARATOR
from dieutra.channels.workbook.view import View
from dieutra.engine.forms.check import State
from dieutra.engine.forms.form import Check, Node
from dieutra.engine.forms.order import in_order
from dieutra.engine.lang import Ast

HARD, SOFT, SKIPPED, MISSING = "L", "C", "X", "T"
WORDS = {"hard": "Lỗi", "soft": "Cảnh báo"}


@dataclass(frozen=True)
class Rule:
    """A row of the sheet: what it is, the formula and its value now, and for a check what is said when it fails."""

    name: str
    formula: str
    now: str | float | bool
    message: str = ""
    said_now: str = ""


@dataclass(frozen=True)
class Verdict:
    """Where a check's outcome stands (TRUE when it fails) and its message."""

    check: Check
    fails: Place
    says: Place
    now: bool


class Rules:
    """Translates a form's expressions for one workbook; `state` gives the values that cells show before Excel computes."""

    def __init__(self, layout: Layout, state: State, answers: Mapping[str, str] | None = None) -> None:
        self.layout, self.state, self.form = layout, state, layout.form
        self.shown = {
            **(answers or {}),
            **state.values,
        }  # what stands in cells, also where it is not asked now
        self.rows: list[Rule] = []
        self.codes: dict[str, Place] = {}  # of `select1`: the chosen code
        self.gates: dict[
            str, Place
        ] = {}  # of nodes with `relevant`: asked or not; of spare rows: begun or not
        self.formulas: dict[str, str] = {}  # of calculated cells
        self.extra: dict[str, Place] = {}  # of values that no page shows
        self.broken: set[str] = set()
        self.verdicts: defaultdict[str, list[Verdict]] = defaultdict(list)
        self._pick_codes()
        for node in in_order(self.form):
            if node.kind == "repeat":
                for row in layout.rows_of(node.path):
                    self._add_row_gate(node, row)
            else:
                for path in layout.paths_of(node.path):
                    self._work_out(node, path)
        self._run_checks()

    def node(self, path: str) -> Node:
        return node_at(self.form, path)

    def cells(self, sheet: str, standing_at: str | None) -> View:
        """How a formula of `sheet` reads; what is asked at `standing_at` is known to be asked."""
        return View(self, sheet, standing_at)

    def chain(self, path: str | None) -> list[str]:
        """Whatever decides whether the node is asked, from here to the top, innermost first."""
        found = []
        while path:
            row = self.layout.rows.get(path)
            if path.count("/") == 1:
                break
            if (row is not None and row.spare) or self.node(path).relevant is not None:
                found.append(path)
            path = path.rpartition("/")[0]
        return found

    def gate(self, path: str | None) -> Place | None:
        """Whether the node is asked; None when always. Raises Untranslatable when Excel cannot tell."""
        chain = self.chain(path)
        if chain and (chain[0] not in self.gates or self.broken.intersection(chain)):
            raise Untranslatable(str(path))
        return self.gates[chain[0]] if chain else None

    def begun(self, path: str) -> Place | None:
        """Whether the spare row that the path lies in has been begun; None where the row stands."""
        while path and path not in self.layout.rows:
            path = path.rpartition("/")[0]
        row = self.layout.rows.get(path)
        return self.gates.get(path) if row is not None and row.spare else None

    def _add(self, rule: Rule) -> Place:
        self.rows.append(rule)
        return Place(RULES, len(self.rows) - 1, 1)

    def _pick_codes(self) -> None:
        for path, place in self.layout.places.items():
            if self.node(path).type in ("select1", "acknowledge"):
                cell = place.seen_from(RULES)
                formula = f'IFERROR(LEFT({cell},FIND("{SEPARATOR}",{cell})-1),{cell}&"")'
                rule = Rule(f"mã {path}", formula, self.state.values.get(path, ""))
                self.codes[path] = self._add(rule)

    def _add_row_gate(self, node: Node, row: Row) -> None:
        """A spare row is there once something stands in it; a repeat may not be asked at all."""
        if not row.spare and node.relevant is None:
            return
        parts = []
        try:
            if above := self.gate(row.path.rpartition("/")[0]):
                parts.append(above.cell)
            if row.spare:
                parts.append(self._begun(node, row))
            if node.relevant is not None:
                parts.append(
                    Translator(self.cells(RULES, row.path.rpartition("/")[0]), row.path).holds(node.relevant)
                )
        except Untranslatable:
            self.broken.add(row.path)
            return
        now = row.path in self.state.relevant
        self.gates[row.path] = self._add(Rule(f"dòng {row.path}", f"AND({','.join(parts)})", now))

    def _begun(self, node: Node, row: Row) -> str:
        sheet = next(it for it in self.layout.row_sheets if it.repeat == node)
        typed = [column.at for column in sheet.columns if column.node.calculate is None]
        if not typed:
            raise Untranslatable(row.path)
        first, last = Place(sheet.name, row.row, typed[0]), Place(sheet.name, row.row, typed[-1])
        between = [
            it for it in sheet.columns if it.node.calculate is not None and typed[0] < it.at < typed[-1]
        ]
        if between:
            cells = [Place(sheet.name, row.row, at).seen_from(RULES) for at in typed]
            return "COUNTA(" + ",".join(cells[:200]) + ")>0"
        return f"COUNTA({first.seen_from(RULES)}:{last.cell})>0"

    def _work_out(self, node: Node, path: str) -> None:
        if node.relevant is not None:
            self._add_gate(path, node.relevant)
        if node.calculate is not None:
            self._add_calculation(node, path, node.calculate)
        elif node.kind == "hidden":
            self.extra[path] = self._add(self._constant(node, path))

    def _constant(self, node: Node, path: str) -> Rule:
        text = self.state.values.get(path, "")
        now: str | float = float(text) if text and node.type in NUMERIC else text
        return Rule(f"giá trị {path}", "", now)

    def _add_gate(self, path: str, relevant: Ast) -> None:
        parent = path.rpartition("/")[0]
        try:
            above = self.gate(parent)
            asked = Translator(self.cells(RULES, parent), path).holds(relevant)
        except Untranslatable:
            self.broken.add(path)
            return
        formula = f"AND({above.cell},{asked})" if above else asked
        now = path in self.state.relevant
        self.gates[path] = self._add(Rule(f"hỏi {path}", formula, now))

    def _add_calculation(self, node: Node, path: str, calculate: Ast) -> None:
        place = self.layout.places.get(path)
        sheet = place.sheet if place else RULES
        try:
            gate = self.gate(path)
            formula = Translator(self.cells(sheet, path), path).stored(calculate, node.type)
        except Untranslatable:
            self.broken.add(path)
            return
        formula = f'IF({gate.seen_from(sheet)},{formula},"")' if gate else formula
        if place:
            self.formulas[path] = formula
        else:
            now = self._constant(node, path).now
            self.extra[path] = self._add(Rule(f"tính {path}", formula, now))

    def _run_checks(self) -> None:
        failed = {(it.check, it.path): vi(it.message) for it in self.state.findings}
        for check in self.form.checks:
            for path in self.layout.paths_of(check.where):
                try:
                    fails, says = self._check(check, path)
                except Untranslatable:
                    continue
                now = (check.name, path) in failed
                words = WORDS[check.severity]
                said = f"{words}: {failed[check.name, path]}" if now else ""
                row = self._add(Rule(check.name, fails, now, f'"{words}: "&{says}', said))
                self.verdicts[path].append(Verdict(check, row, Place(RULES, row.row, 2), now))

    def _check(self, check: Check, path: str) -> tuple[str, str]:
        """TRUE when the check is run and does not hold; and what it says then."""
        cells = self.cells(RULES, path)
        gate = self.gate(path)
        holds = Translator(cells, path).holds(check.expr)
        parts = [gate.cell] if gate else []
        if check.is_constraint:
            parts.append(f"NOT({cells.is_blank(path)})")
        elif check.paths:
            blank = [condition for place in check.paths for condition in cells.blanks(place)]
            parts.append(f"NOT(AND({','.join(blank) or 'TRUE'}))")
        says = message(vi(check.message), cells, lambda each: self._shown(cells, each))
        return fitting(f"AND({','.join([*parts, f'NOT({holds})'])})"), fitting(says)

    def _shown(self, cells: View, path: str) -> str:
        """A value inside a message, as its cell shows it."""
        place = self.layout.places.get(path)
        if place is None:
            raise Untranslatable(path)
        value, form = place.seen_from(cells.sheet), SHOWN.get(self.node(path).type or "")
        return f'TEXT({value},"{form}")' if form else value


SHOWN = {"date": "dd/mm/yyyy", "time": "hh:mm", "dateTime": "dd/mm/yyyy hh:mm"}
