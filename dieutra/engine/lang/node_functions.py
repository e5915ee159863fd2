"""Functions on node sets and lists: what stands behind `sum(${tuoi})`, `position(..)`, `pulldata(…)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.context import Context, ListRow
from dieutra.engine.lang.errors import EvaluationError
from dieutra.engine.lang.nodes import Compile, Compiled, bound, holds, relevant_at, row_position
from dieutra.engine.lang.shape import Shape
from dieutra.engine.lang.shuffle import shuffled
from dieutra.engine.lang.values import Value, to_number, to_text

Values = Callable[[Context], list[Value]]


def is_set(self_path: str | None, shape: Shape) -> Callable[[Ast], bool]:
    """Whether an argument may stand for several nodes."""

    def test(ast: Ast) -> bool:
        if ast[0] == "path":
            return bound(ast[1], shape, self_path) is None
        return ast[0] in ("where", "items") or ast[:2] == ["call", "randomize"]

    return test


def values_of(ast: Ast, self_path: str | None, shape: Shape, compile_: Compile) -> Values:
    """The values of a node set, in order. A container counts, with a blank value."""
    if ast[0] == "items":
        return _items(ast, self_path, shape, compile_)
    if ast[:2] == ["call", "randomize"]:
        return _randomized(ast, self_path, shape, compile_)
    if ast[0] == "outer":
        outer = values_of(["path", ast[1]], ast[1], shape, compile_)
        return lambda ctx: outer(ctx.outer)
    place = self_path or "" if ast[0] == "self" else ast[1]
    narrowed = {
        step: [compile_(predicate, step, shape) for predicate in predicates]
        for step, *predicates in (ast[2:] if ast[0] == "where" else [])
    }
    find = relevant_at(place, shape, narrowed)
    return lambda ctx: [ctx.values.get(path, "") for path in find(ctx)]


def only(ast: Ast, self_path: str | None, shape: Shape, compile_: Compile) -> Compiled:
    """A node set where one value is wanted: blank when empty, an error when it holds several."""
    find = values_of(ast, self_path, shape, compile_)

    def run(ctx: Context) -> Value:
        found = find(ctx)
        if len(found) > 1:
            raise EvaluationError(f"có {len(found)} giá trị ở chỗ chỉ cần một")
        return found[0] if found else ""

    return run


def spread(arguments: Sequence[Ast], self_path: str | None, shape: Shape, compile_: Compile) -> Values:
    """The values of all arguments, node sets spread out."""
    several = is_set(self_path, shape)
    parts = [
        values_of(part, self_path, shape, compile_)
        if several(part)
        else _alone(compile_(part, self_path, shape))
        for part in arguments
    ]
    return lambda ctx: [value for part in parts for value in part(ctx)]


def _alone(compiled: Compiled) -> Values:
    return lambda ctx: [compiled(ctx)]


# --- lists


def _items(ast: Ast, self_path: str | None, shape: Shape, compile_: Compile) -> Values:
    name, column = ast[1], ast[2]
    predicates = [compile_(predicate, self_path, shape) for predicate in ast[3:]]

    def run(ctx: Context) -> list[Value]:
        return [row.get(column, "") for row in rows_of(name, predicates, ctx)]

    return run


def rows_of(name: str, predicates: Sequence[Compiled], ctx: Context) -> list[ListRow]:
    """The rows of a list for which every predicate holds. Raises EvaluationError for an unknown list."""
    if name not in ctx.lists:
        raise EvaluationError(f"không có danh sách “{name}”")
    found = list(ctx.lists[name])
    for predicate in predicates:
        found = [
            row
            for position, row in enumerate(found, start=1)
            if holds(predicate, ctx.inside(ctx.at, position, row))
        ]
    return found


def _pulldata(arguments: list[Ast], self_path: str | None, shape: Shape, compile_: Compile) -> Compiled:
    name, column, key = (argument[1] for argument in arguments[:3])
    wanted = compile_(arguments[3], self_path, shape)

    def run(ctx: Context) -> Value:
        text = to_text(wanted(ctx))
        if name not in ctx.lists:
            raise EvaluationError(f"không có danh sách “{name}”")
        return next((row.get(column, "") for row in ctx.lists[name] if row.get(key, "") == text), "")

    return run


def _choice_name(arguments: list[Ast], self_path: str | None, shape: Shape, compile_: Compile) -> Compiled:
    value, place = compile_(arguments[0], self_path, shape), arguments[1][1]
    return lambda ctx: shape.label(place, to_text(value(ctx)), ctx)


# --- rows


def _count(arguments: list[Ast], self_path: str | None, shape: Shape, compile_: Compile) -> Compiled:
    parts = [values_of(part, self_path, shape, compile_) for part in arguments]
    return lambda ctx: Decimal(sum(len(part(ctx)) for part in parts))


def _position(arguments: list[Ast], self_path: str | None, shape: Shape, compile_: Compile) -> Compiled:
    """Without argument the position in a predicate; else which row of its repeat the node is."""
    if not arguments:
        return lambda ctx: Decimal(ctx.position)
    is_outer = arguments[0][0] == "outer"
    place = self_path or "" if arguments[0][0] == "self" else arguments[0][1]

    def run(ctx: Context) -> Value:
        path = (ctx.outer if is_outer else ctx).at.get(place)
        return Decimal(row_position(path, ctx) if path else 1)

    return run


def _indexed(arguments: list[Ast], self_path: str | None, shape: Shape, compile_: Compile) -> Compiled:
    """`indexed-repeat(node, repeat, i, …)`; as in JavaRosa an index of 0 leaves the repeat open."""
    place = arguments[0][1]
    wanted = {
        step[1]: compile_(index, self_path, shape)
        for step, index in zip(arguments[1::2], arguments[2::2], strict=True)
    }

    def run(ctx: Context) -> Value:
        indices = {step: to_number(index(ctx)) for step, index in wanted.items()}
        at, prefix, done = dict(ctx.at), "", ""
        for step in shape.around(place):
            path = prefix + step[len(done) :]
            index = indices.get(step)
            if index is None or not index:
                prefix = at.get(step) or f"{path}[{next(iter(ctx.rows.get(path, ())), '')}]"
            else:
                names = ctx.rows.get(path, ())
                if not index.is_finite() or not 1 <= index <= len(names):
                    return ""
                prefix = f"{path}[{names[int(index) - 1]}]"
            done = step
        return ctx.values.get(prefix + place[len(done) :], "")

    return run


def _randomized(ast: Ast, self_path: str | None, shape: Shape, compile_: Compile) -> Values:
    inner = values_of(ast[2], self_path, shape, compile_)
    seed = compile_(ast[3], self_path, shape) if len(ast) > 3 else None
    return lambda ctx: shuffled(inner(ctx), None if seed is None else seed(ctx))


def _randomize(arguments: list[Ast], self_path: str | None, shape: Shape, compile_: Compile) -> Compiled:
    return only(["call", "randomize", *arguments], self_path, shape, compile_)


SPECIAL: dict[str, Callable[[list[Ast], str | None, Shape, Compile], Compiled]] = {
    "count": _count,
    "position": _position,
    "indexed-repeat": _indexed,
    "pulldata": _pulldata,
    "jr:choice-name": _choice_name,
    "randomize": _randomize,
}
