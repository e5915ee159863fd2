"""Arithmetic, comparing and the functions on numbers, in SQL."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from dieutra.engine.lang.functions import from_float
from dieutra.engine.lang.sql_values import FALSE, TRUE, Number, SqlValue, Truth
from dieutra.engine.lang.sql_writer import Writer, literal
from dieutra.engine.lang.values import NEAR

# --- arithmetic


def _number(w: Writer, value: SqlValue) -> str:
    return w.short(value.number(w))


def _no_nan(sql: str) -> str:
    return f"nullif({sql}, CAST('NaN' AS DOUBLE))"


def _added(sign: str, w: Writer, left: SqlValue, right: SqlValue) -> SqlValue:
    a, b = _number(w, left), _number(w, right)
    sql = f"({a} {sign} {b})"
    if not (left.exact and right.exact):
        return Number(_no_nan(sql), False)
    return Number(_settled_sum(w, sql, a, b))


def _settled_sum(w: Writer, sql: str, a: str, b: str) -> str:
    return w.settled(w.named(sql), f"greatest(abs({a}), abs({b}))")


def _multiplied(w: Writer, left: SqlValue, right: SqlValue) -> SqlValue:
    """Settled only when both sides are, so that a third times three stays one."""
    sql = f"({_number(w, left)} * {_number(w, right)})"
    if not (left.exact and right.exact):
        return Number(_no_nan(sql), False)
    return Number(w.settled(w.named(sql)))


def _divided(w: Writer, left: SqlValue, right: SqlValue) -> SqlValue:
    return Number(_no_nan(w.dialect.say("divided", _number(w, left), _number(w, right))), False)


def _remainder(w: Writer, left: SqlValue, right: SqlValue) -> SqlValue:
    """Whole numbers by the machine; fractions over the settled quotient, so that 0.3 mod 0.1 is 0."""
    a, b = w.short(left.settled(w)), w.short(right.settled(w))
    quotient = w.named(w.settled(w.named(f"CASE WHEN {b} <> 0 THEN {a} / {b} END")))
    taken = w.named(w.settled(w.named(f"{b} * {w.dialect.say('cut', quotient)}")))
    rest = _settled_sum(w, f"({a} - {taken})", a, taken)
    whole = f"abs({quotient}) > 1e11 OR {a} = {w.dialect.say('cut', a)} AND {b} = {w.dialect.say('cut', b)}"
    infinite = w.dialect.say("infinite", a), w.dialect.say("infinite", b)
    return Number(
        f"(CASE WHEN {b} = 0 OR {infinite[0]} THEN NULL WHEN {infinite[1]} THEN {a} "
        f"WHEN {whole} THEN {w.dialect.say('remainder', a, b)} ELSE {rest} END)"
    )


ARITHMETIC: dict[str, Callable[[Writer, SqlValue, SqlValue], SqlValue]] = {
    "+": partial(_added, "+"),
    "-": partial(_added, "-"),
    "*": _multiplied,
    "div": _divided,
    "mod": _remainder,
}

# --- comparing


def _near(a: str, b: str) -> str:
    return f"({a} = {b} OR abs({a} - {b}) < {NEAR})"


def _pair(w: Writer, left: SqlValue, right: SqlValue) -> tuple[str, str]:
    return w.short(left.settled(w)), w.short(right.settled(w))


def equal(w: Writer, left: SqlValue, right: SqlValue) -> str:
    """As booleans if one side is one, as numbers if one is one, else as text."""
    cases: list[tuple[str, str]] = []
    boolean = _either(left.is_kind("boolean", w), right.is_kind("boolean", w))
    number = _either(left.is_kind("number", w), right.is_kind("number", w))
    if boolean != FALSE:
        cases.append((boolean, f"({left.truth(w)} = {right.truth(w)})"))
    if boolean != TRUE and number != FALSE:
        cases.append((number, f"coalesce({_near(*_pair(w, left, right))}, FALSE)"))
    if TRUE not in (boolean, number):
        cases.append((TRUE, f"({left.text(w)} = {right.text(w)})"))
    *tested, (_, last) = cases
    if not tested:
        return last
    return f"(CASE {' '.join(f'WHEN {test} THEN {then}' for test, then in tested)} ELSE {last} END)"


def _either(one: str, other: str) -> str:
    if TRUE in (one, other):
        return TRUE
    given = [sql for sql in (one, other) if sql != FALSE]
    return f"({' OR '.join(given)})" if given else FALSE


def _less(w: Writer, left: SqlValue, right: SqlValue) -> str:
    a, b = _pair(w, left, right)
    return f"coalesce({a} < {b} AND NOT abs({a} - {b}) < {NEAR}, FALSE)"


def _at_most(w: Writer, left: SqlValue, right: SqlValue) -> str:
    a, b = _pair(w, left, right)
    return f"coalesce({a} <= {b} OR abs({a} - {b}) < {NEAR}, FALSE)"


COMPARISONS: dict[str, Callable[[Writer, SqlValue, SqlValue], str]] = {
    "=": equal,
    "!=": lambda w, left, right: f"(NOT {equal(w, left, right)})",
    "<": _less,
    "<=": _at_most,
    ">": lambda w, left, right: _less(w, right, left),
    ">=": lambda w, left, right: _at_most(w, right, left),
}

# --- functions


def _sum(w: Writer, *values: SqlValue) -> SqlValue:
    """Added in halves, so that many cells make few layers; blanks count nothing."""
    terms: list[SqlValue] = [Number(f"coalesce({value.number(w)}, 0e0)", value.exact) for value in values]
    while len(terms) > 1:
        pairs = zip(terms[::2], terms[1::2], strict=False)
        terms = [ARITHMETIC["+"](w, *pair) for pair in pairs] + terms[len(terms) - len(terms) % 2 :]
    return terms[0]


def _extreme(which: str, w: Writer, *values: SqlValue) -> SqlValue:
    numbers = [value.settled(w) for value in values]
    return Number(numbers[0] if len(numbers) == 1 else f"{which}({', '.join(numbers)})")


def _count_non_empty(w: Writer, *values: SqlValue) -> SqlValue:
    return Number(f"({' + '.join(f'CASE WHEN {value.blank(w)} THEN 0e0 ELSE 1e0 END' for value in values)})")


def _round(w: Writer, value: SqlValue, places: SqlValue | None = None) -> SqlValue:
    number = w.short(value.settled(w))
    wanted = "0e0" if places is None else w.named(f"coalesce({places.settled(w)}, 0e0)")
    by = w.named(f"least(15e0, greatest(-15e0, {w.dialect.say('cut', wanted)}))")
    up, down = f"pow(10e0, {by})", f"pow(10e0, -{by})"
    moved = w.named(f"CASE WHEN {by} >= 0 THEN {number} * {up} ELSE {number} / {down} END")
    near = w.short(w.settled(moved))
    up_half = w.dialect.say("floor", f"{near} + 0.5e0")
    whole = w.named(f"CASE WHEN abs({near}) < 9e15 THEN {up_half} ELSE {near} END")
    back = f"CASE WHEN abs({wanted}) >= 31 THEN NULL WHEN {by} >= 0 THEN {whole} / {up} ELSE {whole} * {down} END"
    return Number(f"(CASE WHEN {w.dialect.say('infinite', number)} THEN {number} ELSE {back} END)")


def _limit(w: Writer, value: SqlValue) -> str:
    return w.named(f"coalesce({w.dialect.say('cut', w.short(value.settled(w)))}, 0e0)")


def _checklist(w: Writer, low: SqlValue, high: SqlValue, *marks: SqlValue) -> SqlValue:
    flags = [f"CASE WHEN {mark.truth(w)} THEN 1e0 ELSE 0e0 END" for mark in marks]
    count = w.named(f"({' + '.join(flags or ['0e0'])})")
    least, most = _limit(w, low), _limit(w, high)
    return Truth(f"(({least} < 0 OR {count} >= {least}) AND ({most} < 0 OR {count} <= {most}))")


def _weighted_checklist(w: Writer, low: SqlValue, high: SqlValue, *pairs: SqlValue) -> SqlValue:
    total: SqlValue = Number("0e0")
    for mark, weight in zip(pairs[::2], pairs[1::2], strict=True):
        added = f"(CASE WHEN {mark.truth(w)} THEN {weight.number(w)} ELSE 0e0 END)"
        total = ARITHMETIC["+"](w, total, Number(added, weight.exact))
    sum_ = w.short(total.settled(w))
    return Truth(f"coalesce({sum_} >= {low.settled(w)} AND {sum_} <= {high.settled(w)}, FALSE)")


def _int(w: Writer, value: SqlValue) -> SqlValue:
    return Number(w.dialect.say("cut", w.short(value.settled(w))))


def _abs(w: Writer, value: SqlValue) -> SqlValue:
    return Number(f"abs({value.number(w)})", value.exact)


def _real(sql: str, domain: str, w: Writer, *values: SqlValue) -> SqlValue:
    """A function on doubles: none outside its domain, 15 significant digits inside."""
    numbers = [w.short(value.settled(w)) for value in values]
    known = " AND ".join(f"{number} IS NOT NULL" for number in numbers)
    inside = domain.format(*numbers)
    return Number(w.settled(w.named(f"CASE WHEN {known} AND {inside} THEN {sql.format(*numbers)} END")))


INFINITY = "CAST('Infinity' AS DOUBLE)"
_FINITE = f"abs({{0}}) < {INFINITY}"
_LOG = "CASE WHEN {{0}} = 0 THEN -{infinity} ELSE {name}({{0}}) END"
_POWER = f"CASE WHEN {{0}} = 0 AND {{1}} < 0 THEN {INFINITY} ELSE pow({{0}}, {{1}}) END"


def real(sql: str, domain: str = TRUE) -> Callable[..., SqlValue]:
    return partial(_real, sql, domain)


CALLS: dict[str, Callable[..., SqlValue]] = {
    "sum": _sum,
    "min": partial(_extreme, "least"),
    "max": partial(_extreme, "greatest"),
    "count-non-empty": _count_non_empty,
    "round": _round,
    "int": _int,
    "abs": _abs,
    "checklist": _checklist,
    "weighted-checklist": _weighted_checklist,
    "pow": real(_POWER),
    "sqrt": real("sqrt({0})", "{0} >= 0"),
    "exp": real("exp({0})"),
    "exp10": real("pow(10e0, {0})"),
    "log": real(_LOG.format(infinity=INFINITY, name="ln"), "{0} >= 0"),
    "log10": real(_LOG.format(infinity=INFINITY, name="log10"), "{0} >= 0"),
    "sin": real("sin({0})", _FINITE),
    "cos": real("cos({0})", _FINITE),
    "tan": real("tan({0})", _FINITE),
    "asin": real("asin({0})", "abs({0}) <= 1"),
    "acos": real("acos({0})", "abs({0}) <= 1"),
    "atan": real("atan({0})"),
    "atan2": real("atan2({0}, {1})"),
    "pi": lambda w: Number(literal(float(from_float(math.pi)))),
}

__all__ = ["ARITHMETIC", "CALLS", "COMPARISONS", "equal"]
