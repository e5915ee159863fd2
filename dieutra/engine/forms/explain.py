"""What every node of a response is, one by one: the contract of `dieutra form eval`.

So that anyone can compare us with another engine: relevance, requirement, value, calculation, constraint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dieutra.engine.forms.check import Evaluation
from dieutra.engine.forms.form import Form, Node
from dieutra.engine.forms.plan import Rule, plan_of
from dieutra.engine.forms.shown import fill
from dieutra.engine.forms.typed import as_stored, is_blank_text, read, stored_text
from dieutra.engine.lang import Ast, Compiled, EvaluationError, compile_expr, to_boolean, to_text
from dieutra.engine.lang.context import VIETNAM


def explain(
    form: Form, answers: Mapping[str, str], *, now: datetime | None = None, language: str = ""
) -> list[dict[str, Any]]:
    """One record per node in document order, rows one after the other, counted from 1.

    `path`; `relevant`, `required`; `value` as the response carries it; `calculated`: what the calculation gives
    now, null when there is none; `constraint`: whether it holds, null when there is none (true on a blank
    answer, as in JavaRosa); `message`: the words of a constraint that does not hold, or null; `error`: why an
    expression has no value, or null. Groups and rows of repeats are told of where they have logic of their own.
    """
    run = Evaluation(plan_of(form), answers, now)
    run.work_out_nodes()
    return list(_Explainer(form, run, language or form.languages[0]).under(None, "", "", {}))


class _Explainer:
    def __init__(self, form: Form, run: Evaluation, language: str) -> None:
        self.form, self.run, self.language = form, run, language
        self.rules: dict[str, list[Rule]] = {}
        for rule in run.plan.rules:
            if rule.check.is_constraint:
                self.rules.setdefault(rule.check.where, []).append(rule)
        self.compiled: dict[int, Compiled] = {}
        self.members: dict[str | None, list[Node]] = {}
        for node in form.nodes:
            self.members.setdefault(node.parent, []).append(node)

    def under(
        self, container: str | None, path: str, shown: str, at: Mapping[str, str]
    ) -> Iterator[dict[str, Any]]:
        for node in self.members.get(container, ()):
            root = "" if path else "/" + node.path.split("/")[1]
            here, there = f"{path or root}/{node.name}", f"{shown or root}/{node.name}"
            if node.kind == "repeat":
                for position, name in enumerate(self.run.rows.get(here, ()), start=1):
                    row, inside = f"{here}[{name}]", {**at, node.path: f"{here}[{name}]"}
                    if node.relevant is not None:
                        yield self.record(node, row, f"{there}[{position}]", inside)
                    yield from self.under(node.path, row, f"{there}[{position}]", inside)
            else:
                if not node.is_container or node.relevant is not None:
                    yield self.record(node, here, there, at)
                if node.is_container:
                    yield from self.under(node.path, here, there, at)

    def record(self, node: Node, path: str, shown: str, at: Mapping[str, str]) -> dict[str, Any]:
        run = self.run
        run.ctx.at = at
        said: dict[str, Any] = {"path": shown, "relevant": path in run.relevant, "required": False}
        said |= {"value": None, "calculated": None, "constraint": None, "message": None, "error": None}
        errors = [run.errors[path]] if path in run.errors else []
        if node.required is not None:
            said["required"] = self._boolean(node, errors)
        if node.type is not None:
            said["value"] = run.answers.get(path, "")
        if node.calculate is not None:
            said["calculated"] = self._calculated(node, path, errors)
        for rule in self.rules.get(node.path, ()):
            said["constraint"], said["message"] = self._constraint(rule, path, errors)
        said["error"] = errors[0] if errors else None
        return said

    def _boolean(self, node: Node, errors: list[str]) -> bool:
        assert node.required is not None
        try:
            return to_boolean(self._compiled(node.required, node)(self.run.ctx))
        except EvaluationError as problem:
            errors.append(str(problem))
            return True

    def _calculated(self, node: Node, path: str, errors: list[str]) -> str | None:
        assert node.calculate is not None
        if path in self.run.errors:
            return None
        try:
            value = self._compiled(node.calculate, node)(self.run.ctx)
        except EvaluationError as problem:
            errors.append(str(problem))
            return None
        if isinstance(value, date) and node.type == "string":
            return in_javarosa(value)
        if isinstance(value, Decimal) and value.is_infinite() and node.type == "string":
            return to_text(value)
        return stored_text(as_stored(value, node.type), node.type)

    def _compiled(self, ast: Ast, node: Node) -> Compiled:
        key = id(ast)
        if key not in self.compiled:
            self.compiled[key] = compile_expr(ast, node.path, self.form.shape)
        return self.compiled[key]

    def _constraint(self, rule: Rule, path: str, errors: list[str]) -> tuple[bool | None, str | None]:
        text, typed = self.run.answers.get(path), self.run.typed
        if path not in self.run.written and is_blank_text(text):
            return True, None
        hidden = path not in typed
        if hidden:  # an irrelevant answer is judged as if it counted
            typed[path] = read(self.form.node(path), text)[0]
        try:
            holds = to_boolean(rule.holds(self.run.ctx))
        except EvaluationError as problem:
            errors.append(str(problem))
            return False, None
        finally:
            if hidden:
                del typed[path]
        if holds:
            return True, None
        message = fill(rule.check.message, self.run.written, self.form, self.run.ctx.at)
        return False, message.get(self.language) or next(iter(message.values()), None)


def in_javarosa(value: date) -> str:
    """A date that a calculation without a type keeps: JavaRosa writes the moment at which it begins."""
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return moment.replace(tzinfo=moment.tzinfo or VIETNAM).isoformat(timespec="milliseconds")
