"""Node sets: from a place in the form to the nodes of a response, seen from where an expression stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.context import Context
from dieutra.engine.lang.shape import Shape
from dieutra.engine.lang.values import Value, to_boolean

Compiled = Callable[[Context], Value]
INDEX = re.compile(r"\[[0-9]+\]")


class Compile(Protocol):
    """`compile_expr`, handed over so that predicates can be compiled."""

    def __call__(self, ast: Ast, self_path: str | None, shape: Shape) -> Compiled: ...


Paths = Callable[[Context], list[str]]
Predicates = Mapping[str, Sequence[Compiled]]


def bound(place: str, shape: Shape, here: str | None) -> str | None:
    """The innermost repeat around the place when an expression at `here` shares all of them, "" for none.

    None: it does not, the place stands for a node set.
    """
    around = shape.around(place)
    if not around:
        return ""
    shared = shape.around(here) if here else ()
    return around[-1] if shared[: len(around)] == around else None


def paths_at(place: str, shape: Shape, freed: str | None = None) -> Paths:
    """The paths of all nodes at a place, relevant or not, bound to the rows that `ctx.at` stands in."""
    walk = _walk(place, shape, {freed: ()} if freed else {})
    return lambda ctx: [path for path, _ in walk(ctx)]


def relevant_at(place: str, shape: Shape, narrowed: Mapping[str, Sequence[Compiled]]) -> Paths:
    """The same without irrelevant nodes, narrowed by predicates."""
    walk = _walk(place, shape, narrowed)

    def find(ctx: Context) -> list[str]:
        return [path for path, _ in walk(ctx) if path in ctx.values or path in ctx.relevant]

    return find


def _walk(
    place: str, shape: Shape, narrowed: Predicates
) -> Callable[[Context], Iterator[tuple[str, Mapping[str, str]]]]:
    """From the outermost step that matters inwards; each step maps candidates to candidates."""
    around = shape.around(place)
    steps = sorted({*around, *narrowed}, key=len)
    free = min((len(step) for step in narrowed), default=10**9)

    def run(ctx: Context) -> Iterator[tuple[str, Mapping[str, str]]]:
        found: list[tuple[str, Mapping[str, str]]] = [("", {})]
        done, still_bound = "", True
        for step in steps:
            is_repeat = step in shape.repeats
            candidates = []
            for prefix, at in found:
                path = prefix + step[len(done) :]
                if not is_repeat:
                    candidates.append((path, at))
                elif len(step) < free and still_bound and step in ctx.at:
                    candidates.append((ctx.at[step], {**at, step: ctx.at[step]}))
                else:
                    candidates += _rows(path, step, at, ctx)
            still_bound = still_bound and len(step) < free and (not is_repeat or step in ctx.at)
            found = _narrowed(candidates, narrowed.get(step, ()), ctx)
            done = step
        return ((prefix + place[len(done) :], at) for prefix, at in found)

    return run


def _rows(
    path: str, step: str, at: Mapping[str, str], ctx: Context
) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name in ctx.rows.get(path, ()):
        row = f"{path}[{name}]"
        yield row, {**at, step: row}


def _narrowed(
    candidates: list[tuple[str, Mapping[str, str]]], predicates: Sequence[Compiled], ctx: Context
) -> list[tuple[str, Mapping[str, str]]]:
    for predicate in predicates:
        candidates = [
            candidate
            for position, candidate in enumerate(candidates, start=1)
            if holds(predicate, ctx.inside({**ctx.at, **candidate[1]}, position))
        ]
    return candidates


def holds(predicate: Compiled, ctx: Context) -> bool:
    """A predicate that is a number asks for a position."""
    value = predicate(ctx)
    if isinstance(value, Decimal):
        return value == ctx.position
    return to_boolean(value)


def row_position(path: str, ctx: Context) -> int:
    """Which row of its repeat a row is, from 1; 1 for what does not repeat."""
    repeat, _, name = path.rpartition("[")
    if not path.endswith("]"):
        return 1
    names = ctx.rows.get(repeat, ())
    return names.index(name[:-1]) + 1 if name[:-1] in names else 1


def place_of(path: str) -> str:
    """The place that a path of a response is at: `/data/ho[4]/ten` is at `/data/ho/ten`."""
    return INDEX.sub("", path) if "[" in path else path
