"""The expression tree: nested JSON arrays, see docs/form-model.md, and the questions one asks of it."""

from collections.abc import Iterator
from typing import Any

Ast = list[Any]


def walk(ast: Ast) -> Iterator[Ast]:
    """The node and everything under it, outermost first."""
    yield ast
    for part in ast[1:]:
        if isinstance(part, list):
            yield from walk(part)


def paths(ast: Ast, self_path: str | None = None) -> list[str]:
    """Absolute paths which the expression reads, each once, as written; `.` counts as `self_path`."""
    found: dict[str, None] = {}
    for node in walk(ast):
        if node[0] == "path":
            found[node[1]] = None
        elif self_path is not None and _stands_for_itself(node):
            found[self_path] = None
    return list(found)


def reads_itself(ast: Ast) -> bool:
    """True when the value depends on what the node already holds (`.` or `once()`)."""
    return any(_stands_for_itself(node) for node in walk(ast))


def _stands_for_itself(node: Ast) -> bool:
    return bool(node[0] == "self" or node[:2] == ["call", "once"])
