"""regex(): the patterns that Java, JavaScript, Python and RE2 read alike, and what each means to Python.

A pattern that could make a machine go back over the text again and again is refused, see backtracking.py.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.backtracking import danger
from dieutra.engine.lang.errors import EvaluationError
from dieutra.engine.lang.values import Value, to_text

MAX_TEXT = 2_000
MAX_PATTERN = 500


def regex(value: Value, pattern: Value) -> bool:
    """Whether the whole text is of the pattern; a text longer than MAX_TEXT is of none."""
    text = to_text(value)
    return len(text) <= MAX_TEXT and _compiled(to_text(pattern)).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.ASCII)
    except (re.error, RecursionError, OverflowError) as problem:
        raise EvaluationError(f"mẫu “{pattern}” viết sai") from problem


def _strange(pattern: str) -> str | None:
    """What Java, JavaScript and Python do not read alike: \\p, \\b, (?i), a++, a{,3}, [a&&b] …"""
    strange = re.search(r"\\[^dDwWsStnr.\\/()\[\]{}?*+|^$\-]|&&", pattern)
    if strange is None:
        unescaped = re.sub(r"\\.", "e", pattern)
        strange = re.search(r"\[[^\]]*\[", unescaped)
        strange = strange or re.search(r"\(\?(?![:=!])|[*+?}]\+|\{,", re.sub(r"\[[^\]]*\]", "c", unescaped))
    return strange[0] if strange else None


def problem(pattern: str) -> str | None:
    """Why a form may not use the pattern; None when it may."""
    if len(pattern) > MAX_PATTERN:
        return f"mẫu dài quá {MAX_PATTERN} ký tự, hãy chia thành nhiều điều kiện"
    strange = _strange(pattern)
    if strange is not None:
        return f"mẫu “{pattern}” dùng “{strange}” mà không phải máy nào cũng hiểu"
    try:
        _compiled(pattern)
    except EvaluationError:
        return f"mẫu “{pattern}” viết sai"
    why = danger(pattern)
    return None if why is None else f"mẫu “{pattern}” có thể làm máy chạy rất lâu: {why}"


def regex_problem(arguments: list[Ast]) -> str | None:
    if arguments[1][0] != "str":
        return "mẫu phải là một đoạn chữ cố định đặt trong dấu nháy"
    return problem(arguments[1][1])


__all__ = ["MAX_PATTERN", "MAX_TEXT", "problem", "regex", "regex_problem"]
