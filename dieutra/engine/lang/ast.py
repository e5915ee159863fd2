"""The expression tree: nested JSON arrays, see docs/form-model.md, and the questions one asks of it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

Ast = list[Any]


class Read(NamedTuple):
    """A place that an expression reads; repeats at or below `freed` are read in all rows, not only in its own."""

    place: str
    freed: str | None = None


def walk(ast: Ast) -> Iterator[Ast]:
    """The node and everything under it, outermost first."""
    yield ast
    for part in ast[1:]:
        if isinstance(part, list):
            yield from walk(part)


def reads(ast: Ast, self_path: str | None = None) -> list[Read]:
    """What the expression reads, each once; `.` counts as `self_path`."""
    found: dict[Read, None] = {}
    for node in walk(ast):
        if node[0] in ("path", "outer"):
            found[Read(node[1])] = None
        elif node[0] == "where":
            found[Read(node[1], node[2][0])] = None
        elif self_path is not None and _stands_for_itself(node):
            found[Read(self_path)] = None
    return list(found)


def paths(ast: Ast, self_path: str | None = None) -> list[str]:
    """Places which the expression reads, each once, as written; `.` counts as `self_path`."""
    return list(dict.fromkeys(read.place for read in reads(ast, self_path)))


def lists(ast: Ast) -> set[str]:
    """Names of the lists which the expression reads."""
    found = {node[1] for node in walk(ast) if node[0] == "items"}
    pulled = [node[2] for node in walk(ast) if node[:2] == ["call", "pulldata"]]
    return found | {argument[1] for argument in pulled if argument[0] == "str"}


def reads_itself(ast: Ast) -> bool:
    """True when the value depends on what the node already holds (`.` or `once()`)."""
    return any(_stands_for_itself(node) for node in walk(ast))


def _stands_for_itself(node: Ast) -> bool:
    return bool(node[0] == "self" or node[:2] == ["call", "once"])
