"""Values that come by an event: what a response starts with, what a new row starts with, what a change sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from dieutra.engine.forms.check import Evaluation
from dieutra.engine.forms.form import Form, Given, Node
from dieutra.engine.forms.plan import plan_of
from dieutra.engine.forms.rows import path_in, row_names, scope_of, standing
from dieutra.engine.forms.typed import as_stored, stored_text
from dieutra.engine.lang import EvaluationError, compile_expr, place_of
from dieutra.engine.lang.values import to_text

Answers = Mapping[str, str]


def defaults(form: Form, now: datetime | None = None) -> dict[str, str]:
    """The answers that a new response starts with: defaults, a first row of each repeat, values of `load`."""
    answers = _members(form, None, "")
    answers |= begin_rows(form, answers, now)
    givens = [(node, given) for node in form.nodes for given in node.sets if given.event == "load"]
    for node, given in givens:
        answers |= _give(form, node, given, answers, now)
    return {path: text for path, text in answers.items() if text}


def new_row(
    form: Form, repeat: str, name: str, answers: Answers, now: datetime | None = None
) -> dict[str, str]:
    """What the row `name` of the repeat at a path starts with, its own place in the list not included."""
    row, place = f"{repeat}[{name}]", place_of(repeat)
    found = _members(form, place, row)
    listed = {**answers, **found, repeat: " ".join((*row_names(answers.get(repeat)), name))}
    for node in form.nodes:
        for given in node.sets:
            if given.event == "row" and scope_of(form, node) == place:
                found |= _give(form, node, given, {**listed, **found}, now, row)
    return {path: text for path, text in found.items() if text}


def begin_rows(form: Form, answers: Answers, now: datetime | None = None) -> dict[str, str]:
    """What the rows of repeats with a count start with, for rows that are new; the lists remember them.

    An inner repeat may follow from what an outer row was given, so this goes on until nothing is new.
    """
    found: dict[str, str] = {}
    counted = [node.path for node in form.nodes if node.count is not None and _gives(form, node.path)]
    for _ in counted:
        now_known = {**answers, **found}
        run = Evaluation(plan_of(form), now_known, now)
        run.work_out_nodes()
        fresh: dict[str, str] = {}
        for path, names in run.rows.items():
            known = row_names(now_known.get(path))
            new = [name for name in names if name not in known]
            if place_of(path) in counted and new:
                for name in new:
                    begun = new_row(form, path, name, now_known, now)
                    fresh |= {each: text for each, text in begun.items() if each not in now_known}
                fresh[path] = " ".join((*known, *new))
        if not fresh:
            break
        found |= fresh
    return found


def _gives(form: Form, repeat: str) -> bool:
    """Whether a new row of a repeat holds anything from the start."""
    inside = [node for node in form.nodes if node.path.startswith(f"{repeat}/")]
    return any(
        node.default is not None or node.kind == "repeat" or any(given.event == "row" for given in node.sets)
        for node in inside
    )


def changed(
    form: Form, answers: Answers, paths: Iterable[str], now: datetime | None = None
) -> dict[str, str]:
    """What is set because a person changed the answers at these paths; "" clears an answer."""
    found: dict[str, str] = {}
    by_place: dict[str, list[tuple[Node, Given]]] = {}
    for node in form.nodes:
        for given in node.sets:
            if given.event == "changed" and given.by:
                by_place.setdefault(given.by, []).append((node, given))
    for path in paths:
        for node, given in by_place.get(place_of(path), ()):
            found |= _give(form, node, given, {**answers, **found}, now, path)
    return found


def _members(form: Form, container: str | None, row: str) -> dict[str, str]:
    """Static defaults below a container, with one row of each repeat that has no count."""
    found: dict[str, str] = {}
    for node in form.members(container):
        path = (row or "/" + node.path.split("/")[1]) + "/" + node.name
        if node.kind == "repeat":
            if node.count is None:
                found |= {path: "1"} | _members(form, node.path, f"{path}[1]")
        elif node.is_container:
            found |= _members(form, node.path, path)
        elif node.default is not None:
            found[path] = node.default
    return found


def _give(
    form: Form, node: Node, given: Given, answers: Answers, now: datetime | None, near: str = ""
) -> dict[str, str]:
    """The value of an event at a node: in the rows that `near` lies in, in all rows of repeats beyond them."""
    run = Evaluation(plan_of(form), answers, now)
    run.work_out_nodes()
    compiled = compile_expr(given.value, node.path, form.shape)
    scope, found = scope_of(form, node), {}
    fixed = standing(form, near)
    for at in run.chains[scope]:
        if any(fixed.get(repeat, row) != row for repeat, row in at.items()):
            continue
        path = path_in(node.path, at, scope)
        run.ctx.at = at
        try:
            value = compiled(run.ctx)
        except EvaluationError:
            value = ""
        found[path] = stored_text(as_stored(value, node.type), node.type) if value != "" else to_text(value)
    return found
