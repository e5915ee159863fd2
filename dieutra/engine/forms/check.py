"""Evaluates answers against a form: relevance, calculations, type errors, missing answers and checks.

This is the authoritative evaluation; the browser says the same for the same answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dieutra.engine.forms.cleaning import clean, is_filled_in
from dieutra.engine.forms.form import Form, Label, Node
from dieutra.engine.forms.offered import is_offered
from dieutra.engine.forms.plan import Plan, Requirement, Rule, Step, plan_of
from dieutra.engine.forms.rows import MAX_IN_ALL, MAX_ROWS, NOWHERE, path_in, row_names, rows_above
from dieutra.engine.forms.shown import fill
from dieutra.engine.forms.typed import BLANK, as_stored, is_blank_text, read, stored_text
from dieutra.engine.lang import (
    Compiled,
    Context,
    EvaluationError,
    Value,
    place_of,
    to_boolean,
    to_number,
)


@dataclass(frozen=True)
class Finding:
    """Something that does not hold: `check` is the check's name, `required`, `type` or `choice`."""

    check: str
    path: str
    severity: str
    message: Label
    justify: bool
    level: str | None = None  # of a reviewers' rule


@dataclass(frozen=True)
class State:
    """What is known about a set of answers. `missing` and `required` list relevant paths only.

    `rows` gives the names of the rows of each relevant repeat, by the path of the repeat.
    """

    values: dict[str, str]
    relevant: frozenset[str]
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    required: frozenset[str]
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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
    run = Evaluation(plan_of(form), answers, now)
    run.work_out_nodes()
    run.look_at_choices()
    run.look_for_missing(submitting)
    run.run_checks()
    return run.state()


class Evaluation:
    """One evaluation under way; `given.py` and the CLI use its parts, all others `evaluate`."""

    def __init__(self, plan: Plan, answers: Mapping[str, str], now: datetime | None) -> None:
        self.plan, self.answers = plan, answers
        self.typed: dict[str, Value] = {}
        self.rows: dict[str, tuple[str, ...]] = {}
        self.relevant: set[str] = set()
        lists = {name: found.by_column for name, found in plan.form.lists.items()}
        self.ctx = Context(self.typed, now, rows=self.rows, relevant=self.relevant, lists=lists)
        self.written: dict[str, str] = {}
        self.chains: dict[str | None, list[Mapping[str, str]]] = {None: [NOWHERE]}
        self.row_count = 0
        self.chosen: list[tuple[str, Mapping[str, str]]] = []
        self.found: list[tuple[tuple[int, ...], Finding]] = []
        self.missing: list[tuple[tuple[int, ...], str]] = []
        self.required: set[str] = set()
        self.errors: dict[str, str] = {}  # calculations without a value: path -> why
        self.ill: set[str] = set()  # what was written cannot be read, or follows from such a thing

    # --- nodes

    def work_out_nodes(self) -> None:
        for step in self.plan.steps:
            if step.node.kind == "repeat":
                self.chains[step.place] = []
            for at in self.chains[step.scope]:
                self.ctx.at = at
                self.work_out(step, path_in(step.place, at, step.scope), at)
        self.ctx.at = NOWHERE

    def work_out(self, step: Step, path: str, at: Mapping[str, str]) -> None:
        node = step.node
        is_hidden = node.parent is not None and path[: path.rindex("/")] not in self.relevant
        is_hidden = is_hidden or (step.relevant is not None and not self.truth(step.relevant, path))
        if not is_hidden:
            self.relevant.add(path)
        if node.kind == "repeat":
            self.work_out_rows(step, path, at, is_hidden)
        elif is_hidden:
            return
        elif step.calculate is not None and step.holds:
            self.calculate(step, path)
        elif step.holds:
            self.take(step, path, at)

    def take(self, step: Step, path: str, at: Mapping[str, str]) -> None:
        """What was written at a node, typed."""
        text = self.answers.get(path)
        if is_blank_text(text):
            self.typed[path] = BLANK
            return
        self.typed[path], problem = read(step.node, text)
        if isinstance(text, str):
            self.written[path] = text
            if step.node.itemset is not None:
                self.chosen.append((path, at))
        if problem is not None:
            self.ill.add(path)
            self.tell(path, 0, Finding("type", path, "hard", problem, False))

    def work_out_rows(self, step: Step, path: str, at: Mapping[str, str], is_hidden: bool) -> None:
        """The rows of a repeat; those of a hidden one stand as they were written, and are irrelevant."""
        names = row_names(self.answers.get(path))[:MAX_ROWS] if is_hidden else self.names_of(step, path)
        self.rows[path] = names
        if names and not is_hidden:
            self.written[path] = " ".join(names)
        for name in names:
            row = f"{path}[{name}]"
            inside = {**at, step.place: row}
            self.ctx.at = inside
            self.chains[step.place].append(inside)
            if not is_hidden and (step.relevant is None or self.truth(step.relevant, row)):
                self.relevant.add(row)
        self.ctx.at = at

    def names_of(self, step: Step, path: str) -> tuple[str, ...]:
        names: Collection[str]
        if step.rows is None:
            names = row_names(self.answers.get(path))
            wanted = len(names)
        else:
            try:
                number = to_number(step.rows(self.ctx))
            except EvaluationError as problem:
                self.errors[path] = str(problem)
                return ()
            wanted = max(0, int(number)) if number.is_finite() else 0
            names = [str(each) for each in range(1, min(wanted, MAX_ROWS) + 1)]
        room = min(MAX_ROWS, MAX_IN_ALL - self.row_count)
        if wanted > room:
            self.tell(path, 0, Finding("type", path, "hard", _too_many(wanted, room), False))
        self.row_count += min(wanted, room)
        return tuple(names)[:room]

    def calculate(self, step: Step, path: str) -> None:
        if step.reads_itself:
            held = self.answers.get(path)
            self.typed[path] = BLANK if is_blank_text(held) else read(step.node, held)[0]
        try:
            value = as_stored(step.calculate(self.ctx), step.node.type) if step.calculate else BLANK
        except EvaluationError as problem:
            value = BLANK
            self.errors[path] = str(problem)
        self.typed[path] = value
        text = stored_text(value, step.node.type)
        if text:
            self.written[path] = text
        if self.ill and not self.ill.isdisjoint(step.reads(self.ctx)):
            self.ill.add(path)

    def truth(self, compiled: Compiled, path: str = "") -> bool:
        """An expression without a value hides nothing: the node stays relevant."""
        try:
            return to_boolean(compiled(self.ctx))
        except EvaluationError as problem:
            self.errors.setdefault(path, str(problem))
            return True

    # --- what is wrong

    def tell(self, path: str, number: int, finding: Finding) -> None:
        self.found.append(((*self.order_of(path), number), finding))

    def order_of(self, path: str) -> tuple[int, ...]:
        """Document order, rows one after the other."""
        places = self.plan.order
        if "[" not in path:
            return (places.get(path, -1),)
        order: list[int] = []
        for row in rows_above(path):
            repeat, _, name = row.rpartition("[")
            names = self.rows.get(repeat, ())
            order += [places[place_of(repeat)], names.index(name[:-1]) if name[:-1] in names else -1]
        return (*order, places.get(place_of(path), -1))

    def look_at_choices(self) -> None:
        """What was chosen from a list must be in it, and be offered now."""
        for path, at in self.chosen:
            if path in self.ill:
                continue
            self.ctx.at = at
            problem = is_offered(
                self.plan.choosing[place_of(path)], self.written[path], self.ctx, self.plan.form
            )
            if problem is not None:
                self.tell(path, 1, Finding("choice", path, "hard", problem, False))
        self.ctx.at = NOWHERE

    def look_for_missing(self, submitting: bool) -> None:
        for requirement in self.plan.required:
            for at in self.chains[requirement.scope]:
                self.ctx.at = at
                self.look_for(requirement, path_in(requirement.node.path, at, requirement.scope), submitting)
        self.ctx.at = NOWHERE
        self.missing.sort()

    def look_for(self, requirement: Requirement, path: str, submitting: bool) -> None:
        if path not in self.relevant or not self.truth(requirement.holds, path):
            return
        self.required.add(path)
        if path in self.written:
            return
        self.missing.append((self.order_of(path), path))
        if submitting:
            finding = Finding("required", path, "hard", _required_message(requirement.node), False)
            self.tell(path, 1, finding)

    def run_checks(self) -> None:
        for rule in self.plan.rules:
            for at in self.chains[rule.scope]:
                self.ctx.at = at
                self.run_check(rule, path_in(rule.check.where, at, rule.scope))
        self.ctx.at = NOWHERE

    def run_check(self, rule: Rule, path: str) -> None:
        check, written = rule.check, self.written
        if path not in self.relevant or (check.is_constraint and path not in written):
            return
        read = rule.reads(self.ctx)
        if rule.may_be_blank and not any(each in written for each in read):
            return
        # The mistake is told once, where it was made.
        if self.ill and not self.ill.isdisjoint(read):
            return
        if not self.check_holds(rule.holds, path):
            message = fill(check.message, written, self.plan.form, self.ctx.at)
            self.tell(
                path,
                rule.order,
                Finding(check.name, path, check.severity, message, check.justify, check.level),
            )

    def check_holds(self, compiled: Compiled, path: str = "") -> bool:
        """A check that cannot be worked out is not passed in silence."""
        try:
            return to_boolean(compiled(self.ctx))
        except EvaluationError as problem:
            self.errors.setdefault(path, str(problem))
            return False

    def state(self) -> State:
        self.found.sort(key=lambda each: each[0])
        findings = tuple(finding for _, finding in self.found)
        missing = tuple(path for _, path in self.missing)
        rows = {path: names for path, names in self.rows.items() if path in self.relevant}
        return State(
            self.written, frozenset(self.relevant), findings, missing, frozenset(self.required), rows
        )


def _too_many(wanted: int, room: int) -> Label:
    return {
        "vi": f"Phần lặp lại có {wanted} dòng, tối đa là {room}; hãy kiểm tra lại số dòng.",
        "en": f"This part has {wanted} rows, at most {room} are allowed; check the number of rows.",
    }


def _required_message(node: Node) -> Label:
    plain = {"vi": "Chưa trả lời, hãy điền câu này.", "en": "Not answered yet, please fill this in."}
    return plain | (node.required_message or {})


__all__ = ["Evaluation", "Finding", "State", "clean", "evaluate", "is_filled_in"]
