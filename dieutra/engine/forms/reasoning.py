"""What an expression can come to, without running it: always true, always false, or both.

Numbers are spans, choices are sets of texts; whatever is not understood can come to anything, so what is said here holds
for every response that keeps the constraints. A check is asked only about responses in which it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, nextafter

from dieutra.engine.forms.form import Check, Form, Node
from dieutra.engine.lang import Ast, paths

Outcome = frozenset[bool]
YES, NO, EITHER = frozenset({True}), frozenset({False}), frozenset({True, False})
MIRROR = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


@dataclass(frozen=True)
class Span:
    """A number between `low` and `high`, or perhaps no number at all."""

    low: float
    high: float
    maybe_blank: bool


@dataclass(frozen=True)
class Words:
    """One of some texts, or perhaps blank."""

    values: frozenset[str]
    maybe_blank: bool


Known = Span | Words | None  # None: anything
ANY_NUMBER = Span(-inf, inf, True)


class Reasoning:
    """Asks about one form. `used` names the nodes whose constraint the last answer rests on."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.constraints = {check.where: check for check in form.checks if check.is_constraint}
        self.bounds = {
            node.path: self._bounds(node) for node in form.nodes if node.type in ("int", "decimal")
        }
        self.repeats = [f"{node.path}/" for node in form.nodes if node.kind == "repeat"]
        self.used: set[str] = set()
        self._self, self._without, self._never_blank = "", "", ""

    def check(self, check: Check) -> Outcome:
        """What the check comes to where it runs; a constraint is asked without itself."""
        read = paths(check.expr, check.where)
        self._never_blank = read[0] if len(read) == 1 else ""
        self._without = check.where if check.is_constraint else ""
        return self._ask(check.expr, check.where)

    def relevance(self, node: Node) -> Outcome:
        self._never_blank = self._without = ""
        return self._ask(node.relevant, node.path) if node.relevant is not None else EITHER

    def _ask(self, expr: Ast, at: str) -> Outcome:
        self._self, self.used = at, set()
        return self.truth(expr)

    # --- truth

    def truth(self, ast: Ast) -> Outcome:
        kind = ast[0]
        if kind == "op" and ast[1] in ("and", "or"):
            return self._joined(ast[1], self.truth(ast[2]), self.truth(ast[3]))
        if kind == "op" and ast[1] in MIRROR:
            return self._compared(ast[1], ast[2], ast[3])
        if kind == "call":
            return self._called(ast[1], ast[2:])
        value = self.value(ast)
        if isinstance(value, Span) and value.low == value.high and not value.maybe_blank:
            return YES if value.low else NO
        return EITHER

    def _joined(self, operator: str, left: Outcome, right: Outcome) -> Outcome:
        if operator == "and":
            return frozenset(a and b for a in left for b in right)
        return frozenset(a or b for a in left for b in right)

    def _called(self, name: str, arguments: list[Ast]) -> Outcome:
        if name in ("true", "false") and not arguments:
            return YES if name == "true" else NO
        if name == "not":
            return frozenset(not each for each in self.truth(arguments[0]))
        if name == "boolean":
            return self.truth(arguments[0])
        if name == "if":
            chosen = self.truth(arguments[0])
            branches = [self.truth(arguments[1 if each else 2]) for each in chosen]
            return frozenset().union(*branches)
        if name == "selected" and arguments[1][0] == "str":
            return self._selected(arguments[0], arguments[1][1].strip())
        return EITHER

    def _selected(self, of: Ast, value: str) -> Outcome:
        node = self.form.by_path.get(of[1]) if of[0] == "path" else None
        if of[0] == "self":
            node = self.form.by_path.get(self._self)
        if node is None or node.choices is None or node.type not in ("select", "select1"):
            return EITHER
        return EITHER if value in {choice.value for choice in node.choices} else NO

    def _compared(self, operator: str, left: Ast, right: Ast) -> Outcome:
        a, b = self.value(left), self.value(right)
        if operator in ("=", "!="):
            outcome = self._equal(a, b)
            return outcome if operator == "=" else frozenset(not each for each in outcome)
        if not (isinstance(a, Span) and isinstance(b, Span)):
            return EITHER
        if operator in (">", ">="):
            operator, a, b = MIRROR[operator], b, a
        strict = operator == "<"
        can = a.low < b.high if strict else a.low <= b.high
        must = a.high < b.low if strict else a.high <= b.low
        blank = a.maybe_blank or b.maybe_blank
        return frozenset(each for each, possible in ((True, can), (False, blank or not must)) if possible)

    def _equal(self, a: Known, b: Known) -> Outcome:
        if isinstance(a, Span) and isinstance(b, Span):
            if a.maybe_blank and b.maybe_blank:
                return EITHER
            same = a.low == a.high == b.low == b.high and not (a.maybe_blank or b.maybe_blank)
            meet = a.low <= b.high and b.low <= a.high
            return YES if same else EITHER if meet else NO
        if isinstance(a, Words) and isinstance(b, Words):
            ours, theirs = _texts(a), _texts(b)
            if len(ours) == len(theirs) == 1:
                return YES if ours == theirs else NO
            return EITHER if ours & theirs else NO
        return EITHER

    # --- values

    def value(self, ast: Ast) -> Known:
        kind = ast[0]
        if kind == "num":
            return Span(ast[1], ast[1], False)
        if kind == "str":
            return Words(frozenset({ast[1]}) - {""}, ast[1] == "")
        if kind in ("path", "self"):
            return self._at(ast[1] if kind == "path" else self._self)
        if kind == "neg":
            inner = self.value(ast[1])
            return Span(-inner.high, -inner.low, inner.maybe_blank) if isinstance(inner, Span) else None
        if kind == "op" and ast[1] in ("+", "-", "*"):
            return _reckoned(ast[1], self.value(ast[2]), self.value(ast[3]))
        if kind == "call":
            known = _FUNCTIONS.get(ast[1])
            return known(self, ast[2:]) if known else None
        return None

    def _at(self, path: str) -> Known:
        node = self.form.by_path.get(path)
        if node is None or self._is_set(path):
            return None
        blank = path != self._never_blank
        if node.type in ("int", "decimal") and node.calculate is None:
            low, high = self.bounds[path] if path != self._without else (-inf, inf)
            if (low, high) != (-inf, inf):
                self.used.add(path)
            return Span(low, high, blank)
        if node.type == "select1" and node.choices is not None and node.calculate is None:
            return Words(frozenset(choice.value for choice in node.choices), blank)
        return None

    def _is_set(self, path: str) -> bool:
        """True when the path goes over a repeat in which the asking node does not stand."""
        return any(path.startswith(it) and not self._self.startswith(it) for it in self.repeats)

    def _bounds(self, node: Node) -> tuple[float, float]:
        """What the node's own constraint says of it, where that compares `.` with numbers."""
        low, high = -inf, inf
        check = self.constraints.get(node.path)
        for operator, number in _limits(check.expr) if check else ():
            step = 1.0 if node.type == "int" and float(number).is_integer() else 0.0
            if operator in (">", ">=", "="):
                low = max(low, number + step if operator == ">" else number)
            if operator in ("<", "<=", "="):
                high = min(high, number - step if operator == "<" else number)
        return low, high


def _texts(words: Words) -> frozenset[str]:
    return words.values | ({""} if words.maybe_blank else frozenset())


def _limits(ast: Ast) -> Iterator[tuple[str, float]]:
    """`. >= 0 and 10 > .` as (">=", 0), ("<", 10)."""
    if ast[0] != "op":
        return
    if ast[1] == "and":
        yield from _limits(ast[2])
        yield from _limits(ast[3])
    elif ast[1] in MIRROR and ast[2] == ["self"] and (number := _number(ast[3])) is not None:
        yield ast[1], number
    elif ast[1] in MIRROR and ast[3] == ["self"] and (number := _number(ast[2])) is not None:
        yield MIRROR[ast[1]], number


def _number(ast: Ast) -> float | None:
    if ast[0] == "neg":
        inner = _number(ast[1])
        return None if inner is None else -inner
    return float(ast[1]) if ast[0] == "num" else None


def _reckoned(operator: str, a: Known, b: Known) -> Known:
    if not (isinstance(a, Span) and isinstance(b, Span)):
        return None
    blank = a.maybe_blank or b.maybe_blank
    if operator == "+":
        return _wider(Span(a.low + b.low, a.high + b.high, blank), (a, b))
    if operator == "-":
        return _wider(Span(a.low - b.high, a.high - b.low, blank), (a, b))
    corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    if any(corner != corner for corner in corners):  # 0 × ∞
        return Span(-inf, inf, blank)
    return _wider(Span(min(corners), max(corners), blank), (a, b))


def _wider(span: Span, parts: tuple[Span, Span]) -> Span:
    """Floats are no exact decimals: a computed bound that is not whole gives way by a hair."""
    if all(float(each).is_integer() for part in parts for each in (part.low, part.high) if abs(each) < inf):
        return span
    return Span(nextafter(span.low, -inf), nextafter(span.high, inf), span.maybe_blank)


def _sum(reasoning: Reasoning, arguments: list[Ast]) -> Known:
    """Blanks are skipped, so each part may also add nothing."""
    low = high = 0.0
    for argument in arguments:
        part = reasoning.value(argument)
        if not isinstance(part, Span):
            return Span(-inf, inf, False)
        low += min(part.low, 0) if part.maybe_blank else part.low
        high += max(part.high, 0) if part.maybe_blank else part.high
    return Span(low, high, False) if low == low and high == high else Span(-inf, inf, False)


def _coalesce(reasoning: Reasoning, arguments: list[Ast]) -> Known:
    parts = [reasoning.value(argument) for argument in arguments]
    spans = [part for part in parts if isinstance(part, Span)]
    if len(spans) < len(parts):
        return None
    blank = all(span.maybe_blank for span in spans)
    return Span(min(span.low for span in spans), max(span.high for span in spans), blank)


def _absolute(reasoning: Reasoning, arguments: list[Ast]) -> Known:
    part = reasoning.value(arguments[0])
    return Span(0, inf, part.maybe_blank if isinstance(part, Span) else True)


def _counted(reasoning: Reasoning, arguments: list[Ast]) -> Known:
    return Span(0, inf, False)


_FUNCTIONS: dict[str, Callable[[Reasoning, list[Ast]], Known]] = {
    "sum": _sum,
    "coalesce": _coalesce,
    "abs": _absolute,
    "count": _counted,
    "count-non-empty": _counted,
    "count-selected": _counted,
    "string-length": _counted,
}
