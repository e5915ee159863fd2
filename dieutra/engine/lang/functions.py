"""The functions of the expression language, in one table that every back-end mirrors.

Meaning is JavaRosa's, held to it by tests/engine/vectors/expressions.json; where the table is wider (sum,
count, count-non-empty and coalesce over several values), `to_xpath` spells it out for Collect. `call` is None
where the back-end itself must act: lazily, on paths, or with the clock.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from dieutra.engine.lang.arguments import (
    indexed_problem,
    nodes_problem,
    pairs_problem,
    paths_problem,
    position_problem,
    pulldata_problem,
    selected_problem,
)
from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.digests import base64_decode, digest, digest_problem, random, uuid
from dieutra.engine.lang.errors import EvaluationError
from dieutra.engine.lang.geo import area, area_problem, distance, from_float, geofence
from dieutra.engine.lang.moments import (
    DATE,
    date_problem,
    date_time,
    decimal_date_time,
    decimal_time,
    format_date,
    format_problem,
    to_date,
)
from dieutra.engine.lang.patterns import MAX_TEXT, regex, regex_problem
from dieutra.engine.lang.refused import REFUSED
from dieutra.engine.lang.texts import (
    concat,
    contains,
    ends_with,
    join,
    normalize_space,
    starts_with,
    string_length,
    substr,
    substring_after,
    substring_before,
    translate,
)
from dieutra.engine.lang.values import (
    EXACT,
    NAN,
    ZERO,
    Value,
    equal,
    is_blank,
    round_half_up,
    to_boolean,
    to_number,
    to_text,
    whole,
)

MANY = 10_000


@dataclass(frozen=True)
class Function:
    """One function: how many arguments, how Python computes it, what may be refused when the form is read.

    `nodes`: it takes node sets, each of which stands for the values of its nodes. `volatile`: it gives another
    value each time, so no check can repeat it.
    """

    name: str
    low: int
    high: int
    call: Callable[..., Value] | None
    problem: Callable[[list[Ast]], str | None] = lambda arguments: None
    nodes: bool = False
    volatile: bool = False

    def takes(self, count: int) -> bool:
        return self.low <= count <= self.high

    def arity_vi(self) -> str:
        if self.low == self.high:
            return f"{self.low} tham số"
        if self.high == MANY:
            return f"ít nhất {self.low} tham số"
        return f"từ {self.low} đến {self.high} tham số"


# --- selections and counts


def selected(value: Value, choice: Value) -> bool:
    if isinstance(choice, Decimal):
        raise EvaluationError("selected() cần giá trị lựa chọn là chữ, đặt trong dấu nháy")
    wanted, words = to_text(choice).strip(), to_text(value).split()
    return wanted in words or (not wanted and not words)


def selected_at(value: Value, index: Value) -> str:
    words, number = to_text(value).split(), to_number(index)
    if number.is_nan():
        number = Decimal(0)
    if not number.is_finite() or not -1 < number < len(words):
        return ""
    return words[int(number)]


def count_selected(value: Value) -> Decimal:
    return Decimal(len(to_text(value).split()))


def count_non_empty(*values: Value) -> Decimal:
    return Decimal(sum(not is_blank(value) for value in values))


def add_up(*values: Value) -> Decimal:
    total = Decimal(0)
    for number in _numbers(values):
        total = EXACT.add(total, number)
    return total


def least(*values: Value) -> Decimal:
    return min(_numbers(values), default=NAN)


def most(*values: Value) -> Decimal:
    return max(_numbers(values), default=NAN)


def _numbers(values: tuple[Value, ...]) -> list[Decimal]:
    return [number for number in map(to_number, values) if not number.is_nan()]


def coalesce(*values: Value) -> Value:
    return next((value for value in values if not is_blank(value)), values[-1])


# --- numbers


def round_(value: Value, places: Value = ZERO) -> Decimal:
    """To so many places, at most 15 of them; more than 30 of them are absurd and give NaN, as in JavaRosa."""
    number, wanted = to_number(value), _whole(places)
    if not number.is_finite():
        return number
    return NAN if abs(wanted) > 30 else round_half_up(number, max(-15, min(15, int(wanted))))


def int_(value: Value) -> Decimal:
    return whole(to_number(value))


def absolute(value: Value) -> Decimal:
    number = to_number(value)
    return number if number.is_nan() else EXACT.abs(number)


def _real(compute: Callable[..., float], *values: Value) -> Decimal:
    numbers = [to_number(value) for value in values]
    if any(number.is_nan() for number in numbers):
        return NAN
    try:
        result = compute(*map(float, numbers))
    except OverflowError:
        return Decimal("Infinity")
    except (ValueError, ZeroDivisionError):
        return NAN
    return NAN if isinstance(result, complex) else from_float(result)


def _log(number: float) -> float:
    return math.log(number) if number else -math.inf


def _log10(number: float) -> float:
    return math.log10(number) if number else -math.inf


def _power(base: float, exponent: float) -> float:
    if base == 0 and exponent < 0:
        return math.inf
    return math.pow(base, exponent)


def real(compute: Callable[..., float]) -> Callable[..., Decimal]:
    """A function on doubles as one on values: NaN in or out of domain gives NaN."""
    return partial(_real, compute)


# --- choosing and counting


def checklist(least_: Value, most_: Value, *marks: Value) -> bool:
    """Whether so many marks are true: between the two, of which one below 0 means no limit."""
    low, high = (_whole(limit) for limit in (least_, most_))
    count = sum(map(to_boolean, marks))
    return (low < 0 or count >= low) and (high < 0 or count <= high)


def _whole(value: Value) -> Decimal:
    number = whole(to_number(value))
    return ZERO if number.is_nan() else number


def weighted_checklist(least_: Value, most_: Value, *pairs: Value) -> bool:
    """Whether the weights of the marks that are true add up to between the two; `pairs` are mark, weight, …"""
    total = ZERO
    for mark, weight in zip(pairs[::2], pairs[1::2], strict=True):
        if to_boolean(mark):
            total = EXACT.add(total, to_number(weight))
    low, high = to_number(least_), to_number(most_)
    return not any(number.is_nan() for number in (total, low, high)) and low <= total <= high


def boolean_from_string(value: Value) -> bool:
    return to_text(value).lower() in ("true", "1")


def _table(*functions: Function) -> dict[str, Function]:
    return {function.name: function for function in functions}


FUNCTIONS: dict[str, Function] = _table(
    Function("if", 3, 3, None),
    Function("once", 1, 1, None),
    Function("count", 1, MANY, None, paths_problem, nodes=True),
    Function("position", 0, 1, None, position_problem),
    Function("indexed-repeat", 3, 7, None, indexed_problem),
    Function("jr:choice-name", 2, 2, None),
    Function("pulldata", 4, 4, None, pulldata_problem),
    Function("randomize", 1, 2, None, nodes_problem, nodes=True),
    Function("today", 0, 0, None),
    Function("now", 0, 0, None),
    Function("coalesce", 2, 20, coalesce),
    Function("selected", 2, 2, selected, selected_problem),
    Function("selected-at", 2, 2, selected_at),
    Function("count-selected", 1, 1, count_selected),
    Function("count-non-empty", 1, MANY, count_non_empty, nodes=True),
    Function("sum", 1, MANY, add_up, nodes=True),
    Function("min", 1, MANY, least, nodes=True),
    Function("max", 1, MANY, most, nodes=True),
    Function("round", 1, 2, round_),
    Function("int", 1, 1, int_),
    Function("number", 1, 1, to_number),
    Function("string", 1, 1, to_text),
    Function("boolean", 1, 1, to_boolean),
    Function("boolean-from-string", 1, 1, boolean_from_string),
    Function("not", 1, 1, lambda value: not to_boolean(value)),
    Function("true", 0, 0, lambda: True),
    Function("false", 0, 0, lambda: False),
    Function("abs", 1, 1, absolute),
    Function("pow", 2, 2, real(_power)),
    Function("sqrt", 1, 1, real(math.sqrt)),
    Function("exp", 1, 1, real(math.exp)),
    Function("exp10", 1, 1, real(lambda number: math.pow(10, number))),
    Function("log", 1, 1, real(_log)),
    Function("log10", 1, 1, real(_log10)),
    Function("sin", 1, 1, real(math.sin)),
    Function("cos", 1, 1, real(math.cos)),
    Function("tan", 1, 1, real(math.tan)),
    Function("asin", 1, 1, real(math.asin)),
    Function("acos", 1, 1, real(math.acos)),
    Function("atan", 1, 1, real(math.atan)),
    Function("atan2", 2, 2, real(math.atan2)),
    Function("pi", 0, 0, lambda: from_float(math.pi)),
    Function("concat", 0, MANY, concat, nodes=True),
    Function("join", 1, MANY, join, nodes=True),
    Function("string-length", 1, 1, string_length),
    Function("substr", 2, 3, substr),
    Function("substring-before", 2, 2, substring_before),
    Function("substring-after", 2, 2, substring_after),
    Function("contains", 2, 2, contains),
    Function("starts-with", 2, 2, starts_with),
    Function("ends-with", 2, 2, ends_with),
    Function("normalize-space", 1, 1, normalize_space),
    Function("translate", 3, 3, translate),
    Function("regex", 2, 2, regex, regex_problem),
    Function("date", 1, 1, to_date, date_problem),
    Function("date-time", 1, 1, date_time, date_problem),
    Function("format-date", 2, 2, format_date, format_problem),
    Function("format-date-time", 2, 2, format_date, format_problem),
    Function("decimal-date-time", 1, 1, decimal_date_time, date_problem),
    Function("decimal-time", 1, 1, decimal_time, date_problem),
    Function("checklist", 2, MANY, checklist, nodes=True),
    Function("weighted-checklist", 4, MANY, weighted_checklist, pairs_problem),
    Function("distance", 1, MANY, distance, nodes=True),
    Function("area", 1, 1, area, area_problem, nodes=True),
    Function("geofence", 2, 2, geofence, area_problem),
    Function("digest", 2, 3, digest, digest_problem),
    Function("base64-decode", 1, 1, base64_decode),
    Function("random", 0, 0, random, volatile=True),
    Function("uuid", 0, 1, uuid, volatile=True),
)

__all__ = [
    "DATE",
    "FUNCTIONS",
    "MANY",
    "MAX_TEXT",
    "REFUSED",
    "Function",
    "equal",
    "format_date",
    "from_float",
    "to_date",
]
