"""What the questions of one response offer to choose from: fixed choices, rows of a list, rows of a repeat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from dieutra.engine.forms.check import Evaluation
from dieutra.engine.forms.form import Choice, Form, Itemset, List, Node
from dieutra.engine.forms.offered import passes
from dieutra.engine.forms.plan import Choosing, plan_of
from dieutra.engine.forms.rows import standing
from dieutra.engine.forms.shown import shown
from dieutra.engine.lang import Ast, Context, EvaluationError, compile_expr, place_of
from dieutra.engine.lang.nodes import paths_at
from dieutra.engine.lang.shuffle import shuffled
from dieutra.engine.lang.values import to_text


class Offers:
    """The choices of one response; evaluated when the first question with filtered choices is drawn."""

    def __init__(self, form: Form, answers: Mapping[str, str], seed: int) -> None:
        self.form, self.answers, self.seed = form, answers, seed

    @cached_property
    def run(self) -> Evaluation:
        run = Evaluation(plan_of(self.form), self.answers, None)
        run.work_out_nodes()
        return run

    def at(self, node: Node) -> Sequence[Choice]:
        """In the order in which they are shown; `node.path` is a path of the response."""
        if node.itemset is None:
            return node.choices or ()
        ctx = self.run.ctx
        ctx.at = standing(self.form, node.path)
        choosing = plan_of(self.form).choosing[place_of(node.path)]
        try:
            found = list(self._found(choosing, node.itemset, ctx))
            return self._ordered(found, node, ctx) if node.itemset.shuffle else found
        except EvaluationError:
            return ()
        finally:
            ctx.at = {}

    def _found(self, choosing: Choosing, itemset: Itemset, ctx: Context) -> Iterator[Choice]:
        return (
            self._of_repeat(choosing, itemset, ctx)
            if itemset.repeat
            else self._of_list(choosing, itemset, ctx)
        )

    def _of_list(self, choosing: Choosing, itemset: Itemset, ctx: Context) -> Iterator[Choice]:
        listed = self.form.lists.get(itemset.list)
        if listed is None:
            return
        rows = listed.by_column
        for at in self._candidates(listed, choosing, itemset.filter, ctx):
            value = rows[at].get(itemset.value, "")
            if value and passes(choosing.offers, ctx.inside(ctx.at, at + 1, rows[at])):
                yield Choice(value, listed.label_of(at, itemset.label))

    def _candidates(self, listed: List, choosing: Choosing, test: Ast | None, ctx: Context) -> Sequence[int]:
        """The rows to try; only those of one value where the filter is, or begins with, `column = something`."""
        while test is not None and test[:2] == ["op", "and"]:
            test = test[2]
        if test is None or test[:2] != ["op", "="]:
            return range(len(listed.rows))
        sides = [test[2], test[3]]
        column = next((side[1] for side in sides if side[0] == "item"), None)
        other = next((side for side in sides if side[0] in ("path", "outer", "str")), None)
        if column is None or other is None:
            return range(len(listed.rows))
        value = compile_expr(other, choosing.node.path, self.form.shape)(ctx)
        return _index(listed, column).get(value, ()) if isinstance(value, str) else range(len(listed.rows))

    def _of_repeat(self, choosing: Choosing, itemset: Itemset, ctx: Context) -> Iterator[Choice]:
        value, label = (place[len(itemset.repeat) :] for place in (itemset.value, itemset.label))
        rows = paths_at(itemset.repeat, self.form.shape, itemset.repeat)(ctx)
        for position, row in enumerate(rows, start=1):
            inside = ctx.inside({**ctx.at, itemset.repeat: row}, position)
            text = to_text(ctx.values.get(row + value, ""))
            if text and row in ctx.relevant and passes(choosing.offers, inside):
                written = self.run.written.get(row + label, "")
                named = self.form.by_path[place_of(row + label)]
                words = {it: shown(named, written, it, self.form) for it in self.form.languages}
                yield Choice(text, words)

    def _ordered(self, choices: list[Choice], node: Node, ctx: Context) -> list[Choice]:
        seed = node.itemset.seed if node.itemset else None
        if seed is None:
            return shuffled(choices, str(self.seed))
        return shuffled(choices, compile_expr(seed, place_of(node.path), self.form.shape)(ctx))


def _index(listed: List, column: str) -> Mapping[str, Sequence[int]]:
    """Rows by what stands in a column; made once and kept with the list."""
    kept: dict[str, dict[str, list[int]]] = listed.__dict__.setdefault("_rows_by_column", {})
    if column not in kept:
        index: dict[str, list[int]] = {}
        for at, row in enumerate(listed.by_column):
            index.setdefault(row.get(column, ""), []).append(at)
        kept[column] = index
    return kept[column]
