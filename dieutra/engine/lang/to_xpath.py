"""Writes an expression tree as XPath that JavaRosa, hence ODK Collect, understands.

What our table has and JavaRosa lacks is spelt out: `sum(a, b)`, `count(a, b)`, `count-non-empty(a, b)` become
additions, `coalesce(a, b, c)` is nested.
"""

from decimal import Decimal
from functools import reduce

from dieutra.engine.lang.ast import Ast, walk

NODES = ("path", "self", "where", "items", "outer")
_ADDED = ("sum", "count", "count-non-empty")


def is_plain(ast: Ast) -> bool:
    """True when JavaRosa understands the expression as it was written."""
    return not any(_is_wider(node) for node in walk(ast))


def _is_wider(node: Ast) -> bool:
    if node[0] in ("where", "items"):
        return any(predicate[0] == "num" for predicate in predicates(node))
    if node[0] != "call":
        return False
    if node[1] == "coalesce":
        return len(node) > 4
    return node[1] in _ADDED and (len(node) > 3 or node[2][0] not in NODES)


def predicates(node: Ast) -> list[Ast]:
    """The predicates of a `where` or `items` node."""
    if node[0] == "items":
        return list(node[3:])
    return [predicate for _, *found in node[2:] for predicate in found]


def to_xpath(ast: Ast, self_path: str | None = None) -> str:
    """The expression as text, fully bracketed where operators meet; `self_path` is where it stands."""
    return _text(_placed(ast, self_path or "/data"))


def _placed(ast: Ast, self_path: str) -> Ast:
    """`outer` nodes as relative paths: JavaRosa binds `current()/../x` to the row, an absolute path not."""
    if ast[0] == "outer":
        return ["raw", f"current()/{_relative(ast[1], self_path)}"]
    return [_placed(part, self_path) if isinstance(part, list) else part for part in ast]


def _relative(place: str, start: str) -> str:
    there, here = place.strip("/").split("/"), start.strip("/").split("/")
    shared = 0
    while shared < min(len(there), len(here)) and there[shared] == here[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:]) or "."


def _text(ast: Ast) -> str:
    kind = ast[0]
    if kind == "num":
        return format(Decimal(repr(ast[1])), "f")
    if kind == "str":
        return f'"{ast[1]}"' if "'" in ast[1] else f"'{ast[1]}'"
    if kind in ("path", "raw", "item"):
        return str(ast[1])
    if kind == "self":
        return "."
    if kind in ("where", "items"):
        return _located(ast)
    if kind == "neg":
        return f"(- {_text(ast[1])})"
    if kind == "op":
        return f"({_text(ast[2])} {ast[1]} {_text(ast[3])})"
    return _call(ast[1], ast[2:])


def _located(ast: Ast) -> str:
    if ast[0] == "items":
        column = f"/{ast[2]}" if ast[2] else ""
        return f"instance('{ast[1]}')/root/item{''.join(map(_predicate, ast[3:]))}{column}"
    text, done = "", ""
    for step, *found in sorted(ast[2:], key=lambda part: len(part[0])):
        text += step[len(done) :] + ("".join(map(_predicate, found)) or "[true()]")
        done = step
    return text + str(ast[1])[len(done) :]


def _predicate(ast: Ast) -> str:
    """JavaRosa takes a number in brackets for true; it wants to be asked for the position."""
    return f"[position() = {_text(ast)}]" if ast[0] == "num" else f"[{_text(ast)}]"


def _call(name: str, arguments: list[Ast]) -> str:
    if name == "coalesce":
        return reduce(lambda rest, part: f"coalesce({part}, {rest})", map(_text, reversed(arguments)))
    if name in _ADDED:
        return _added([_one(name, part) for part in arguments])
    return f"{name}({', '.join(map(_text, arguments))})"


def _added(terms: list[str]) -> str:
    """A sum bracketed in halves, so that a long one stays shallow."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return f"({_added(terms[:middle])} + {_added(terms[middle:])})"


def _one(name: str, part: Ast) -> str:
    text = _text(part)
    if part[0] in NODES:
        return f"{name}({text})"
    if name == "sum":
        return f"coalesce(number({text}), 0)"
    return f"if(string({text}) = '' or string({text}) = 'NaN', 0, 1)"
