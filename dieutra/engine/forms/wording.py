"""Expression trees as a person reads them: `${tuoi} >= 15 and ${tuoi} <= 60`, with no more brackets than needed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from dieutra.engine.lang import Ast

POWER = {"or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5}
POWER |= {"*": 6, "div": 6, "mod": 6}
NOT_ASSOCIATIVE = frozenset({"-", "div", "mod", "=", "!=", "<", "<=", ">", ">="})
ATOM = 9
REFERENCE = re.compile(r"\$\{(/[^}]*)\}")


def name_of(place: str) -> str:
    return place.rpartition("/")[2]


def in_words(ast: Ast | None) -> str:
    """The expression as text; blank for None."""
    return "" if ast is None else _written(ast, 0)


def prose(text: str) -> str:
    """A label or message with `${/data/a/b}` as its author wrote it, `${b}`."""
    return REFERENCE.sub(lambda match: f"${{{name_of(match[1])}}}", text)


def _written(ast: Ast, least: int) -> str:
    power, text = _said(ast)
    return f"({text})" if power < least else text


def _said(ast: Ast) -> tuple[int, str]:
    """How tightly the outermost part binds, and the text."""
    kind = ast[0]
    if kind == "op":
        power = POWER[ast[1]]
        right = power + 1 if ast[1] in NOT_ASSOCIATIVE else power
        return power, f"{_written(ast[2], power)} {ast[1]} {_written(ast[3], right)}"
    if kind == "neg":
        return 7, f"-{_written(ast[1], 7)}"
    return ATOM, _atom(kind, ast[1:])


def _atom(kind: str, parts: list[Any]) -> str:
    if kind == "num":
        return format(Decimal(repr(parts[0])), "f")
    if kind == "str":
        return f'"{parts[0]}"' if "'" in parts[0] else f"'{parts[0]}'"
    if kind == "self":
        return "."
    if kind == "path":
        return f"${{{name_of(parts[0])}}}"
    if kind == "outer":
        return f"current()/${{{name_of(parts[0])}}}"
    if kind == "item":
        return str(parts[0])
    if kind == "items":
        column = f"/{parts[1]}" if parts[1] else ""
        return f"instance('{parts[0]}')/root/item{_narrowed(parts[2:])}{column}"
    if kind == "where":
        return _where(parts[0], parts[1:])
    if kind == "call":
        return f"{parts[0]}({', '.join(_written(each, 0) for each in parts[1:])})"
    raise ValueError(f"no such expression: {kind}")


def _where(place: str, steps: list[Any]) -> str:
    narrowed = [f"${{{name_of(step[0])}}}{_narrowed(step[1:])}" for step in steps if step[0] != place]
    own = "".join(_narrowed(step[1:]) for step in steps if step[0] == place)
    return "/".join([*narrowed, f"${{{name_of(place)}}}{own}"])


def _narrowed(tests: list[Ast]) -> str:
    return "".join(f"[{_written(test, 0)}]" for test in tests)
