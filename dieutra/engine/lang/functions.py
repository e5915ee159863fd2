"""The functions of the expression language, in one table that every back-end mirrors.

Meaning is JavaRosa's, held to it by tests/engine/vectors/expressions.json; where the table is wider (sum,
count, count-non-empty and coalesce over several values), `to_xpath` spells it out for Collect. `call` is None
where the back-end itself must act: lazily, on paths, or with the clock.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial

from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.errors import EvaluationError
from dieutra.engine.lang.values import (
    EPOCH,
    EXACT,
    NAN,
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
DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
FORMATS = set("YymndeHhMS3%")
HOURS_OF_VIETNAM = Decimal(7)
MAX_TEXT = 2_000


@dataclass(frozen=True)
class Function:
    """One function: how many arguments, how Python computes it, what may be refused when the form is read."""

    name: str
    low: int
    high: int
    call: Callable[..., Value] | None
    problem: Callable[[list[Ast]], str | None] = lambda arguments: None

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
    return to_text(choice).strip() in to_text(value).split()


def selected_at(value: Value, index: Value) -> str:
    words, number = to_text(value).split(), to_number(index)
    if not number.is_finite() or not 0 <= number < len(words):
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


def round_(value: Value, places: Value = Decimal(0)) -> Decimal:
    wanted = to_number(places)
    return round_half_up(to_number(value), max(-15, min(15, int(wanted))) if wanted.is_finite() else 0)


def int_(value: Value) -> Decimal:
    return whole(to_number(value))


def absolute(value: Value) -> Decimal:
    number = to_number(value)
    return number if number.is_nan() else EXACT.abs(number)


def from_float(number: float) -> Decimal:
    """A computed double as a decimal of 15 significant digits."""
    return Decimal(format(number, ".15g"))


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


# --- text


def concat(*values: Value) -> str:
    return "".join(map(to_text, values))


def join(separator: Value, *values: Value) -> str:
    return to_text(separator).join(map(to_text, values))


def string_length(value: Value) -> Decimal:
    return Decimal(len(to_text(value)))


def substr(value: Value, start: Value, end: Value | None = None) -> str:
    text = to_text(value)
    first = _index(start, len(text), 0)
    last = len(text) if end is None else _index(end, len(text), 0)
    return text[first:last] if first < last else ""


def _index(value: Value, length: int, otherwise: int) -> int:
    number = to_number(value)
    if number.is_nan():
        return otherwise
    index = int(max(Decimal(-length), min(Decimal(length), number)))
    return index + length if index < 0 else index


def substring_before(value: Value, mark: Value) -> str:
    head, found, _ = to_text(value).partition(to_text(mark) or "\0")
    return head if found else ""


def substring_after(value: Value, mark: Value) -> str:
    if to_text(mark) == "":
        return to_text(value)
    return to_text(value).partition(to_text(mark))[2]


def contains(value: Value, part: Value) -> bool:
    return to_text(part) in to_text(value)


def starts_with(value: Value, part: Value) -> bool:
    return to_text(value).startswith(to_text(part))


def ends_with(value: Value, part: Value) -> bool:
    return to_text(value).endswith(to_text(part))


def normalize_space(value: Value) -> str:
    return " ".join(re.split(r"[ \t\r\n]+", to_text(value))).strip(" ")


def translate(value: Value, old: Value, new: Value) -> str:
    table: dict[int, str] = {}
    replacements = to_text(new)
    for position, sign in enumerate(to_text(old)):
        table.setdefault(ord(sign), replacements[position : position + 1])
    return to_text(value).translate(table)


def regex(value: Value, pattern: Value) -> bool:
    text = to_text(value)
    if len(text) > MAX_TEXT:
        return False
    return _pattern(to_text(pattern)).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.ASCII)
    except (re.error, RecursionError, OverflowError) as problem:
        raise EvaluationError(f"mẫu “{pattern}” viết sai") from problem


def _strange_in_regex(pattern: str) -> str | None:
    """What Java, JavaScript and Python do not read alike: \\p, \\b, (?i), a++, [a&&b] …"""
    strange = re.search(r"\\[^dDwWsStnr.\\/()\[\]{}?*+|^$\-]|&&", pattern)
    if strange is None:
        unescaped = re.sub(r"\\.", "e", pattern)
        strange = re.search(r"\[[^\]]*\[", unescaped)
        strange = strange or re.search(r"\(\?(?![:=!])|[*+?}]\+", re.sub(r"\[[^\]]*\]", "c", unescaped))
    return strange[0] if strange else None


def _regex_problem(arguments: list[Ast]) -> str | None:
    if arguments[1][0] != "str":
        return "mẫu phải là một đoạn chữ cố định đặt trong dấu nháy"
    pattern = arguments[1][1]
    strange = _strange_in_regex(pattern)
    if strange is not None:
        return f"mẫu “{pattern}” dùng “{strange}” mà không phải máy nào cũng hiểu"
    try:
        _pattern(pattern)
    except EvaluationError:
        return f"mẫu “{pattern}” viết sai"
    return None


# --- dates


def to_date(value: Value) -> Value:
    """A date from YYYY-MM-DD or from days since 1970-01-01; blank stays blank; else EvaluationError."""
    if isinstance(value, date):
        return value
    if is_blank(value):
        return value
    if isinstance(value, Decimal):
        return _date_of_days(value)
    match = DATE.fullmatch(to_text(value))
    try:
        if match is None:
            raise ValueError
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise EvaluationError(f"“{to_text(value)[:50]}” không phải là ngày (năm-tháng-ngày)") from None


def _date_of_days(days: Decimal) -> date:
    try:
        return date.fromordinal(EPOCH + math.floor(days))
    except (ValueError, OverflowError):
        raise EvaluationError(f"{days} không đổi ra ngày được") from None


def _date_problem(arguments: list[Ast]) -> str | None:
    if arguments[0][0] != "str":
        return None
    try:
        to_date(arguments[0][1])
    except EvaluationError as problem:
        return str(problem)
    return None


def format_date(value: Value, pattern: Value) -> str:
    moment = to_date(value)
    if not isinstance(moment, date):
        return ""
    moment = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    return re.sub("%(.?)", lambda match: _date_part(moment, match[1]), to_text(pattern), flags=re.DOTALL)


def _date_part(at: datetime, letter: str) -> str:
    parts = {"Y": f"{at.year:04d}", "y": f"{at.year % 100:02d}", "m": f"{at.month:02d}", "n": str(at.month)}
    parts |= {"d": f"{at.day:02d}", "e": str(at.day), "H": f"{at.hour:02d}", "h": str(at.hour), "%": "%"}
    parts |= {"M": f"{at.minute:02d}", "S": f"{at.second:02d}", "3": f"{at.microsecond // 1000:03d}"}
    if letter not in parts:
        raise EvaluationError(f"format-date() không hiểu “%{letter}”")
    return parts[letter]


def _format_problem(arguments: list[Ast]) -> str | None:
    if arguments[1][0] != "str":
        return "dạng ngày phải là một đoạn chữ cố định đặt trong dấu nháy"
    unknown = [letter for letter in re.findall("%(.?)", arguments[1][1], re.DOTALL) if letter not in FORMATS]
    if unknown:
        return f"không hiểu “%{unknown[0]}”; dùng được %Y %y %m %n %d %e %H %h %M %S %3"
    return None


def decimal_date_time(value: Value) -> Value:
    """Days since 1970-01-01T00:00Z; a date means midnight in Vietnam."""
    moment = to_date(value)
    if not isinstance(moment, date):
        return moment
    return EXACT.subtract(to_number(moment), EXACT.divide(HOURS_OF_VIETNAM, Decimal(24)))


def _selected_problem(arguments: list[Ast]) -> str | None:
    return "giá trị lựa chọn phải đặt trong dấu nháy, ví dụ '1'" if arguments[1][0] == "num" else None


NODES = ("path", "self", "where", "items", "outer")


def _paths_problem(arguments: list[Ast]) -> str | None:
    are_nodes = all(part[0] in NODES or part[:2] == ["call", "randomize"] for part in arguments)
    return None if are_nodes else "chỉ đếm được câu hỏi, viết ${tên}"


def _nodes_problem(arguments: list[Ast]) -> str | None:
    return None if arguments[0][0] in NODES else "cần nhiều câu hỏi hoặc một danh sách"


def _position_problem(arguments: list[Ast]) -> str | None:
    is_path = not arguments or arguments[0][0] in ("path", "outer", "self")
    return None if is_path else "cần một phần lặp lại, ví dụ position(..)"


def _indexed_problem(arguments: list[Ast]) -> str | None:
    if len(arguments) % 2 == 0:
        return "cần câu hỏi, rồi từng cặp phần lặp lại và số thứ tự"
    are_paths = all(part[0] == "path" for part in [arguments[0], *arguments[1::2]])
    return None if are_paths else "câu hỏi và phần lặp lại phải viết dạng ${tên}"


def _pulldata_problem(arguments: list[Ast]) -> str | None:
    are_fixed = all(part[0] == "str" for part in arguments[:3])
    return None if are_fixed else "tên tệp và tên cột phải là chữ cố định đặt trong dấu nháy"


def boolean_from_string(value: Value) -> bool:
    return to_text(value).lower() in ("true", "1")


def _table(*functions: Function) -> dict[str, Function]:
    return {function.name: function for function in functions}


FUNCTIONS: dict[str, Function] = _table(
    Function("if", 3, 3, None),
    Function("once", 1, 1, None),
    Function("count", 1, MANY, None, _paths_problem),
    Function("position", 0, 1, None, _position_problem),
    Function("indexed-repeat", 3, 7, None, _indexed_problem),
    Function("jr:choice-name", 2, 2, None),
    Function("pulldata", 4, 4, None, _pulldata_problem),
    Function("randomize", 1, 2, None, _nodes_problem),
    Function("today", 0, 0, None),
    Function("now", 0, 0, None),
    Function("coalesce", 2, 20, coalesce),
    Function("selected", 2, 2, selected, _selected_problem),
    Function("selected-at", 2, 2, selected_at),
    Function("count-selected", 1, 1, count_selected),
    Function("count-non-empty", 1, MANY, count_non_empty),
    Function("sum", 1, MANY, add_up),
    Function("min", 1, MANY, least),
    Function("max", 1, MANY, most),
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
    Function("concat", 0, MANY, concat),
    Function("join", 1, MANY, join),
    Function("string-length", 1, 1, string_length),
    Function("substr", 2, 3, substr),
    Function("substring-before", 2, 2, substring_before),
    Function("substring-after", 2, 2, substring_after),
    Function("contains", 2, 2, contains),
    Function("starts-with", 2, 2, starts_with),
    Function("ends-with", 2, 2, ends_with),
    Function("normalize-space", 1, 1, normalize_space),
    Function("translate", 3, 3, translate),
    Function("regex", 2, 2, regex, _regex_problem),
    Function("date", 1, 1, to_date, _date_problem),
    Function("format-date", 2, 2, format_date, _format_problem),
    Function("decimal-date-time", 1, 1, decimal_date_time, _date_problem),
)

_CHANCE = "giá trị ngẫu nhiên không kiểm tra lại được"
REFUSED: dict[str, str] = {
    "substring": "hãy dùng substr(), vị trí đầu tính từ 0",
    "floor": "hãy dùng int() hoặc round()",
    "ceiling": "hãy dùng int() hoặc round()",
    "date-time": "hãy dùng date()",
    "decimal-time": "phiếu trên web chưa có câu hỏi về giờ",
    "format-date-time": "hãy dùng format-date()",
    "random": _CHANCE,
    "uuid": _CHANCE,
    "digest": "chưa có trên web",
    "area": "chưa có bản đồ trên web",
    "distance": "chưa có bản đồ trên web",
    "geofence": "chưa có bản đồ trên web",
}

__all__ = ["FUNCTIONS", "REFUSED", "Function", "equal"]
