"""What made-up responses show of a form: checks that never spoke or always did, conditions that never held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dieutra.engine.forms.cells import Cells
from dieutra.engine.forms.form import Check, Form, Node
from dieutra.engine.forms.reasoning import NO, YES, Outcome
from dieutra.engine.forms.remarks import Advice, at_cell, by_cell
from dieutra.engine.forms.trials import Trials
from dieutra.engine.lang.ast import walk

LEAST_TRIALS, LEAST_RUNS = 100, 30  # fewer say nothing
TRUE = ["call", "true"]


def tried(
    form: Form,
    cells: Cells,
    trials: Trials,
    outcomes: Mapping[str, tuple[Outcome, frozenset[str]]],
    relevance: Mapping[str, Outcome],
    unreachable: Mapping[str, str],
) -> Iterator[Advice]:
    if trials.number < LEAST_TRIALS:
        return
    start = f"Trong {trials.number} phiếu thử ngẫu nhiên, "
    end = " Đây chỉ là phép thử; hãy xem lại biểu thức."
    for cell, checks in by_cell(form.checks, cells).items():
        if any(_is_settled(it, outcomes, unreachable) for it in checks):
            continue
        ran, failed = (sum(count[it.name] for it in checks) for count in (trials.ran, trials.failed))
        if ran == 0:
            yield at_cell("info", cell, f"{start}chưa lần nào kiểm tra này được chạy.{end}")
        elif ran >= LEAST_RUNS and failed == 0:
            yield at_cell("info", cell, f"{start}chưa lần nào kiểm tra này báo ({ran} lượt chạy).{end}")
        elif ran >= LEAST_RUNS and failed == ran and not any(map(_needs_a_shape, checks)):
            yield at_cell("info", cell, f"{start}lần nào kiểm tra này cũng báo ({ran} lượt chạy).{end}")
    for node in form.nodes:
        if relevance.get(node.path) in (YES, NO) or node.relevant is None or node.path in unreachable:
            continue
        yield from _asked(node, cells, trials, start, end)


def _is_settled(
    check: Check, outcomes: Mapping[str, tuple[Outcome, frozenset[str]]], unreachable: Mapping[str, str]
) -> bool:
    return outcomes[check.name][0] in (YES, NO) or check.where in unreachable or check.expr == TRUE


def _needs_a_shape(check: Check) -> bool:
    """Made-up texts do not fit a pattern or a length, so that such a check proves nothing by failing."""
    return any(part[:2] in (["call", "regex"], ["call", "string-length"]) for part in walk(check.expr))


def _asked(node: Node, cells: Cells, trials: Trials, start: str, end: str) -> Iterator[Advice]:
    could, was = trials.open[node.path], trials.asked[node.path]
    if could < LEAST_RUNS or 0 < was < could:
        return
    words = "lần nào cũng đúng" if was else "chưa lần nào đúng"
    yield at_cell("info", cells.at(node.path, "relevant"), f"{start}điều kiện này {words}.{end}")
