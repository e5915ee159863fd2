"""The hidden sheet of rules: chosen codes, what is asked, and which checks do not hold, one formula each.

Formulas on the visible sheets point here, so that they stay short. What cannot be said in Excel is left out and
everything that would read it too: the server says it when the file comes back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from dieutra.channels.workbook.cells import NUMERIC, Untranslatable, fitting, message
from dieutra.channels.workbook.formula import Translator
from dieutra.channels.workbook.layout import RULES, Layout, Place, vi
from dieutra.channels.workbook.values import SEPARATOR, YES
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

    def __init__(self, layout: Layout, state: State) -> None:
        self.layout, self.state, self.form = layout, state, layout.form
        self.rows: list[Rule] = []
        self.codes: dict[str, Place] = {}  # of `select1`: the chosen code
        self.gates: dict[str, Place] = {}  # of nodes with `relevant`: asked or not
        self.formulas: dict[str, str] = {}  # of calculated cells
        self.extra: dict[str, Place] = {}  # of values that no page shows
        self.broken: set[str] = set()
        self.verdicts: defaultdict[str, list[Verdict]] = defaultdict(list)
        self._pick_codes()
        for node in in_order(self.form):
            self._work_out(node)
        self._run_checks()

    def cells(self, sheet: str, standing_at: str | None) -> View:
        """How a formula of `sheet` reads; what is asked at `standing_at` is known to be asked."""
        return View(self, sheet, frozenset(self.chain(standing_at)))

    def chain(self, path: str | None) -> list[str]:
        """The nodes with `relevant` from here to the top, innermost first."""
        found = []
        while path is not None:
            node = self.form.by_path[path]
            if node.relevant is not None:
                found.append(path)
            path = node.parent
        return found

    def gate(self, path: str | None) -> Place | None:
        """Whether the node is asked; None when always. Raises Untranslatable when Excel cannot tell."""
        chain = self.chain(path)
        if any(it in self.broken for it in chain):
            raise Untranslatable(str(path))
        return self.gates[chain[0]] if chain else None

    def _add(self, rule: Rule) -> Place:
        self.rows.append(rule)
        return Place(RULES, len(self.rows) - 1, 1)

    def _pick_codes(self) -> None:
        for node in self.form.nodes:
            if node.type == "select1" and node.path in self.layout.places:
                cell = self.layout.places[node.path].seen_from(RULES)
                formula = f'IFERROR(LEFT({cell},FIND("{SEPARATOR}",{cell})-1),{cell}&"")'
                rule = Rule(f"mã {node.path}", formula, self.state.values.get(node.path, ""))
                self.codes[node.path] = self._add(rule)

    def _work_out(self, node: Node) -> None:
        if node.relevant is not None:
            self._add_gate(node, node.relevant)
        if node.calculate is not None:
            self._add_calculation(node, node.calculate)
        elif node.kind == "hidden":
            self.extra[node.path] = self._add(self._constant(node))

    def _constant(self, node: Node) -> Rule:
        text = self.state.values.get(node.path, "")
        now: str | float = float(text) if text and node.type in NUMERIC else text
        return Rule(f"giá trị {node.path}", "", now)

    def _add_gate(self, node: Node, relevant: Ast) -> None:
        try:
            above = self.gate(node.parent)
            asked = Translator(self.cells(RULES, node.parent), node.path).holds(relevant)
        except Untranslatable:
            self.broken.add(node.path)
            return
        formula = f"AND({above.cell},{asked})" if above else asked
        now = node.path in self.state.relevant
        self.gates[node.path] = self._add(Rule(f"hỏi {node.path}", formula, now))

    def _add_calculation(self, node: Node, calculate: Ast) -> None:
        place = self.layout.places.get(node.path)
        sheet = place.sheet if place else RULES
        try:
            gate = self.gate(node.path)
            formula = Translator(self.cells(sheet, node.path), node.path).stored(calculate, node.type)
        except Untranslatable:
            self.broken.add(node.path)
            return
        formula = f'IF({gate.seen_from(sheet)},{formula},"")' if gate else formula
        if place:
            self.formulas[node.path] = formula
        else:
            now = self._constant(node).now
            self.extra[node.path] = self._add(Rule(f"tính {node.path}", formula, now))

    def _run_checks(self) -> None:
        failed = {finding.check: vi(finding.message) for finding in self.state.findings}
        for check in self.form.checks:
            try:
                fails, says = self._check(check)
            except Untranslatable:
                continue
            words = WORDS[check.severity]
            said = f"{words}: {failed[check.name]}" if check.name in failed else ""
            row = self._add(Rule(check.name, fails, check.name in failed, f'"{words}: "&{says}', said))
            verdict = Verdict(check, row, Place(RULES, row.row, 2), check.name in failed)
            self.verdicts[check.where].append(verdict)

    def _check(self, check: Check) -> tuple[str, str]:
        """TRUE when the check is run and does not hold; and what it says then."""
        cells = self.cells(RULES, check.where)
        gate = self.gate(check.where)
        holds = Translator(cells, check.where).holds(check.expr)
        parts = [gate.cell] if gate else []
        if check.is_constraint:
            parts.append(f"NOT({cells.is_blank(check.where)})")
        elif check.paths:
            blank = ",".join(cells.is_blank(path) for path in check.paths)
            parts.append(f"NOT(AND({blank}))")
        says = message(vi(check.message), cells, lambda path: self._shown(cells, path))
        return fitting(f"AND({','.join([*parts, f'NOT({holds})'])})"), fitting(says)

    def _shown(self, cells: View, path: str) -> str:
        """A value inside a message, as its cell shows it."""
        node = self.form.by_path.get(path)
        place = self.layout.places.get(path)
        if node is None or place is None:
            raise Untranslatable(path)
        value = place.seen_from(cells.sheet)
        return f'TEXT({value},"dd/mm/yyyy")' if node.type == "date" else value


class View:
    """The answers as formulas of one sheet read them (`formula.Cells`)."""

    def __init__(self, rules: Rules, sheet: str, known: frozenset[str]) -> None:
        self.rules, self.sheet, self.known = rules, sheet, known

    def type_of(self, path: str) -> str | None:
        node = self.rules.form.by_path.get(path)
        return node.type if node else None

    def value(self, path: str) -> str:
        gate, cell = self._gate(path), self._cell(path).seen_from(self.sheet)
        return f'IF(AND({gate},{cell}<>""),{cell},"")' if gate else cell

    def is_blank(self, path: str) -> str:
        gate = self._gate(path)
        if self.type_of(path) == "select":
            blank = f"{self.count_chosen(path)}=0"
        else:
            blank = f'{self._cell(path).seen_from(self.sheet)}=""'
        return f"OR(NOT({gate}),{blank})" if gate else blank

    def added(self, paths: Sequence[str]) -> str:
        free = [self._cell(path) for path in paths if not self._gate(path)]
        gated = [
            f"IF({gate},N({self._cell(path).seen_from(self.sheet)}),0)"
            for path in paths
            if (gate := self._gate(path))
        ]
        return "SUM(" + ",".join([*_ranges(free, self.sheet), *gated]) + ")"

    def chosen(self, path: str, choice: str) -> str:
        place = self.rules.layout.choices.get(path, {}).get(choice)
        if place is None:
            return "FALSE"
        gate, ticked = self._gate(path), f'{place.seen_from(self.sheet)}="{YES}"'
        return f"AND({gate},{ticked})" if gate else f"({ticked})"

    def count_chosen(self, path: str) -> str:
        choices = self.rules.layout.choices.get(path, {})
        return "(" + "+".join(f"IF({self.chosen(path, choice)},1,0)" for choice in choices) + ")"

    def _gate(self, path: str) -> str:
        """The cell that says whether the node is asked; nothing when that is known."""
        chain = self.rules.chain(path) if path in self.rules.form.by_path else []
        if not chain or chain[0] in self.known:
            return ""
        gate = self.rules.gate(path)
        return gate.seen_from(self.sheet) if gate else ""

    def _cell(self, path: str) -> Place:
        rules = self.rules
        place = rules.codes.get(path) or rules.extra.get(path) or rules.layout.places.get(path)
        if place is None or path in rules.broken:
            raise Untranslatable(path)
        return place


def _ranges(places: list[Place], sheet: str) -> list[str]:
    """References with neighbours drawn together: D8, D9, D10 as D8:D10."""
    runs: list[list[Place]] = []
    for place in places:
        if runs and _continues(runs[-1], place):
            runs[-1].append(place)
        else:
            runs.append([place])
    return [
        run[0].seen_from(sheet) if len(run) == 1 else f"{run[0].seen_from(sheet)}:{run[-1].cell}"
        for run in runs
    ]


def _continues(run: list[Place], place: Place) -> bool:
    last = run[-1]
    step = (place.row - last.row, place.column - last.column)
    if place.sheet != last.sheet or step not in ((1, 0), (0, 1)):
        return False
    return len(run) == 1 or step == (last.row - run[-2].row, last.column - run[-2].column)
