"""Expression trees as Excel formulas, for totals and checks that live in the workbook.

A number that is none (NaN) is an Excel error while it is worked out, hence `IFERROR` where the language says "false" or
"blank". What Excel cannot say alike (patterns, text of decimals …) raises Untranslatable and is left to the server.
Numbers are compared to within 1e-6, because Excel adds doubles and the server exact decimals.
"""

from __future__ import annotations

from collections.abc import Callable

from dieutra.channels.workbook.cells import KINDS, NUMERIC, Cells, Untranslatable, fitting, quoted
from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.functions import DATE
from dieutra.engine.lang.values import NUMBER

EPOCH_IN_EXCEL = 25_569


class Translator:
    """Says expressions on one node (`.`) by way of `cells`."""

    def __init__(self, cells: Cells, self_path: str) -> None:
        self.cells, self.self_path = cells, self_path

    def stored(self, ast: Ast, type_: str | None) -> str:
        """What a calculated cell holds: without an error, blank where there is no number."""
        if type_ in NUMERIC:
            number = self.number(ast)
            number = number if type_ == "decimal" or self._stays_whole(ast) else f"TRUNC({number})"
            return fitting(number if number.startswith("SUM(") else f'IFERROR({number},"")')
        if type_ == "string":
            return fitting(f'IFERROR({self.text(ast)},"")')
        raise Untranslatable(type_ or "")

    def holds(self, ast: Ast) -> str:
        return fitting(self.truth(ast))

    def _stays_whole(self, ast: Ast) -> bool:
        """Only additions of whole numbers, so that nothing needs to be cut off."""
        if (path := self._path(ast)) is not None:
            return self.cells.type_of(path) == "int"
        if ast[0] == "num":
            return float(ast[1]).is_integer()
        if ast[0] == "op":
            return ast[1] in "+-*" and all(map(self._stays_whole, ast[2:]))
        return ast[:2] in (["call", "sum"], ["call", "coalesce"]) and all(map(self._stays_whole, ast[2:]))

    def _path(self, ast: Ast) -> str | None:
        return self.self_path if ast[0] == "self" else self.cells.path(ast[1]) if ast[0] == "path" else None

    def _paths(self, ast: Ast) -> list[str] | None:
        """The paths of what may be a node set; None for anything else. A narrowed set is left to the server."""
        if ast[0] == "self":
            return [self.self_path]
        if ast[0] == "path":
            return self.cells.all_paths(ast[1])
        if ast[0] == "where" and all(len(step) == 1 for step in ast[2:]):
            return self.cells.all_paths(ast[1], everywhere=True)
        return None

    # --- kinds

    def kind(self, ast: Ast) -> str:
        """`number`, `perhaps` (a number or blank), `date`, `text` or `truth`."""
        if (path := self._path(ast)) is not None:
            type_ = self.cells.type_of(path)
            return "perhaps" if type_ in NUMERIC else "date" if type_ == "date" else "text"
        if ast[0] in ("num", "neg"):
            return "number"
        if ast[0] == "str":
            return "text"
        if ast[0] == "op":
            return "number" if ast[1] in ARITHMETIC or ast[1] == "mod" else "truth"
        return self._kind_of_call(ast[1], ast[2:])

    def _kind_of_call(self, name: str, parts: list[Ast]) -> str:
        if name in ("if", "coalesce"):
            kinds = {self.kind(part) for part in (parts[1:] if name == "if" else parts)}
            if len(kinds) == 1:
                return kinds.pop()
            blank = ["str", ""] in parts
            return "perhaps" if kinds <= ({"number", "perhaps"} | ({"text"} if blank else set())) else "mixed"
        for kind, names in KINDS.items():
            if name in names:
                return kind
        raise Untranslatable(name)

    # --- numbers

    def number(self, ast: Ast) -> str:
        """A number, or an error for what is none."""
        if (path := self._path(ast)) is not None:
            return self._number_at(path)
        if ast[0] == "num":
            return format(ast[1], ".15g")
        if ast[0] == "str":
            return str(ast[1]) if NUMBER.fullmatch(ast[1]) else "NA()"
        if ast[0] == "neg":
            return f"-({self.number(ast[1])})"
        if ast[0] == "op":
            return self._operation(ast)
        compute = NUMBERS.get(ast[1])
        if compute is not None:
            return compute(self, ast[2:])
        if self.kind(ast) == "truth":
            return f"IF({self.truth(ast)},1,0)"
        raise Untranslatable(ast[1])

    def _number_at(self, path: str) -> str:
        type_, value = self.cells.type_of(path), self.cells.value(path)
        if type_ in NUMERIC:
            return f"IF({self.cells.is_blank(path)},NA(),{value})"
        if type_ == "date":
            return f"IF({self.cells.is_blank(path)},NA(),{value}-{EPOCH_IN_EXCEL})"
        if type_ == "select1":
            return f"VALUE({value})"
        raise Untranslatable(path)

    def _operation(self, ast: Ast) -> str:
        if ast[1] == "mod":
            left, right = self.number(ast[2]), self.number(ast[3])
            return f"({left}-TRUNC({left}/{right})*{right})"  # the sign of the first, unlike Excel's MOD
        sign = ARITHMETIC.get(ast[1])
        if sign is None:
            return f"IF({self.truth(ast)},1,0)"
        if sign == "+" and (summed := self._summed(ast)) is not None:
            return self.cells.added(summed)
        return f"({self.number(ast[2])}{sign}{self.number(ast[3])})"

    def _summed(self, ast: Ast) -> list[str] | None:
        """The paths of `sum(a) + sum(b, c) + …`; None when it is anything else."""
        if ast[0] == "op" and ast[1] == "+":
            left, right = self._summed(ast[2]), self._summed(ast[3])
            return None if left is None or right is None else left + right
        if ast[:2] != ["call", "sum"]:
            return None
        found: list[str] = []
        for part in ast[2:]:
            paths = self._paths(part)
            if paths is None or any(self.cells.type_of(path) not in NUMERIC for path in paths):
                return None
            found += paths
        return found

    def _sum(self, parts: list[Ast]) -> str:
        summed = self._summed(["call", "sum", *parts])
        if summed is not None:
            return self.cells.added(summed)
        return "SUM(" + ",".join(f"IFERROR({self.number(part)},0)" for part in parts) + ")"

    def _coalesce(self, parts: list[Ast]) -> str:
        first, *rest = parts
        path = self._path(first)
        if rest == [["num", 0]] and path is not None and self.cells.type_of(path) in NUMERIC:
            return f"N({self.cells.value(path)})"
        return f"IFERROR({self.number(first)},{self._coalesce(rest)})" if rest else self.number(first)

    def _round(self, parts: list[Ast]) -> str:
        """Halves go up, also below zero."""
        number, places = self.number(parts[0]), self.number(parts[1]) if len(parts) > 1 else "0"
        return f"IF({number}<0,-ROUND(-({number})-0.000000000005,{places}),ROUND({number},{places}))"

    def _extreme(self, name: str, parts: list[Ast]) -> str:
        numbers = [self.number(part) for part in parts]
        if len(numbers) > 1:
            raise Untranslatable(name)  # skipping what is no number takes an array formula
        return numbers[0]

    def _count_non_empty(self, parts: list[Ast]) -> str:
        found = [self._paths(part) for part in parts]
        if None in found:
            raise Untranslatable("count-non-empty")
        each = [f"IF({self.cells.is_blank(path)},0,1)" for paths in found for path in paths or ()]
        return f"({'+'.join(each) or '0'})"

    def _count(self, parts: list[Ast]) -> str:
        """How many nodes are asked: rows that are there, questions that are not skipped."""
        found = [self._paths(part) for part in parts]
        if None in found:
            raise Untranslatable("count")
        asked = [self.cells.asked(path) for paths in found for path in paths or ()]
        each = [f"IF({condition},1,0)" for condition in asked if condition]
        return "(" + "+".join([str(asked.count("")), *each]) + ")"

    def _count_selected(self, parts: list[Ast]) -> str:
        path = self._path(parts[0])
        if path is None or self.cells.type_of(path) != "select":
            raise Untranslatable("count-selected")
        return self.cells.count_chosen(path)

    def _day(self, parts: list[Ast]) -> str:
        match = DATE.fullmatch(parts[0][1]) if parts[0][0] == "str" else None
        if match is None:
            raise Untranslatable("date")
        return f"(DATE({int(match[1])},{int(match[2])},{int(match[3])})-{EPOCH_IN_EXCEL})"

    # --- truth

    def truth(self, ast: Ast) -> str:
        """TRUE or FALSE, never an error."""
        if ast[0] == "op" and self.kind(ast) == "truth":
            return self._comparison(ast[1], ast[2], ast[3])
        if ast[0] == "call" and ast[1] in TRUTHS:
            return TRUTHS[ast[1]](self, ast[2:])
        if ast[0] == "call" and ast[1] == "if":
            test, yes, no = map(self.truth, ast[2:])
            return f"IF({test},{yes},{no})"
        if self.kind(ast) == "text":
            return f"LEN({self.text(ast)})>0"
        return f"IFERROR({self.number(ast)}<>0,FALSE)"

    def _comparison(self, sign: str, left: Ast, right: Ast) -> str:
        if sign in ("and", "or"):
            return f"{sign.upper()}({self.truth(left)},{self.truth(right)})"
        if sign == "=":
            return self._equal(left, right)
        if sign == "!=":
            return f"NOT({self._equal(left, right)})"
        return f"IFERROR(ROUND({self.number(left)}-{self.number(right)},6){sign}0,FALSE)"

    def _equal(self, left: Ast, right: Ast) -> str:
        kinds = {self.kind(left), self.kind(right)}
        for one, other in ((left, right), (right, left)):
            if one == ["str", ""] and (path := self._path(other)) is not None:
                return self.cells.is_blank(path)
        if "truth" in kinds:
            return f"({self.truth(left)})=({self.truth(right)})"
        if "number" in kinds:
            return f"IFERROR(ROUND({self.number(left)}-{self.number(right)},6)=0,FALSE)"
        if kinds == {"text"}:
            return f"EXACT({self.text(left)},{self.text(right)})"
        here, there = self._path(left), self._path(right)
        if here is None or there is None or kinds not in ({"perhaps"}, {"date"}):
            raise Untranslatable("=")
        blank, also = self.cells.is_blank(here), self.cells.is_blank(there)
        same = f"IFERROR(ROUND({self.number(left)}-{self.number(right)},6)=0,FALSE)"
        return f"IF(AND({blank},{also}),TRUE,{same})"

    def _selected(self, parts: list[Ast]) -> str:
        path = self._path(parts[0])
        if path is None or parts[1][0] != "str":
            raise Untranslatable("selected")
        if self.cells.type_of(path) == "select":
            return self.cells.chosen(path, parts[1][1].strip())
        return f"EXACT({self.cells.value(path)},{quoted(parts[1][1].strip())})"

    # --- text

    def text(self, ast: Ast) -> str:
        if ast[0] == "str":
            return quoted(ast[1])
        if (path := self._path(ast)) is not None:
            if self.cells.type_of(path) not in ("string", "select1", "int"):
                raise Untranslatable(path)  # decimals and days would be written in the machine's own manner
            return f'({self.cells.value(path)}&"")'
        if ast[:2] == ["call", "concat"] and len(ast) > 2:
            return "(" + "&".join(map(self.text, ast[2:])) + ")"
        if ast[:2] == ["call", "if"]:
            return f"IF({self.truth(ast[2])},{self.text(ast[3])},{self.text(ast[4])})"
        raise Untranslatable(str(ast[1]))


ARITHMETIC = {"+": "+", "-": "-", "*": "*", "div": "/"}
Compute = Callable[[Translator, list[Ast]], str]
NUMBERS: dict[str, Compute] = {
    "sum": Translator._sum,
    "coalesce": Translator._coalesce,
    "if": lambda it, parts: f"IF({it.truth(parts[0])},{it.number(parts[1])},{it.number(parts[2])})",
    "round": Translator._round,
    "int": lambda it, parts: f"TRUNC({it.number(parts[0])})",
    "abs": lambda it, parts: f"ABS({it.number(parts[0])})",
    "number": lambda it, parts: it.number(parts[0]),
    "min": lambda it, parts: it._extreme("min", parts),
    "max": lambda it, parts: it._extreme("max", parts),
    "count": Translator._count,
    "count-non-empty": Translator._count_non_empty,
    "count-selected": Translator._count_selected,
    "string-length": lambda it, parts: f"LEN({it.text(parts[0])})",
    "today": lambda it, parts: f"(TODAY()-{EPOCH_IN_EXCEL})",
    "date": Translator._day,
}
TRUTHS: dict[str, Compute] = {
    "true": lambda it, parts: "TRUE",
    "false": lambda it, parts: "FALSE",
    "not": lambda it, parts: f"NOT({it.truth(parts[0])})",
    "boolean": lambda it, parts: it.truth(parts[0]),
    "selected": Translator._selected,
    "contains": lambda it, parts: f"ISNUMBER(FIND({it.text(parts[1])},{it.text(parts[0])}))",
    "starts-with": lambda it, parts: f"(FIND({it.text(parts[1])},{it.text(parts[0])}&{it.text(parts[1])})=1)",
}
