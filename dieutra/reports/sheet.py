"""A report between its figures and its files: heads, tables, signatures. Excel, Word and PDF draw the same sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Value = str | int | float | None


@dataclass(frozen=True)
class Table:
    """`columns`: (heading, “text”, “count”, “decimal” or “percent”); None is shown as a dash."""

    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    upper_body: str
    body: str
    title: str
    subtitle: str
    period: str
    place_and_day: str
    simulated: bool
    tables: tuple[Table, ...]
    signatures: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Sheet:
        tables = tuple(
            Table(
                it["title"],
                tuple((head, sort) for head, sort in it["columns"]),
                tuple(tuple(row) for row in it["rows"]),
                tuple(it["total"]),
                it["note"],
            )
            for it in json["tables"]
        )
        rest = {name: json[name] for name in json if name not in ("tables", "signatures")}
        return cls(**rest, tables=tables, signatures=tuple(json["signatures"]))


def shown(value: Value, sort: str) -> str:
    """A value as a Vietnamese reader expects it: 1.234, 2,5, 87,5%; a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if sort == "count":
        return f"{value:,.0f}".replace(",", ".")
    words = f"{value:,.1f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return words + "%" if sort == "percent" else words


def total_of(
    label: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Value]]
) -> tuple[Value, ...]:
    """Sums of the counted columns; what cannot be summed is left blank."""
    cells: list[Value] = [label]
    for at, (_, sort) in enumerate(columns[1:], start=1):
        figures = [row[at] for row in rows if isinstance(row[at], int)]
        cells.append(sum(figures) if sort == "count" else "")  # type: ignore[arg-type]
    return tuple(cells)
