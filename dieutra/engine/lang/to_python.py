"""Turns an expression tree into nested Python closures: the authoritative back-end."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.errors import EvaluationError
from dieutra.engine.lang.functions import FUNCTIONS
from dieutra.engine.lang.values import EXACT, Value, equal, is_blank, less, near, to_boolean, to_number

VIETNAM = timezone(timedelta(hours=7))


class Context:
    """What closures read: typed values of the relevant nodes by path (blank is ""), and the clock."""

    __slots__ = ("now", "values")

    def __init__(self, values: Mapping[str, Value], now: datetime | None = None) -> None:
        self.values = values
        self.now = now or datetime.now(VIETNAM)


Compiled = Callable[[Context], Value]


def compile_expr(ast: Ast, self_path: str | None = None) -> Compiled:
    """A callable that gives the value of the expression; `self_path` is the node that `.` means.

    The callable raises EvaluationError where there is no value (an impossible date).
    """
    return _COMPILERS[ast[0]](ast, self_path)


def _number(ast: Ast, self_path: str | None) -> Compiled:
    value = Decimal(repr(ast[1]))
    return lambda ctx: value


def _string(ast: Ast, self_path: str | None) -> Compiled:
    value: str = ast[1]
    return lambda ctx: value


def _path(ast: Ast, self_path: str | None) -> Compiled:
    path: str = ast[1]
    return lambda ctx: ctx.values.get(path, "")


def _self(ast: Ast, self_path: str | None) -> Compiled:
    return lambda ctx: ctx.values.get(self_path or "", "")


def _negative(ast: Ast, self_path: str | None) -> Compiled:
    inner = compile_expr(ast[1], self_path)
    return lambda ctx: EXACT.minus(to_number(inner(ctx)))


def _operator(ast: Ast, self_path: str | None) -> Compiled:
    if ast[1] == "+":
        return _sum_of_terms(ast, self_path)
    left, right = compile_expr(ast[2], self_path), compile_expr(ast[3], self_path)
    return _OPERATORS[ast[1]](left, right)


def _sum_of_terms(ast: Ast, self_path: str | None) -> Compiled:
    """`a + b + c` as one loop: long totals stay shallow and fast."""
    parts: list[Ast] = []
    while ast[0] == "op" and ast[1] == "+":
        parts.append(ast[3])
        ast = ast[2]
    first, *rest = [compile_expr(part, self_path) for part in [ast, *reversed(parts)]]
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


def _call(ast: Ast, self_path: str | None) -> Compiled:
    name, arguments = ast[1], ast[2:]
    if name in _SPECIAL:
        return _SPECIAL[name](arguments, self_path)
    function: Any = FUNCTIONS[name].call
    parts = [compile_expr(part, self_path) for part in arguments]
    if len(parts) == 1:
        only = parts[0]
        return lambda ctx: function(only(ctx))
    return lambda ctx: function(*[part(ctx) for part in parts])


def _if(arguments: list[Ast], self_path: str | None) -> Compiled:
    test, yes, no = [compile_expr(part, self_path) for part in arguments]
    return lambda ctx: yes(ctx) if to_boolean(test(ctx)) else no(ctx)


def _once(arguments: list[Ast], self_path: str | None) -> Compiled:
    held, fresh = _self(["self"], self_path), compile_expr(arguments[0], self_path)

    def run(ctx: Context) -> Value:
        value = held(ctx)
        return fresh(ctx) if is_blank(value) else value

    return run


def _count(arguments: list[Ast], self_path: str | None) -> Compiled:
    paths = [self_path or "" if part[0] == "self" else part[1] for part in arguments]
    return lambda ctx: Decimal(sum(path in ctx.values for path in paths))


_SPECIAL: dict[str, Callable[[list[Ast], str | None], Compiled]] = {
    "if": _if,
    "once": _once,
    "count": _count,
    "today": lambda arguments, self_path: lambda ctx: ctx.now.date(),
    "now": lambda arguments, self_path: lambda ctx: ctx.now,
}

_COMPILERS: dict[str, Callable[[Ast, str | None], Compiled]] = {
    "num": _number,
    "str": _string,
    "path": _path,
    "self": _self,
    "neg": _negative,
    "op": _operator,
    "call": _call,
}

__all__ = ["VIETNAM", "Compiled", "Context", "EvaluationError", "compile_expr"]
