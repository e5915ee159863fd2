"""Random forms with random responses, for comparing whole responses with JavaRosa."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

CHOICES = ("a", "b", "c")


@dataclass
class Maker:
    """One form: groups and repeats nested at random, expressions over what stands before them."""

    chance: random.Random
    rows: list[list[str]] = field(default_factory=list)
    names: list[tuple[str, str, tuple[str, ...]]] = field(
        default_factory=list
    )  # name, type, repeats around it
    repeats: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    number: int = 0

    def name(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def fill(self, depth: int, around: tuple[str, ...], paths: list[str]) -> None:
        for _ in range(self.chance.randint(2, 5)):
            kind = self.chance.random()
            if kind < 0.12 and depth < 3:
                self.container("group", depth, around, paths)
            elif kind < 0.34 and depth < 3:
                self.container("repeat", depth, around, paths)
            elif kind < 0.6:
                self.calculation(around)
            else:
                self.question(around, paths)

    def container(self, kind: str, depth: int, around: tuple[str, ...], paths: list[str]) -> None:
        name = self.name("g" if kind == "group" else "r")
        relevant = self.test(around) if self.chance.random() < 0.3 else ""
        self.rows.append([f"begin {kind}", name, name, "", relevant, "", ""])
        inside, below = around, [f"{path}/{name}" for path in paths]
        if kind == "repeat":
            inside, below = (*around, name), []
            for path in paths:
                rows = [str(row) for row in range(1, self.chance.randint(1, 3) + 1)]
                self.answers[f"{path}/{name}"] = " ".join(rows)
                below += [f"{path}/{name}[{row}]" for row in rows]
            self.repeats.append((name, around))
        self.fill(depth + 1, inside, below)
        self.question(inside, below)
        self.rows.append([f"end {kind}", "", "", "", "", "", ""])

    def question(self, around: tuple[str, ...], paths: list[str]) -> None:
        type_ = self.chance.choice(
            ["integer", "decimal", "text", "select_one l", "select_multiple l", "date"]
        )
        name = self.name("q")
        relevant = self.test(around) if self.chance.random() < 0.25 else ""
        constraint = self.test(around, ".") if self.chance.random() < 0.25 else ""
        required = self.test(around) if self.chance.random() < 0.2 else ""
        self.rows.append([type_, name, name, "", relevant, constraint, required])
        self.names.append((name, type_, around))
        for path in paths:
            if self.chance.random() < 0.75:
                self.answers[f"{path}/{name}"] = self.value(type_)

    def value(self, type_: str) -> str:
        pick = self.chance
        if type_ == "integer":
            return str(pick.randint(-5, 30))
        if type_ == "decimal":
            return pick.choice(["0.5", "1.25", "-3.75", "12", "100.125"])
        if type_ == "date":
            return f"20{pick.randint(19, 23)}-0{pick.randint(1, 9)}-1{pick.randint(0, 9)}"
        if type_.startswith("select_one"):
            return pick.choice(CHOICES)
        if type_.startswith("select_multiple"):
            return " ".join(sorted(pick.sample(CHOICES, pick.randint(1, 3))))
        return pick.choice(["An", "b", "12", "x y", "Đào", "3.5"])

    def calculation(self, around: tuple[str, ...]) -> None:
        name = self.name("c")
        relevant = self.test(around) if self.chance.random() < 0.2 else ""
        # JavaRosa works out equal expressions once, in the widest of their places; so none is equal to another.
        tag = f"'{name}'"
        text = (
            f"concat({self.expression(around, 2)}, {tag})"
            if self.chance.random() < 0.5
            else (f"if({tag} = 'x', '', {self.expression(around, 2)})")
        )
        self.rows.append(["calculate", name, "", text, relevant, "", ""])
        self.names.append((name, "calculate", around))

    # --- expressions

    def own(self, around: tuple[str, ...]) -> str:
        """A node of which there is one, seen from here."""
        fitting = [name for name, _, repeats in self.names if around[: len(repeats)] == repeats]
        return f"${{{self.chance.choice(fitting)}}}" if fitting else "7"

    def several(self, around: tuple[str, ...]) -> str:
        fitting = [name for name, _, repeats in self.names if around[: len(repeats)] != repeats]
        return f"${{{self.chance.choice(fitting)}}}" if fitting else self.own(around)

    def test(self, around: tuple[str, ...], first: str = "") -> str:
        left = first or self.expression(around, 1)
        sign = self.chance.choice(["=", "!=", "<", "<=", ">", ">="])
        self.number += 1
        literal = self.chance.choice(["'a'", "''", f"{self.number % 13}", f"'{self.number % 5}'"])
        # The number makes the expression differ from every other one.
        return f"({left} {sign} {literal} or {self.number} = 0)"

    def expression(self, around: tuple[str, ...], depth: int) -> str:
        pick = self.chance.random()
        own, several = self.own(around), self.several(around)
        inner = self.expression(around, depth - 1) if depth else own
        if pick < 0.2:
            return own
        if pick < 0.3:
            return f"({inner} {self.chance.choice(['+', '-', '*', 'div', 'mod'])} {own})"
        if pick < 0.42:
            name = self.chance.choice(["sum", "count", "min", "max", "count-non-empty"])
            return f"{name}({several if several.startswith('$') else '${q0}'})"
        if pick < 0.5:
            return f"join('-', {several})"
        if pick < 0.56 and self.repeats:
            return f"count(${{{self.chance.choice(self.repeats)[0]}}})"
        if pick < 0.62 and around:
            return "position(..)"
        if pick < 0.7 and self.repeats:
            return self.indexed(around)
        if pick < 0.78:
            return f"if({self.test(around)}, {inner}, {own})"
        return self.chance.choice(
            [
                f"concat({inner}, {own})",
                f"coalesce({own}, {inner})",
                f"string-length({inner})",
                f"selected({own}, 'a')",
                f"count-selected({own})",
                f"not({inner} > 3)",
                f"round({own}, 1)",
                f"int({inner})",
                f"({own} = {inner})",
                f"string({own})",
                f"number({own})",
                f"substr({own}, 0, 2)",
                f"boolean({own})",
                f"selected-at({own}, 0)",
            ]
        )

    def indexed(self, around: tuple[str, ...]) -> str:
        inside = [(name, repeats) for name, kind, repeats in self.names if repeats and kind != "calculate"]
        if not inside:
            return "1"
        name, repeats = self.chance.choice(inside)
        pairs = ", ".join(f"${{{repeat}}}, {self.chance.randint(1, 3)}" for repeat in repeats)
        return f"indexed-repeat(${{{name}}}, {pairs})" if len(repeats) < 4 else "1"


HEADER = ["type", "name", "label", "calculation", "relevant", "constraint", "required"]


def random_form(seed: int) -> dict[str, list[list[str]]]:
    """Sheets as rows of cells, the response in `answers`."""
    maker = Maker(random.Random(seed))
    maker.rows.append(["integer", "q0", "q0", "", "", "", ""])
    maker.names.append(("q0", "integer", ()))
    maker.answers["/data/q0"] = "5"
    maker.fill(0, (), ["/data"])
    choices = [["l", value, value.upper()] for value in CHOICES]
    return {
        "survey": [HEADER, *maker.rows],
        "choices": [["list_name", "name", "label"], *choices],
        "answers": [["path", "value"], *([path, value] for path, value in maker.answers.items())],
    }
