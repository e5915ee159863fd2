"""A form compiled once: nodes in working order, requirements and checks as closures."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple, cast

from dieutra.engine.forms.form import Check, Form, Node
from dieutra.engine.forms.order import in_order
from dieutra.engine.forms.rows import scope_of
from dieutra.engine.lang import Ast, Compiled, Context, Shape, compile_expr, reads, reads_itself
from dieutra.engine.lang.nodes import bound, paths_at

Read = Callable[[Context], Collection[str]]
NOTHING: frozenset[str] = frozenset()


class Step(NamedTuple):
    """One node to work out, in every row of `scope` (None: once)."""

    node: Node
    place: str
    scope: str | None
    relevant: Compiled | None
    calculate: Compiled | None
    rows: Compiled | None  # how many rows a repeat has
    reads: Read  # what the calculation reads
    reads_itself: bool
    holds: bool


class Rule(NamedTuple):
    check: Check
    scope: str | None
    order: int
    holds: Compiled
    reads: Read
    may_be_blank: bool  # it reads values, and no number of rows: not run while all of them are blank


class Requirement(NamedTuple):
    node: Node
    scope: str | None
    holds: Compiled


class Choosing(NamedTuple):
    """How to tell whether a chosen value is offered now."""

    node: Node
    offers: Compiled | None


class Plan(NamedTuple):
    steps: list[Step]
    required: list[Requirement]
    rules: list[Rule]
    choosing: dict[str, Choosing]
    order: dict[str, int]
    form: Form


def plan_of(form: Form) -> Plan:
    """The compiled form, kept with it. Raises order.Cycle for a form that was not made by the loader."""
    if "plan" not in form.compiled:
        form.compiled["plan"] = _compile(form)
    return cast(Plan, form.compiled["plan"])


def _compile(form: Form) -> Plan:
    order = {node.path: number for number, node in enumerate(form.nodes)}
    required = [
        Requirement(node, scope_of(form, node), compile_expr(node.required, node.path, form.shape))
        for node in form.nodes
        if node.required not in (None, ["call", "false"]) and node.calculate is None and not node.is_container
    ]
    choosing = {node.path: Choosing(node, _offers(form, node)) for node in form.nodes if node.itemset}
    rules = [_rule(form, check, number) for number, check in enumerate(form.checks, start=2)]
    return Plan([_step(form, node) for node in in_order(form)], required, rules, choosing, order, form)


def _maybe(ast: Ast | None, place: str | None, shape: Shape) -> Compiled | None:
    return None if ast is None else compile_expr(ast, place, shape)


def _step(form: Form, node: Node) -> Step:
    scope = scope_of(form, node)
    own = node.calculate is not None and reads_itself(node.calculate)
    read = reading(node.calculate, node.path, form.shape, but=node.path) if node.calculate else _nothing
    return Step(
        node,
        node.path,
        scope,
        _maybe(node.relevant, node.path, form.shape),
        _maybe(node.calculate, node.path, form.shape),
        _maybe(node.count, node.parent, form.shape),
        read,
        own,
        node.type is not None and node.kind != "note",
    )


def _rule(form: Form, check: Check, number: int) -> Rule:
    around = form.shape.around(check.where)
    holds = compile_expr(check.expr, check.where, form.shape)
    node = form.by_path.get(check.where)
    scope = scope_of(form, node) if node is not None and node.kind != "repeat" else None
    if node is not None and node.kind == "repeat":
        scope = around[-2] if len(around) > 1 else None
    read = reading(check.expr, check.where, form.shape)
    may_be_blank = bool(check.paths) and not form.shape.repeats.intersection(check.paths)
    return Rule(check, scope, number, holds, read, may_be_blank)


def _offers(form: Form, node: Node) -> Compiled | None:
    itemset = node.itemset
    if itemset is None or itemset.filter is None:
        return None
    return compile_expr(itemset.filter, itemset.repeat or node.path, form.shape)


def _nothing(ctx: Context) -> Collection[str]:
    return NOTHING


def reading(ast: Ast, place: str, shape: Shape, but: str = "") -> Read:
    """The paths whose values an expression reads; a constant where no repeat is concerned."""
    found = [read for read in reads(ast, place) if read.place != but]
    flat = {read.place for read in found if bound(read.place, shape, place) == "" and not read.freed}
    rest = [paths_at(read.place, shape, read.freed) for read in found if read.place not in flat]
    if not rest:
        constant = frozenset(flat)
        return lambda ctx: constant
    return lambda ctx: {*flat, *(path for find in rest for path in find(ctx))}
