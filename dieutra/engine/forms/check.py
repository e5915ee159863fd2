"""Evaluates answers against a form: relevance, calculations, type errors, missing answers and checks.

This is the authoritative evaluation; the browser says the same for the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from dieutra.engine.forms.form import Check, Form, Label, Node
from dieutra.engine.forms.order import in_order
from dieutra.engine.forms.shown import fill
from dieutra.engine.forms.typed import BLANK, as_stored, is_blank_text, read
from dieutra.engine.lang import (
    Compiled,
    Context,
    EvaluationError,
    Value,
    compile_expr,
    paths,
    reads_itself,
    to_boolean,
    to_text,
)


@dataclass(frozen=True)
class Finding:
    """Something that does not hold: `check` is the check's name, `required` or `type`; `path` says where."""

    check: str
    path: str
    severity: str
    message: Label
    justify: bool


@dataclass(frozen=True)
class State:
    """What is known about a set of answers. `missing` and `required` list relevant paths only."""

    values: dict[str, str]
    relevant: frozenset[str]
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    required: frozenset[str]

    @property
    def hard(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "hard")


def evaluate(
    form: Form, answers: Mapping[str, str], *, now: datetime | None = None, submitting: bool = False
) -> State:
    """The state of a response. Never raises on account of the answers, and never alters them.

    `answers` maps paths to what was written; unknown paths are ignored. `now` is the clock for today(), by
    default the time in Vietnam; `submitting` adds a hard finding for each missing answer.
    """
    plan = plan_of(form)
    run = _Run(plan, answers, now)
    run.work_out_nodes()
    run.look_for_missing(submitting)
    run.run_checks()
    return run.state()


def clean(form: Form, answers: Mapping[str, object]) -> dict[str, str]:
    """The answers worth keeping: not blank, at nodes that a person fills in; none of them altered."""
    kept = {}
    for path, written in answers.items():
        node = form.by_path.get(path)
        if node is not None and is_filled_in(node) and not is_blank_text(written):
            kept[path] = written if isinstance(written, str) else str(written)
    return kept


def is_filled_in(node: Node) -> bool:
    """True when the answer comes from outside; a calculation that keeps its old value (once) counts."""
    if node.type is None or node.kind == "note":
        return False
    if node.calculate is not None:
        return reads_itself(node.calculate)
    return node.readonly != ["call", "true"]


def defaults(form: Form) -> dict[str, str]:
    """The answers that a new response starts with."""
    return {node.path: node.default for node in form.nodes if node.default is not None and node.type}


# --- compiled once per form


class _Step(NamedTuple):
    node: Node
    path: str
    parent: str | None
    holds: bool
    relevant: Compiled | None
    calculate: Compiled | None
    reads: frozenset[str]  # what the calculation reads
    reads_itself: bool


class _Rule(NamedTuple):
    check: Check
    order: tuple[int, int]
    holds: Compiled
    paths: tuple[str, ...]
    own: str | None


class Plan(NamedTuple):
    """A form compiled: nodes in working order, requirements and checks as closures."""

    steps: list[_Step]
    required: list[tuple[Node, Compiled]]
    rules: list[_Rule]
    place: dict[str, int]
    nodes: dict[str, Node]


def plan_of(form: Form) -> Plan:
    """The compiled form, kept with it. Raises order.Cycle for a form that was not made by the loader."""
    if "plan" not in form.compiled:
        form.compiled["plan"] = _compile(form)
    return cast(Plan, form.compiled["plan"])


def _compile(form: Form) -> Plan:
    place = {node.path: index for index, node in enumerate(form.nodes)}
    required = [
        (node, compile_expr(node.required, node.path))
        for node in form.nodes
        if node.required is not None and node.required != ["call", "false"] and node.calculate is None
    ]
    rules = [
        _rule(check, place.get(check.where, -1), number) for number, check in enumerate(form.checks, start=2)
    ]
    return Plan([_step(node) for node in in_order(form)], required, rules, place, form.by_path)


def _step(node: Node) -> _Step:
    relevant = None if node.relevant is None else compile_expr(node.relevant, node.path)
    calculate = None if node.calculate is None else compile_expr(node.calculate, node.path)
    own = node.calculate is not None and reads_itself(node.calculate)
    holds = node.type is not None and node.kind != "note"
    reads = (
        frozenset() if node.calculate is None else frozenset(paths(node.calculate, node.path)) - {node.path}
    )
    return _Step(node, node.path, node.parent, holds, relevant, calculate, reads, own)


def _rule(check: Check, place: int, number: int) -> _Rule:
    own = check.where if check.is_constraint else None
    return _Rule(check, (place, number), compile_expr(check.expr, check.where), check.paths, own)


# --- one evaluation


class _Run:
    def __init__(self, plan: Plan, answers: Mapping[str, str], now: datetime | None) -> None:
        self.plan, self.answers = plan, answers
        self.typed: dict[str, Value] = {}
        self.ctx = Context(self.typed, now)
        self.written: dict[str, str] = {}
        self.relevant: set[str] = set()
        self.found: list[tuple[tuple[int, int], Finding]] = []
        self.missing: list[str] = []
        self.required: set[str] = set()
        self.ill: set[str] = set()  # what was written cannot be read, or follows from such a thing

    def work_out_nodes(self) -> None:
        relevant, typed, written, answers = self.relevant, self.typed, self.written, self.answers
        for node, path, parent, holds, is_relevant, calculate, reads, own in self.plan.steps:
            if parent is not None and parent not in relevant:
                continue
            if is_relevant is not None and not self.truth(is_relevant):
                continue
            relevant.add(path)
            if not holds:
                continue
            if calculate is not None:
                self.calculate(node, calculate, own)
                if self.ill and not self.ill.isdisjoint(reads):
                    self.ill.add(path)
                continue
            text = answers.get(path)
            if is_blank_text(text):
                typed[path] = BLANK
                continue
            typed[path], problem = read(node, text)
            if isinstance(text, str):
                written[path] = text
            if problem is not None:
                self.ill.add(path)
                self.found.append(((self.plan.place[path], 0), Finding("type", path, "hard", problem, False)))

    def calculate(self, node: Node, compute: Compiled, own: bool) -> None:
        if own:
            held = self.answers.get(node.path)
            self.typed[node.path] = BLANK if is_blank_text(held) else read(node, held)[0]
        try:
            value = as_stored(compute(self.ctx), node.type)
        except EvaluationError:
            value = BLANK
        self.typed[node.path] = value
        text = to_text(value)
        if text:
            self.written[node.path] = text

    def truth(self, compiled: Compiled) -> bool:
        """An expression without a value hides nothing: the node stays relevant."""
        try:
            return to_boolean(compiled(self.ctx))
        except EvaluationError:
            return True

    def look_for_missing(self, submitting: bool) -> None:
        for node, required in self.plan.required:
            if node.path not in self.relevant or not self.truth(required):
                continue
            self.required.add(node.path)
            if node.path in self.written:
                continue
            self.missing.append(node.path)
            if submitting:
                finding = Finding("required", node.path, "hard", _required_message(node), False)
                self.found.append(((self.plan.place[node.path], 1), finding))

    def run_checks(self) -> None:
        written, relevant = self.written, self.relevant
        for check, order, holds, read_paths, own in self.plan.rules:
            if check.where not in relevant or (own is not None and own not in written):
                continue
            if read_paths and not any(path in written for path in read_paths):
                continue
            # The mistake is told once, where it was made.
            if self.ill and not self.ill.isdisjoint(read_paths):
                continue
            if not self.check_holds(holds):
                message = fill(check.message, written, self.plan.nodes)
                self.found.append(
                    (order, Finding(check.name, check.where, check.severity, message, check.justify))
                )

    def check_holds(self, compiled: Compiled) -> bool:
        """A check that cannot be worked out is not passed in silence."""
        try:
            return to_boolean(compiled(self.ctx))
        except EvaluationError:
            return False

    def state(self) -> State:
        self.found.sort(key=lambda each: each[0])
        findings = tuple(finding for _, finding in self.found)
        return State(
            self.written, frozenset(self.relevant), findings, tuple(self.missing), frozenset(self.required)
        )


def _required_message(node: Node) -> Label:
    plain = {"vi": "Chưa trả lời, hãy điền câu này.", "en": "Not answered yet, please fill this in."}
    return plain | (node.required_message or {})


__all__ = ["Finding", "State", "clean", "defaults", "evaluate", "is_filled_in"]
