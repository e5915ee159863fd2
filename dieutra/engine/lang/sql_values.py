"""Values while SQL is being written: each says itself as number, text, truth and blank, as `values.py` does.

The kind of a value is known when SQL is written, or is a `Choice` that a test decides for each row: an answer is
a number where it is written as one, and text where it is not.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal

from dieutra.engine.lang.sql_writer import Writer, literal

TRUE, FALSE = "TRUE", "FALSE"


class SqlValue(ABC):
    """One value. `kinds` are those that it may have: text, number, boolean, date."""

    kinds: frozenset[str] = frozenset()

    @abstractmethod
    def number(self, w: Writer) -> str: ...
    @abstractmethod
    def text(self, w: Writer) -> str: ...
    @abstractmethod
    def truth(self, w: Writer) -> str: ...
    @abstractmethod
    def blank(self, w: Writer) -> str: ...

    def is_kind(self, kind: str, w: Writer) -> str:
        return TRUE if kind in self.kinds else FALSE

    @property
    def exact(self) -> bool:
        """False when the number is a plain double, as after a division."""
        return True

    def settled(self, w: Writer) -> str:
        """The number fit for comparing and showing."""
        return self.number(w) if self.exact else w.settled(self.number(w))


@dataclass(frozen=True)
class Text(SqlValue):
    sql: str
    kinds = frozenset({"text"})

    def number(self, w: Writer) -> str:
        return w.number_of_text(self.sql)

    def text(self, w: Writer) -> str:
        return self.sql

    def truth(self, w: Writer) -> str:
        return f"({self.sql} <> '')"

    def blank(self, w: Writer) -> str:
        return f"({self.sql} = '')"


@dataclass(frozen=True)
class Number(SqlValue):
    sql: str
    is_exact: bool = True
    kinds = frozenset({"number"})

    @property
    def exact(self) -> bool:
        return self.is_exact

    def number(self, w: Writer) -> str:
        return self.sql

    def text(self, w: Writer) -> str:
        return w.text_of_number(self.settled(w))

    def truth(self, w: Writer) -> str:
        return f"coalesce({self.sql} <> 0, FALSE)"

    def blank(self, w: Writer) -> str:
        return f"({self.sql} IS NULL)"


@dataclass(frozen=True)
class Truth(SqlValue):
    sql: str
    kinds = frozenset({"boolean"})

    def number(self, w: Writer) -> str:
        return f"(CASE WHEN {self.sql} THEN 1e0 ELSE 0e0 END)"

    def text(self, w: Writer) -> str:
        return f"(CASE WHEN {self.sql} THEN 'true' ELSE 'false' END)"

    def truth(self, w: Writer) -> str:
        return self.sql

    def blank(self, w: Writer) -> str:
        return FALSE


@dataclass(frozen=True)
class Day(SqlValue):
    sql: str
    kinds = frozenset({"date"})

    def number(self, w: Writer) -> str:
        return w.dialect.say("days", self.sql)

    def text(self, w: Writer) -> str:
        return w.dialect.say("string", self.sql)

    def truth(self, w: Writer) -> str:
        return TRUE

    def blank(self, w: Writer) -> str:
        return FALSE


@dataclass(frozen=True)
class Moment(SqlValue):
    """A double: milliseconds since 1970-01-01T00:00 in Vietnam. As number and text it is its day."""

    sql: str
    kinds = frozenset({"date"})

    def number(self, w: Writer) -> str:
        return w.dialect.say("floor", f"{self.sql} / 86400000e0")

    def text(self, w: Writer) -> str:
        return w.dialect.say("string", w.dialect.say("day_of", self.number(w)))

    def truth(self, w: Writer) -> str:
        return TRUE

    def blank(self, w: Writer) -> str:
        return FALSE


class Choice(SqlValue):
    """One of two values, by a test that is never NULL."""

    def __init__(self, test: str, yes: SqlValue, no: SqlValue) -> None:
        self.test, self.yes, self.no = test, yes, no
        self.kinds = yes.kinds | no.kinds

    @property
    def exact(self) -> bool:
        return self.yes.exact and self.no.exact

    def number(self, w: Writer) -> str:
        return self._either(w, self.yes.number(w), self.no.number(w))

    def text(self, w: Writer) -> str:
        return self._either(w, self.yes.text(w), self.no.text(w))

    def truth(self, w: Writer) -> str:
        return self._either(w, self.yes.truth(w), self.no.truth(w))

    def blank(self, w: Writer) -> str:
        return self._either(w, self.yes.blank(w), self.no.blank(w))

    def is_kind(self, kind: str, w: Writer) -> str:
        if kind in self.kinds and self.kinds != {kind}:
            return self._either(w, self.yes.is_kind(kind, w), self.no.is_kind(kind, w))
        return super().is_kind(kind, w)

    def _either(self, w: Writer, yes: str, no: str) -> str:
        if yes == no:
            return yes
        if (yes, no) == (TRUE, FALSE):
            return self.test
        return f"(CASE WHEN {w.short(self.test)} THEN {yes} ELSE {no} END)"


class Answer(Choice):
    """A written answer: typed where it is well written, else the text that it is. All four are columns."""

    def __init__(self, test: str, yes: SqlValue, written: str, number: str) -> None:
        super().__init__(test, yes, Text(written))
        self.as_number = number

    def number(self, w: Writer) -> str:
        return self.as_number

    def blank(self, w: Writer) -> str:
        return self.no.blank(w)


def constant(value: str | bool | Decimal, w: Writer) -> SqlValue:
    if isinstance(value, bool):
        return Truth(TRUE if value else FALSE)
    if isinstance(value, str):
        return Text(w.dialect.text(value))
    return Number(literal(float(value)))


NOTHING = Text("''")

__all__ = [
    "FALSE",
    "NOTHING",
    "TRUE",
    "Answer",
    "Choice",
    "Day",
    "Moment",
    "Number",
    "SqlValue",
    "Text",
    "Truth",
]
