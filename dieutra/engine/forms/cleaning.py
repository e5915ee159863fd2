"""Which answers are worth keeping: at nodes that a person fills in, in rows that stand."""

from __future__ import annotations

from collections.abc import Mapping

from dieutra.engine.forms.form import Form, Node
from dieutra.engine.forms.rows import is_well_placed, row_names, rows_above
from dieutra.engine.forms.typed import is_blank_text
from dieutra.engine.lang import place_of, reads_itself


def clean(form: Form, answers: Mapping[str, object]) -> dict[str, str]:
    """The answers worth keeping: not blank, at nodes that a person fills in, in rows that stand; none altered."""
    kept = {}
    for path, written in answers.items():
        node = form.by_path.get(place_of(path))
        is_kept = node is not None and is_filled_in(node) and not is_blank_text(written)
        if is_kept and is_well_placed(form, path):
            kept[path] = written if isinstance(written, str) else str(written)
    return _in_standing_rows(form, kept) if form.repeats else kept


def _in_standing_rows(form: Form, kept: dict[str, str]) -> dict[str, str]:
    """Without the answers of removed rows; rows of a repeat with a count come and go by themselves."""
    gone: dict[str, bool] = {}

    def stands(row: str) -> bool:
        if row not in gone:
            repeat, _, name = row.rpartition("[")
            counted = form.node(repeat).count is not None
            gone[row] = not counted and name[:-1] not in row_names(kept.get(repeat))
        return not gone[row]

    return {path: text for path, text in kept.items() if all(map(stands, rows_above(path)))}


def is_filled_in(node: Node) -> bool:
    """True when the answer comes from outside; a calculation that keeps its old value (once) counts."""
    if node.kind == "repeat":
        return True
    if node.type is None or node.kind == "note":
        return False
    if node.calculate is not None:
        return reads_itself(node.calculate)
    return node.readonly != ["call", "true"]
