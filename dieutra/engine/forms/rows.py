"""Rows of repeats: their names in answers, and the paths under them. See docs/form-model.md, “Repeats”."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dieutra.engine.forms.form import Form, Node
from dieutra.engine.lang import place_of

NAME = re.compile(r"[1-9][0-9]{0,5}")
MAX_ROWS = 1_000
MAX_IN_ALL = 20_000  # rows of a whole response
NOWHERE: Mapping[str, str] = {}


def row_names(text: object) -> tuple[str, ...]:
    """The names in a repeat's answer, each once; what is no name is left out."""
    words = dict.fromkeys(text.split()) if isinstance(text, str) else {}
    return tuple(word for word in words if NAME.fullmatch(word))


def next_name(names: tuple[str, ...], taken: tuple[str, ...] = ()) -> str:
    """A name that no row has or had."""
    return str(max((int(name) for name in (*names, *taken)), default=0) + 1)


def path_in(place: str, at: Mapping[str, str], scope: str | None) -> str:
    """The path of a place inside the row that `at` stands in; `scope` is the innermost repeat around it."""
    return place if scope is None else at[scope] + place[len(scope) :]


def rows_above(path: str) -> list[str]:
    """The rows that a path lies in, outermost first: `/data/ho[4]`, `/data/ho[4]/con[1]`."""
    return [path[: at + 1] for at, sign in enumerate(path) if sign == "]"]


def scope_of(form: Form, node: Node) -> str | None:
    """The innermost repeat around a node, not the node itself."""
    around = form.shape.around(node.path)
    inner = around[:-1] if node.kind == "repeat" else around
    return inner[-1] if inner else None


def standing(form: Form, path: str) -> Mapping[str, str]:
    """Repeat places to the rows that a path of a response lies in; what `Context.at` wants."""
    if "[" not in path:
        return NOWHERE
    return {place_of(row): row for row in rows_above(path)}


def is_well_placed(form: Form, path: str) -> bool:
    """Whether a path of answers names a row in each repeat around it and nowhere else."""
    place = place_of(path)
    node = form.by_path.get(place)
    if node is None:
        return False
    if not form.repeats:
        return place == path
    around = form.shape.around(place)
    inner = around[:-1] if node.kind == "repeat" else around
    return [place_of(row) for row in rows_above(path)] == list(inner)
