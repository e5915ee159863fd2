"""Writes an expression tree as XPath that JavaRosa, hence ODK Collect, understands.

What our table has and JavaRosa lacks is spelt out: `sum(a, b)`, `count(a, b)`, `count-non-empty(a, b)` become
additions, `coalesce(a, b, c)` is nested.
"""

from decimal import Decimal
from functools import reduce

from dieutra.engine.lang.ast import Ast, walk

_ADDED = ("sum", "count", "count-non-empty")


def is_plain(ast: Ast) -> bool:
    """True when JavaRosa understands the expression as it was written."""
    return not any(_is_wider(node) for node in walk(ast))


def _is_wider(node: Ast) -> bool:
    if node[0] != "call":
        return False
    if node[1] == "coalesce":
        return len(node) > 4
    return node[1] in _ADDED and (len(node) > 3 or node[2][0] not in ("path", "self"))


def to_xpath(ast: Ast) -> str:
    """The expression as text, fully bracketed where operators meet."""
    kind = ast[0]
    if kind == "num":
        return format(Decimal(repr(ast[1])), "f")
    if kind == "str":
        return f'"{ast[1]}"' if "'" in ast[1] else f"'{ast[1]}'"
    if kind == "path":
        return str(ast[1])
    if kind == "self":
        return "."
    if kind == "neg":
        return f"(- {to_xpath(ast[1])})"
    if kind == "op":
        return f"({to_xpath(ast[2])} {ast[1]} {to_xpath(ast[3])})"
    return _call(ast[1], ast[2:])


def _call(name: str, arguments: list[Ast]) -> str:
    if name == "coalesce":
        return reduce(lambda rest, part: f"coalesce({part}, {rest})", map(to_xpath, reversed(arguments)))
    if name in _ADDED:
        return _added([_one(name, part) for part in arguments])
    return f"{name}({', '.join(map(to_xpath, arguments))})"


def _added(terms: list[str]) -> str:
    """A sum bracketed in halves, so that a long one stays shallow."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return f"({_added(terms[:middle])} + {_added(terms[middle:])})"


def _one(name: str, part: Ast) -> str:
    text = to_xpath(part)
    if part[0] in ("path", "self"):
        return f"{name}({text})"
    if name == "sum":
        return f"coalesce(number({text}), 0)"
    return f"if(string({text}) = '' or string({text}) = 'NaN', 0, 1)"
