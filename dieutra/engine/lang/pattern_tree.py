"""A pattern of regex() as a tree, read as it stands: nothing is simplified, since not every machine would.

Tokens: ("sign", ranges), ("either", [sequence, …]), ("repeat", low, high, sequence), ("look", sequence) and
("nothing",); a sequence is a list of tokens. Ranges are pairs of code points. The pattern must compile and hold
nothing that patterns.py calls strange.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

LAST = 0x10FFFF
ENDLESS = 1 << 30
Ranges = tuple[tuple[int, int], ...]
Token = tuple[Any, ...]
BRACES = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?\}")


def union(parts: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(parts):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def others(ranges: Ranges) -> Ranges:
    """All signs but these."""
    edges = [-1, *(edge for part in ranges for edge in part), LAST + 1]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return tuple((low + 1, high - 1) for low, high in gaps if low + 1 <= high - 1)


CLASSES: dict[str, Ranges] = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": ((9, 13), (32, 32)),
    "t": ((9, 9),),
    "n": ((10, 10),),
    "r": ((13, 13),),
}
CLASSES |= {letter.upper(): others(CLASSES[letter]) for letter in "dws"}


def tree_of(pattern: str) -> list[Token]:
    """The sequence that the pattern is."""
    return _Reader(pattern).either()


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.text, self.at = pattern, 0

    def take(self) -> str:
        self.at += 1
        return self.text[self.at - 1]

    def take_if(self, mark: str) -> bool:
        found = self.text.startswith(mark, self.at)
        self.at += len(mark) if found else 0
        return found

    def either(self) -> list[Token]:
        parts = [self.sequence()]
        while self.take_if("|"):
            parts.append(self.sequence())
        return parts[0] if len(parts) == 1 else [("either", parts)]

    def sequence(self) -> list[Token]:
        found: list[Token] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            found.append(self.repeated([self.one()]))
        return found

    def repeated(self, body: list[Token]) -> Token:
        low, high = 1, 1
        braces = BRACES.match(self.text, self.at)
        if self.at < len(self.text) and self.text[self.at] in "*+?":
            low, high = {"*": (0, ENDLESS), "+": (1, ENDLESS), "?": (0, 1)}[self.take()]
        elif braces:
            self.at = braces.end()
            low = int(braces[1])
            high = int(braces[3] or ENDLESS) if braces[2] else low
        else:
            return body[0]
        self.take_if("?")
        return ("repeat", low, high, body)

    def one(self) -> Token:
        sign = self.take()
        if sign == "(":
            return self.group()
        if sign == "[":
            return ("sign", self.class_())
        if sign == "\\":
            return ("sign", self.escaped())
        if sign == ".":
            return ("sign", others(CLASSES["n"]))
        return ("nothing",) if sign in "^$" else ("sign", ((ord(sign), ord(sign)),))

    def group(self) -> Token:
        looks = self.take_if("?=") or self.take_if("?!")
        if not looks:
            self.take_if("?:")
        inside = self.either()
        self.take_if(")")
        return ("look", inside) if looks else ("either", [inside])

    def escaped(self) -> Ranges:
        sign = self.take()
        return CLASSES.get(sign, ((ord(sign), ord(sign)),))

    def class_(self) -> Ranges:
        negated, parts = self.take_if("^"), []
        first = True
        while first or not self.take_if("]"):
            first = False
            low = self.member()
            if self.text[self.at] == "-" and self.text[self.at + 1] != "]" and len(low) == 1:
                self.at += 1
                parts.append((low[0][0], self.member()[-1][1]))
            else:
                parts.extend(low)
        return others(union(parts)) if negated else union(parts)

    def member(self) -> Ranges:
        sign = self.take()
        return self.escaped() if sign == "\\" else ((ord(sign), ord(sign)),)


__all__ = ["CLASSES", "ENDLESS", "Ranges", "Token", "others", "tree_of", "union"]
