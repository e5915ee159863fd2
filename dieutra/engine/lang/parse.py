"""Reads an expression of a form (XPath 1.0 as XLSForm and JavaRosa use it) into the JSON array tree.

A Pratt parser. It carries what the three back-ends carry: paths to one node, literals, operators and the
functions of `FUNCTIONS`; the rest (wildcards, predicates, unions) is refused with a Vietnamese message.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import NamedTuple

from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.errors import ExpressionError
from dieutra.engine.lang.functions import FUNCTIONS, REFUSED

TOKEN = re.compile(
    r"""\s*(?:
      (?P<ref>\$\{[^}]*\})
    | (?P<num>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<str>"[^"]*"|'[^']*')
    | (?P<name>[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?)
    | (?P<op>!=|<=|>=|\.\.|//|[-+*/=<>(),.])
    )""",
    re.VERBOSE,
)
BINARY = {"or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5}
BINARY |= {"*": 6, "div": 6, "mod": 6}
UNARY = 7
MAX_LENGTH = 20_000
MAX_NESTING = 60
MAX_DEPTH = 150


class Token(NamedTuple):
    kind: str
    text: str
    at: int


def parse(text: str, self_path: str | None = None, names: Mapping[str, str] | None = None) -> Ast:
    """The tree of an expression.

    `self_path` is the node that it stands on, needed for `../b`; `names` maps `${name}` to paths, for texts
    that pyxform has not seen. Raises ExpressionError and nothing else.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"Biểu thức dài quá {MAX_LENGTH} ký tự, hãy chia nhỏ", 0)
    return _Parser(_tokens(text), self_path, names or {}).whole()


def _tokens(text: str) -> list[Token]:
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
    if sign in "[]":
        return ExpressionError("Dấu ngoặc vuông chỉ dùng cho dòng và cột của bảng số liệu", at)
    return ExpressionError(f"Không hiểu ký tự “{sign}” trong biểu thức", at)


def _number(token: Token, following: Token) -> Ast:
    if (
        following.kind == "name"
        and following.at == token.at + len(token.text)
        and following.text not in BINARY
    ):
        raise ExpressionError(
            f"“{token.text}{following.text}” không phải là số; số mũ phải viết đầy đủ", token.at
        )
    if len(token.text.replace(".", "").strip("0")) > 15:
        raise ExpressionError(f"Số {token.text} có quá 15 chữ số", token.at)
    value = float(token.text)
    return ["num", int(value) if value.is_integer() else value]


class _Parser:
    def __init__(self, tokens: list[Token], self_path: str | None, names: Mapping[str, str]) -> None:
        self.tokens, self.self_path, self.names = tokens, self_path, names
        self.next = 0
        self.nesting = 0

    def whole(self) -> Ast:
        if self.tokens[0].kind == "end":
            raise ExpressionError("Biểu thức trống", 0)
        ast = self.expression(0)
        if self.peek().kind != "end":
            raise self.unexpected(self.peek())
        if _depth(ast) > MAX_DEPTH:
            raise ExpressionError("Biểu thức quá nhiều phép tính nối nhau, hãy dùng sum(…) hoặc chia nhỏ", 0)
        return ast

    def peek(self) -> Token:
        return self.tokens[self.next]

    def take(self) -> Token:
        token = self.tokens[self.next]
        if token.kind != "end":
            self.next += 1
        return token

    def take_if(self, text: str) -> bool:
        if self.peek().kind == "op" and self.peek().text == text:
            self.next += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take_if(text):
            token = self.peek()
            found = f"gặp “{token.text}”" if token.text else "hết biểu thức"
            raise ExpressionError(f"Thiếu “{text}”, {found}", token.at)

    def unexpected(self, token: Token) -> ExpressionError:
        if token.kind == "end":
            return ExpressionError("Biểu thức chưa viết hết, thiếu một giá trị ở cuối", token.at)
        return ExpressionError(
            f"Không chờ gặp “{token.text}” ở đây, có thể thiếu phép tính hoặc dấu phẩy", token.at
        )

    def expression(self, power: int) -> Ast:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise ExpressionError(f"Biểu thức lồng nhau quá {MAX_NESTING} lớp", self.peek().at)
        left = self.operand()
        while BINARY.get(self.peek().text, 0) > power and self.peek().kind in ("op", "name"):
            operator = self.take().text
            left = ["op", operator, left, self.expression(BINARY[operator])]
        self.nesting -= 1
        return left

    def operand(self) -> Ast:
        token = self.take()
        if token.kind == "num":
            return _number(token, self.peek())
        if token.kind == "str":
            return ["str", token.text[1:-1]]
        if token.kind == "ref":
            return self.reference(token)
        if token.kind == "name":
            return self.call(token)
        if token.text == "-":
            return ["neg", self.expression(UNARY - 1)]
        if token.text == "(":
            inner = self.expression(0)
            self.expect(")")
            return inner
        if token.text in ("/", ".", ".."):
            return self.path(token)
        if token.text in ("//", "*"):
            raise ExpressionError(
                f"“{token.text}” (nhiều ô cùng lúc) chưa được hỗ trợ, hãy nêu từng ô", token.at
            )
        raise self.unexpected(token)

    def reference(self, token: Token) -> Ast:
        name = token.text[2:-1].strip()
        if name in self.names:
            return ["path", self.names[name]]
        near = get_close_matches(name, self.names, 1)
        hint = f", có phải là ${{{near[0]}}}?" if near else ""
        raise ExpressionError(f"Không có câu hỏi nào tên “{name}”{hint}", token.at)

    def path(self, first: Token) -> Ast:
        if first.text == "." and not self.at_slash():
            return ["self"]
        steps = [] if first.text == "/" else self.steps_of_self(first)
        if first.text == "/":
            self.step(steps)
        elif first.text == "..":
            self.up(steps, first)
        while self.take_if("/"):
            self.step(steps)
        if self.peek().text == "//":
            raise ExpressionError("“//” chưa được hỗ trợ, hãy viết đường dẫn đầy đủ", self.peek().at)
        return ["path", "/" + "/".join(steps)]

    def at_slash(self) -> bool:
        return self.peek().kind == "op" and self.peek().text in ("/", "//")

    def steps_of_self(self, token: Token) -> list[str]:
        if self.self_path is None:
            raise ExpressionError("Đường dẫn tương đối không dùng được ở đây, hãy viết ${tên}", token.at)
        return self.self_path.strip("/").split("/")

    def step(self, steps: list[str]) -> None:
        token = self.take()
        if token.kind == "name":
            steps.append(token.text)
        elif token.text == "..":
            self.up(steps, token)
        elif token.text == "*":
            raise ExpressionError("“*” (nhiều ô cùng lúc) chưa được hỗ trợ, hãy nêu từng ô", token.at)
        elif token.text != ".":
            raise ExpressionError("Đường dẫn thiếu tên câu hỏi sau dấu “/”", token.at)

    def up(self, steps: list[str], token: Token) -> None:
        if len(steps) < 2:
            raise ExpressionError("Đường dẫn “..” đi ra ngoài phiếu", token.at)
        steps.pop()

    def call(self, token: Token) -> Ast:
        if not self.take_if("("):
            raise _bare_name(token)
        arguments: list[Ast] = []
        if not self.take_if(")"):
            arguments.append(self.expression(0))
            while self.take_if(","):
                arguments.append(self.expression(0))
            self.expect(")")
        _check_call(token, arguments)
        return ["call", token.text, *arguments]


def _bare_name(token: Token) -> ExpressionError:
    if token.text in FUNCTIONS:
        return ExpressionError(f"Hàm {token.text} phải có cặp ngoặc: {token.text}(…)", token.at)
    if token.text in BINARY:
        return ExpressionError(f"Phép “{token.text}” thiếu giá trị đứng trước", token.at)
    return ExpressionError(
        f"“{token.text}” đứng một mình; câu hỏi viết ${{{token.text}}}, chữ viết trong dấu nháy", token.at
    )


def _check_call(token: Token, arguments: list[Ast]) -> None:
    name = token.text
    if name in REFUSED:
        raise ExpressionError(f"Hàm {name}() chưa được hỗ trợ: {REFUSED[name]}", token.at)
    function = FUNCTIONS.get(name)
    if function is None:
        near = get_close_matches(name, FUNCTIONS, 1)
        hint = f", có phải là {near[0]}()?" if near else ""
        raise ExpressionError(f"Không có hàm {name}(){hint}", token.at)
    if not function.takes(len(arguments)):
        raise ExpressionError(f"Hàm {name}() cần {function.arity_vi()}, đang có {len(arguments)}", token.at)
    problem = function.problem(arguments)
    if problem is not None:
        raise ExpressionError(f"Hàm {name}(): {problem}", token.at)


def _depth(ast: Ast) -> int:
    deepest, level = 0, [ast]
    while level:
        deepest += 1
        level = [part for node in level for part in node[1:] if isinstance(part, list)]
    return deepest
