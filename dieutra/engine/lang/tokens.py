"""Cuts the text of an expression into tokens."""

import re
from typing import NamedTuple

from dieutra.engine.lang.errors import ExpressionError

TOKEN = re.compile(
    r"""\s*(?:
      (?P<ref>\$\{[^}]*\})
    | (?P<num>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<str>"[^"]*"|'[^']*')
    | (?P<name>[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?)
    | (?P<op>!=|<=|>=|\.\.|//|[-+*/=<>(),.\[\]])
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    kind: str
    text: str
    at: int

    def is_op(self, *texts: str) -> bool:
        return self.kind == "op" and self.text in texts


def tokens(text: str) -> list[Token]:
    """All tokens, the last of kind `end`. Raises ExpressionError at what is none."""
    found: list[Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        kind = match.lastgroup or ""
        found.append(Token(kind, match[kind], match.start(kind)))
        at = match.end()
    found.append(Token("end", "", end))
    return found


def _unreadable(text: str, at: int) -> ExpressionError:
    at += len(text[at:]) - len(text[at:].lstrip())
    sign = text[at]
    if sign in "'\"":
        return ExpressionError("Thiếu dấu nháy đóng của đoạn chữ", at)
    if sign in "“”‘’":
        return ExpressionError("Dấu nháy cong không dùng được, hãy gõ dấu nháy thẳng ' hoặc \"", at)
    if sign == "$":
        return ExpressionError("Tên câu hỏi phải viết dạng ${tên}", at)
    if sign == "|":
        return ExpressionError("“|” (gộp nhiều đường dẫn) chưa được hỗ trợ, hãy nêu từng câu hỏi", at)
    return ExpressionError(f"Không hiểu ký tự “{sign}” trong biểu thức", at)
