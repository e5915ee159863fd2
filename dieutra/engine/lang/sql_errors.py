"""Expressions that SQL cannot say, and those that have no value for some answers."""

from __future__ import annotations

from dataclasses import dataclass

from dieutra.engine.lang.sql_values import SqlValue


class NotInSql(Exception):
    """The function, or this use of it, cannot be said in SQL. `name` is the function's name."""

    def __init__(self, name: str, why: str = "") -> None:
        super().__init__(f"Hàm {name}() không chạy được trong SQL{': ' + why if why else ''}")
        self.name, self.why = name, why


@dataclass(frozen=True)
class Failing:
    """A value with the SQL of where there is none (where Python raises EvaluationError)."""

    value: SqlValue
    fails: str


def any_of(*conditions: str | None) -> str | None:
    """Their disjunction; None when there is none of them."""
    given = list(dict.fromkeys(condition for condition in conditions if condition is not None))
    if len(given) < 2:
        return given[0] if given else None
    return f"({' OR '.join(given)})"


__all__ = ["Failing", "NotInSql", "any_of"]
