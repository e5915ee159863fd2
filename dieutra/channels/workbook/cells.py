"""What formulas are made of: how they read answers (`Cells`), text literals, and messages with answers in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

MAX_FORMULA = 8_000
MAX_LITERAL = 250
NUMERIC = frozenset({"int", "decimal"})
# what kind of value a function of the language gives
KINDS = {
    "number": frozenset(
        {
            "sum",
            "count",
            "count-non-empty",
            "count-selected",
            "round",
            "int",
            "abs",
            "number",
            "string-length",
            "min",
            "max",
        }
    ),
    "truth": frozenset({"true", "false", "not", "boolean", "selected", "contains", "starts-with"}),
    "date": frozenset({"today", "date"}),
    "text": frozenset({"concat"}),
}


class Untranslatable(Exception):
    """Excel cannot say this as the server does."""


class Cells(Protocol):
    """How a formula at one place of the workbook reads the answers. Expressions name places, cells have paths."""

    def path(self, place: str) -> str:
        """The path of a place as seen from here. Raises Untranslatable when it stands for several."""

    def all_paths(self, place: str, *, everywhere: bool = False) -> list[str]:
        """The paths of a node set; `everywhere`: over all rows, whatever row the formula stands in."""

    def type_of(self, path: str) -> str | None: ...

    def value(self, path: str) -> str:
        """A number, a text or a day; `""` when blank or not asked; for a choice its code. Never an error."""

    def is_blank(self, path: str) -> str: ...

    def asked(self, path: str) -> str:
        """The condition under which the node is asked (a row: is there); nothing when always."""

    def added(self, paths: Sequence[str]) -> str:
        """The sum of numeric cells, blank ones skipped."""

    def chosen(self, path: str, choice: str) -> str: ...

    def count_chosen(self, path: str) -> str: ...


def quoted(text: str) -> str:
    """A text literal, in pieces that Excel takes."""
    pieces = [text[at : at + MAX_LITERAL] for at in range(0, len(text), MAX_LITERAL)] or [""]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def fitting(formula: str) -> str:
    """The formula, unless Excel would refuse the whole file because of its length."""
    if len(formula) > MAX_FORMULA:
        raise Untranslatable("quá dài")
    return formula


REFERENCE = re.compile(r"\$\{(/[^}]*)\}")


def message(text: str, cells: Cells, shown: Callable[[str], str]) -> str:
    """A message as a formula: `${/data/a}` becomes what stands in that cell (`shown`), “(trống)” when blank."""
    pieces = REFERENCE.split(text)
    parts = [quoted(piece) for piece in pieces[::2]]
    for number, path in enumerate(pieces[1::2]):
        here = cells.path(path)
        value = f'IF({cells.is_blank(here)},"(trống)",{shown(here)})'
        parts.insert(2 * number + 1, value)
    return "&".join(part for part in parts if part != '""')
