"""Whether a chosen value is among the choices that a list offers for these answers."""

from __future__ import annotations

from collections.abc import Callable

from dieutra.engine.forms.form import Form, Label
from dieutra.engine.forms.plan import Choosing
from dieutra.engine.lang import Compiled, Context, EvaluationError
from dieutra.engine.lang.nodes import holds, paths_at
from dieutra.engine.lang.values import to_text


def is_offered(choosing: Choosing, written: str, ctx: Context, form: Form) -> Label | None:
    """What is wrong with a chosen value (several for a select multiple), None when it is offered.

    A list whose file is not attached cannot be looked in; nothing is said then.
    """
    itemset = choosing.node.itemset
    if itemset is None or (itemset.list and itemset.list not in form.lists):
        return None
    offers = _in_repeat if itemset.repeat else _in_list
    try:
        test = offers(choosing, ctx, form)
        words = written.split() if choosing.node.type in ("select", "rank") else [written]
        strange = next((word for word in words if not test(word)), None)
    except EvaluationError:
        return None
    return None if strange is None else _not_offered(form, choosing, strange)


def _in_list(choosing: Choosing, ctx: Context, form: Form) -> Callable[[str], bool]:
    itemset = choosing.node.itemset
    assert itemset is not None
    rows = form.lists[itemset.list].by_column

    def test(word: str) -> bool:
        found = [(at, row) for at, row in enumerate(rows, start=1) if row.get(itemset.value) == word]
        return any(passes(choosing.offers, ctx.inside(ctx.at, at, row)) for at, row in found)

    return test


def _in_repeat(choosing: Choosing, ctx: Context, form: Form) -> Callable[[str], bool]:
    itemset = choosing.node.itemset
    assert itemset is not None
    rest = itemset.value[len(itemset.repeat) :]
    offered = set()
    for position, row in enumerate(paths_at(itemset.repeat, form.shape, itemset.repeat)(ctx), start=1):
        inside = ctx.inside({**ctx.at, itemset.repeat: row}, position)
        if row in ctx.relevant and passes(choosing.offers, inside):
            offered.add(to_text(ctx.values.get(row + rest, "")))
    return offered.__contains__


def passes(offers: Compiled | None, ctx: Context) -> bool:
    return offers is None or holds(offers, ctx)


def _not_offered(form: Form, choosing: Choosing, word: str) -> Label:
    shown = form.choice_label(choosing.node.path, word) or word
    shown = shown if len(shown) <= 60 else shown[:60] + "…"
    return {
        "vi": f"“{shown}” không có trong các lựa chọn của câu này với những câu đã trả lời, hãy chọn lại.",
        "en": f"“{shown}” is not among the choices that this question offers now, choose again.",
    }
