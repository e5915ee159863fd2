"""Turns an expression tree into nested Python closures: the authoritative back-end."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from dieutra.engine.lang import node_functions
from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.context import VIETNAM, Context
from dieutra.engine.lang.errors import EvaluationError
from dieutra.engine.lang.functions import FUNCTIONS
from dieutra.engine.lang.nodes import bound
from dieutra.engine.lang.shape import FLAT, Shape
from dieutra.engine.lang.values import EXACT, Value, equal, is_blank, less, near, to_boolean, to_number

Compiled = Callable[[Context], Value]


def compile_expr(ast: Ast, self_path: str | None = None, shape: Shape = FLAT) -> Compiled:
    """A callable that gives the value of the expression.

    `self_path` is the place that the expression stands on and that `.` means; `shape` says where the form
    repeats. The callable raises EvaluationError where there is no value (an impossible date, several nodes
    where one is wanted).
    """
    return _COMPILERS[ast[0]](ast, self_path, shape)


def _number(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    value = Decimal(repr(ast[1]))
    return lambda ctx: value


def _string(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    value: str = ast[1]
    return lambda ctx: value


def _path(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    place: str = ast[1]
    repeat = bound(place, shape, self_path)
    if repeat == "":
        return lambda ctx: ctx.values.get(place, "")
    if repeat is None:
        return node_functions.only(ast, self_path, shape, compile_expr)
    rest = place[len(repeat) :]
    return lambda ctx: ctx.values.get(ctx.at[repeat] + rest, "")


def _self(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    return _path(["path", self_path or ""], self_path, shape)


def _outer(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    inner = _path(ast, ast[1], shape)
    return lambda ctx: inner(ctx.outer)


def _nodes(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    return node_functions.only(ast, self_path, shape, compile_expr)


def _item(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    column: str = ast[1]
    return lambda ctx: ctx.item.get(column, "")


def _failing(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    """An expression that could not be read: it has no value, and says why."""
    why: str = ast[1]

    def run(ctx: Context) -> Value:
        raise EvaluationError(why)

    return run


def _negative(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    inner = compile_expr(ast[1], self_path, shape)
    return lambda ctx: EXACT.minus(to_number(inner(ctx)))


def _operator(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    if ast[1] == "+":
        return _sum_of_terms(ast, self_path, shape)
    left, right = compile_expr(ast[2], self_path, shape), compile_expr(ast[3], self_path, shape)
    return _OPERATORS[ast[1]](left, right)


def _sum_of_terms(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    """`a + b + c` as one loop: long totals stay shallow and fast."""
    parts: list[Ast] = []
    while ast[0] == "op" and ast[1] == "+":
        parts.append(ast[3])
        ast = ast[2]
    first, *rest = [compile_expr(part, self_path, shape) for part in [ast, *reversed(parts)]]
    add = EXACT.add

    def run(ctx: Context) -> Value:
        total = to_number(first(ctx))
        for term in rest:
            total = add(total, to_number(term(ctx)))
        return total

    return run


def _arithmetic(compute: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Compiled, Compiled], Compiled]:
    return lambda left, right: lambda ctx: compute(to_number(left(ctx)), to_number(right(ctx)))


def _at_most(a: Value, b: Value) -> bool:
    left, right = to_number(a), to_number(b)
    return not (left.is_nan() or right.is_nan()) and (left < right or near(left, right))


_OPERATORS: dict[str, Callable[[Compiled, Compiled], Compiled]] = {
    "-": _arithmetic(EXACT.subtract),
    "*": _arithmetic(EXACT.multiply),
    "div": _arithmetic(EXACT.divide),
    "mod": _arithmetic(EXACT.remainder),
    "=": lambda left, right: lambda ctx: equal(left(ctx), right(ctx)),
    "!=": lambda left, right: lambda ctx: not equal(left(ctx), right(ctx)),
    "<": lambda left, right: lambda ctx: less(left(ctx), right(ctx)),
    "<=": lambda left, right: lambda ctx: _at_most(left(ctx), right(ctx)),
    ">": lambda left, right: lambda ctx: less(right(ctx), left(ctx)),
    ">=": lambda left, right: lambda ctx: _at_most(right(ctx), left(ctx)),
    "and": lambda left, right: lambda ctx: to_boolean(left(ctx)) and to_boolean(right(ctx)),
    "or": lambda left, right: lambda ctx: to_boolean(left(ctx)) or to_boolean(right(ctx)),
}


def _call(ast: Ast, self_path: str | None, shape: Shape) -> Compiled:
    name, arguments = ast[1], ast[2:]
    if name in _SPECIAL:
        return _SPECIAL[name](arguments, self_path, shape)
    if name in node_functions.SPECIAL:
        return node_functions.SPECIAL[name](arguments, self_path, shape, compile_expr)
    function: Any = FUNCTIONS[name].call
    if FUNCTIONS[name].nodes and any(map(node_functions.is_set(self_path, shape), arguments)):
        spread = node_functions.spread(arguments, self_path, shape, compile_expr)
        return lambda ctx: function(*spread(ctx))
    parts = [compile_expr(part, self_path, shape) for part in arguments]
    if len(parts) == 1:
        only = parts[0]
        return lambda ctx: function(only(ctx))
    return lambda ctx: function(*[part(ctx) for part in parts])


def _if(arguments: list[Ast], self_path: str | None, shape: Shape) -> Compiled:
    test, yes, no = [compile_expr(part, self_path, shape) for part in arguments]
    return lambda ctx: yes(ctx) if to_boolean(test(ctx)) else no(ctx)


def _once(arguments: list[Ast], self_path: str | None, shape: Shape) -> Compiled:
    held, fresh = _self(["self"], self_path, shape), compile_expr(arguments[0], self_path, shape)

    def run(ctx: Context) -> Value:
        value = held(ctx)
        return fresh(ctx) if is_blank(value) else value

    return run


_SPECIAL: dict[str, Callable[[list[Ast], str | None, Shape], Compiled]] = {
    "if": _if,
    "once": _once,
    "today": lambda arguments, self_path, shape: lambda ctx: ctx.now.date(),
    "now": lambda arguments, self_path, shape: lambda ctx: ctx.now,
}

_COMPILERS: dict[str, Callable[[Ast, str | None, Shape], Compiled]] = {
    "num": _number,
    "str": _string,
    "path": _path,
    "self": _self,
    "outer": _outer,
    "where": _nodes,
    "items": _nodes,
    "item": _item,
    "fail": _failing,
    "neg": _negative,
    "op": _operator,
    "call": _call,
}

__all__ = ["VIETNAM", "Compiled", "Context", "EvaluationError", "compile_expr"]
