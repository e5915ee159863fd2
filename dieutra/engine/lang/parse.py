"""Reads an expression of a form (XPath 1.0 as XLSForm and JavaRosa use it) into the JSON array tree.

A Pratt parser. It carries what JavaRosa carries: places, node sets with predicates, lists, literals, operators
and the functions of `FUNCTIONS`; the rest (`*`, `//`, axes, unions) is refused with a Vietnamese message.
"""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.errors import ExpressionError
from dieutra.engine.lang.functions import FUNCTIONS, REFUSED
from dieutra.engine.lang.locations import Location, Standpoint
from dieutra.engine.lang.tokens import Token, tokens

BINARY = {"or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5}
BINARY |= {"*": 6, "div": 6, "mod": 6}
UNARY = 7
MAX_LENGTH = 20_000
MAX_NESTING = 60
MAX_DEPTH = 150


def parse(
    text: str,
    self_path: str | None = None,
    names: Mapping[str, str] | None = None,
    repeats: Collection[str] = (),
    *,
    item: bool = False,
) -> Ast:
    """The tree of an expression.

    `self_path` is the place that it stands on, needed for `../b`; `names` maps `${name}` to places, for texts
    that pyxform has not seen; `repeats` are the places of repeats. With `item` the expression is a predicate on
    the rows of a list, `self_path` what `current()` means. Raises ExpressionError and nothing else.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"Biểu thức dài quá {MAX_LENGTH} ký tự, hãy chia nhỏ", 0)
    here = tuple(self_path.strip("/").split("/")) if self_path else None
    start = Standpoint(here, here)
    return _Parser(tokens(text), start.at_item() if item else start, names or {}, repeats).whole()


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
    def __init__(
        self, found: list[Token], stand: Standpoint, names: Mapping[str, str], repeats: Collection[str]
    ) -> None:
        self.tokens, self.stand, self.names, self.repeats = found, stand, names, repeats
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
            return self.named(token)
        if token.text == "-":
            return ["neg", self.expression(UNARY - 1)]
        if token.text == "(":
            inner = self.expression(0)
            self.expect(")")
            return inner
        if token.text in ("/", ".", ".."):
            return self.path(token)
        if token.text in ("//", "*"):
            raise _several(token)
        raise self.unexpected(token)

    def reference(self, token: Token) -> Ast:
        name = token.text[2:-1].strip()
        if name not in self.names:
            near = get_close_matches(name, self.names, 1)
            hint = f", có phải là ${{{near[0]}}}?" if near else ""
            raise ExpressionError(f"Không có câu hỏi nào tên “{name}”{hint}", token.at)
        location = Location(None, self.repeats)
        location.steps = self.names[name].strip("/").split("/")
        return self.rest_of(location, token)

    def named(self, token: Token) -> Ast:
        """A function, a list, `current()`, or inside a predicate a step to a child."""
        if self.peek().is_op("("):
            if token.text == "instance":
                return self.list_rows(token)
            if token.text == "current":
                return self.current(token)
            return self.call(token)
        if self.stand.item:
            return ["item", token.text]
        if self.stand.in_predicate:
            location = Location(self.stand.here, self.repeats)
            location.down(token.text)
            return self.rest_of(location, token)
        raise _bare_name(token)

    def path(self, first: Token) -> Ast:
        if self.stand.item and first.text != "/":
            return self.column(first)
        if first.text == "." and self.stand.here is None and not self.peek().is_op("/", "["):
            return ["self"]
        if first.text == ".":
            return self.rest_of(self.relative(first), first)
        location = Location(None, self.repeats) if first.text == "/" else self.relative(first)
        if first.text == "/":
            self.step(location)
        else:
            location.up(first.at)
        return self.rest_of(location, first)

    def relative(self, token: Token) -> Location:
        if self.stand.here is None:
            raise ExpressionError("Đường dẫn tương đối không dùng được ở đây, hãy viết ${tên}", token.at)
        return Location(self.stand.here, self.repeats)

    def column(self, first: Token) -> Ast:
        """`./name` inside a predicate on a list."""
        if first.text == "." and self.take_if("/") and self.peek().kind == "name":
            return ["item", self.take().text]
        raise ExpressionError("Trong điều kiện của danh sách hãy ghi tên cột", first.at)

    def current(self, token: Token) -> Ast:
        self.expect("(")
        self.expect(")")
        if self.stand.outer is None:
            raise ExpressionError("current() không dùng được ở đây, hãy viết ${tên}", token.at)
        return self.rest_of(Location(self.stand.outer, self.repeats, outer=self.stand.in_predicate), token)

    def rest_of(self, location: Location, first: Token) -> Ast:
        self.predicates(location)
        while self.take_if("/"):
            location.moved = True
            self.step(location)
            self.predicates(location)
        if self.peek().is_op("//"):
            raise _several(self.peek())
        is_itself = location.base is not None and not location.moved and not location.predicates
        return ["self"] if is_itself and not self.stand.in_predicate else location.ast(first.at)

    def predicates(self, location: Location) -> None:
        stand = self.stand
        while self.take_if("["):
            self.stand = stand.at(tuple(location.steps))
            location.narrow(self.expression(0))
            self.stand = stand
            self.expect("]")

    def step(self, location: Location) -> None:
        token = self.take()
        if token.kind == "name":
            location.down(token.text)
        elif token.is_op(".."):
            location.up(token.at)
        elif token.is_op("*"):
            raise _several(token)
        elif not token.is_op("."):
            raise ExpressionError("Đường dẫn thiếu tên câu hỏi sau dấu “/”", token.at)

    def list_rows(self, token: Token) -> Ast:
        """`instance('l')/root/item[e]/column`."""
        self.expect("(")
        name = self.take()
        self.expect(")")
        if name.kind != "str":
            raise ExpressionError("instance() cần tên danh sách đặt trong dấu nháy", name.at)
        found: list[Ast] = []
        for _ in ("root", "item"):
            self.expect("/")
            if self.take().kind != "name":
                raise ExpressionError("Danh sách phải viết instance('tên')/root/item", token.at)
        stand = self.stand
        while self.take_if("["):
            self.stand = stand.at_item()
            found.append(self.expression(0))
            self.stand = stand
            self.expect("]")
        column = ""
        if self.take_if("/"):
            column = self.take().text
        return ["items", name.text[1:-1], column, *found]

    def call(self, token: Token) -> Ast:
        if not self.take_if("("):
            raise _bare_name(token)
        arguments: list[Ast] = []
        if not self.take_if(")"):
            arguments.append(self.expression(0))
            while self.take_if(","):
                arguments.append(self.expression(0))
            self.expect(")")
        if token.text == "jr:choice-name" and len(arguments) == 2:
            arguments[1] = self.named_node(arguments[1], token)
        _check_call(token, arguments)
        return ["call", token.text, *arguments]

    def named_node(self, argument: Ast, token: Token) -> Ast:
        """The place that a text names: `'${q}'`, `' ../q '`."""
        try:
            inner = _Parser(tokens(str(argument[1])), self.stand, self.names, self.repeats).whole()
        except ExpressionError:
            inner = []
        if argument[0] != "str" or inner[:1] not in (["path"], ["outer"], ["where"]):
            raise ExpressionError("jr:choice-name() cần tên câu hỏi trong dấu nháy: '${tên}'", token.at)
        return ["str", inner[1]]


def _several(token: Token) -> ExpressionError:
    return ExpressionError(
        f"“{token.text}” (nhiều câu hỏi cùng lúc) chưa được hỗ trợ, hãy nêu từng câu hỏi", token.at
    )


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
