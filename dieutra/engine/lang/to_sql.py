"""Turns an expression tree into SQL for DuckDB or Spark: the back-end for all responses at once.

Meaning is that of `to_python`; tests/engine/test_vectors_in_duckdb.py holds it to the same vectors. Numbers are
doubles settled to 15 significant digits (see sql_writer.py). What cannot be said in SQL raises NotInSql.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dieutra.engine.lang import sql_dates, sql_geo, sql_numbers, sql_texts
from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.sql_errors import Failing, NotInSql, any_of
from dieutra.engine.lang.sql_values import (
    FALSE,
    NOTHING,
    TRUE,
    Choice,
    Day,
    Moment,
    Number,
    SqlValue,
    Text,
    Truth,
)
from dieutra.engine.lang.sql_writer import Writer, literal


class Places(Protocol):
    """What stands at the nodes."""

    def value(self, path: str) -> SqlValue:
        """The value at a path; NOTHING for one that is not known."""

    def relevant(self, path: str) -> str:
        """SQL that is true where the node holds a value, blank or not."""


@dataclass(frozen=True)
class Sql:
    """An expression in SQL: its value, and where it has none (None: it always has one)."""

    value: SqlValue
    fails: str | None = None

    def truth(self, w: Writer, otherwise: str) -> str:
        """True or false, never NULL; `otherwise` where the expression has no value."""
        truth = self.value.truth(w)
        return truth if self.fails is None else f"(CASE WHEN {self.fails} THEN {otherwise} ELSE {truth} END)"


class ToSql:
    """Compiles trees against the same writer, nodes and clock."""

    def __init__(self, writer: Writer, places: Places, now: datetime) -> None:
        self.w, self.places, self.now = writer, places, now

    def compile(self, ast: Ast, self_path: str | None = None, own: SqlValue | None = None) -> Sql:
        """`self_path` is the node that `.` means, `own` what it holds if that is not what `places` says.

        Raises NotInSql.
        """
        return _One(self, self_path or "", own).sql(ast)


class _One:
    """One expression on its node."""

    def __init__(self, all_: ToSql, self_path: str, own: SqlValue | None) -> None:
        self.w, self.places, self.now = all_.w, all_.places, all_.now
        self.self_path, self.own = self_path, own

    def sql(self, ast: Ast) -> Sql:
        kind = ast[0]
        if kind == "num":
            return Sql(Number(literal(ast[1])))
        if kind == "str":
            return Sql(Text(self.w.dialect.text(ast[1])))
        if kind == "path":
            return Sql(self.places.value(ast[1]))
        if kind == "self":
            return Sql(self.places.value(self.self_path) if self.own is None else self.own)
        if kind == "neg":
            inner = self.sql(ast[1])
            return Sql(Number(f"(-({inner.value.number(self.w)}))", inner.value.exact), inner.fails)
        if kind == "op":
            return self.operator(ast)
        if kind != "call":
            raise NotInSql(
                {"items": "instance", "item": "instance"}.get(kind, "[…]"), "chỉ chạy trên từng phiếu"
            )
        return self.call(ast[1], ast[2:])

    def operator(self, ast: Ast) -> Sql:
        name, left, right = ast[1], self.sql(ast[2]), self.sql(ast[3])
        if name in ("and", "or"):
            return self.joined(name, left, right)
        fails = any_of(left.fails, right.fails)
        if name in sql_numbers.ARITHMETIC:
            return Sql(sql_numbers.ARITHMETIC[name](self.w, left.value, right.value), fails)
        return Sql(Truth(sql_numbers.COMPARISONS[name](self.w, left.value, right.value)), fails)

    def joined(self, name: str, left: Sql, right: Sql) -> Sql:
        """`and`, `or`: the right side fails only where it is needed."""
        one, other = left.value.truth(self.w), right.value.truth(self.w)
        needed = one if name == "and" else f"NOT {one}"
        later = None if right.fails is None else f"({needed} AND {right.fails})"
        return Sql(Truth(f"({one} {name.upper()} {other})"), any_of(left.fails, later))

    def call(self, name: str, arguments: list[Ast]) -> Sql:
        if name == "if":
            return self.if_(*map(self.sql, arguments))
        if name == "count":
            paths = [self.self_path if part[0] == "self" else part[1] for part in arguments]
            flags = [f"CASE WHEN {self.places.relevant(path)} THEN 1e0 ELSE 0e0 END" for path in paths]
            return Sql(Number(f"({' + '.join(flags)})"))
        if name == "once":
            return self.once(self.sql(arguments[0]))
        if name in ("today", "now"):
            return Sql(
                Moment(sql_dates.milliseconds(self.now))
                if name == "now"
                else Day(f"DATE '{self.now:%Y-%m-%d}'")
            )
        if name not in CALLS:
            raise NotInSql(name, NEVER.get(name, ""))
        parts = [self.sql(part) for part in arguments]
        made = CALLS[name](self.w, *(part.value for part in parts))
        value, own = (made.value, made.fails) if isinstance(made, Failing) else (made, None)
        return Sql(value, any_of(*(part.fails for part in parts), own))

    def if_(self, test: Sql, yes: Sql, no: Sql) -> Sql:
        truth = self.w.short(test.value.truth(self.w))
        later = None
        if yes.fails or no.fails:
            later = f"(CASE WHEN {truth} THEN {yes.fails or FALSE} ELSE {no.fails or FALSE} END)"
        return Sql(Choice(truth, yes.value, no.value), any_of(test.fails, later))

    def once(self, fresh: Sql) -> Sql:
        held = self.places.value(self.self_path) if self.own is None else self.own
        blank = self.w.short(held.blank(self.w))
        fails = None if fresh.fails is None else f"({blank} AND {fresh.fails})"
        return Sql(Choice(blank, fresh.value, held), fails)


def _coalesce(w: Writer, *values: SqlValue) -> SqlValue:
    *before, last = values
    for value in reversed(before):
        last = Choice(value.blank(w), last, value)
    return last


def _truth(w: Writer, value: SqlValue) -> SqlValue:
    return Truth(value.truth(w))


def _text(w: Writer, value: SqlValue) -> SqlValue:
    return Text(value.text(w))


def _number(w: Writer, value: SqlValue) -> SqlValue:
    return Number(value.number(w), value.exact)


def _not(w: Writer, value: SqlValue) -> SqlValue:
    return Truth(f"(NOT {value.truth(w)})")


def _always(sql: str) -> Callable[[Writer], SqlValue]:
    return lambda w: Truth(sql)


# The table of functions in SQL; `if`, `once`, `count`, `today` and `now` are in _One.call.
CALLS: dict[str, Callable[..., SqlValue | Failing]] = {
    "coalesce": _coalesce,
    "boolean": _truth,
    "string": _text,
    "number": _number,
    "not": _not,
    "true": _always(TRUE),
    "false": _always(FALSE),
    **sql_numbers.CALLS,
    **sql_texts.CALLS,
    **sql_dates.CALLS,
    **sql_geo.CALLS,
}
SPECIAL = frozenset({"if", "once", "count", "today", "now"})
IN_SQL = frozenset(CALLS) | SPECIAL
_CHANCE = "giá trị ngẫu nhiên không tính lại được"
NEVER = {
    "random": _CHANCE,
    "uuid": _CHANCE,
    "base64-decode": "DuckDB không thay được chữ hỏng trong đoạn mã",
}

__all__ = ["IN_SQL", "NOTHING", "NotInSql", "Places", "Sql", "ToSql"]
