"""Lists that a form chooses from or looks up in: its own choices with a filter, and attached files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dieutra.engine.lang import Ast

Label = dict[str, str]


@dataclass(frozen=True)
class Choice:
    """One answer of a select question."""

    value: str
    label: Label

    def to_json(self) -> dict[str, Any]:
        return {"value": self.value, "label": self.label}

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Choice:
        return cls(json["value"], json["label"])


@dataclass(frozen=True)
class Itemset:
    """Choices that depend on answers: rows of a list, or rows of a repeat, for which `filter` holds.

    `value` and `label` are columns of the list, or places in the repeat.
    """

    list: str = ""
    repeat: str = ""
    value: str = "name"
    label: str = "label"
    filter: Ast | None = None
    shuffle: bool = False
    seed: Ast | None = None

    def to_json(self) -> dict[str, Any]:
        source = {"repeat": self.repeat} if self.repeat else {"list": self.list}
        rest = {key: getattr(self, key) for key in ("value", "label", "filter", "shuffle", "seed")}
        return source | rest

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Itemset:
        return cls(**json)


@dataclass(frozen=True)
class List:
    """Rows by column, and a label per row in each language; `file` names the attachment it came from."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    labels: tuple[Label, ...] = field(default=(), repr=False)
    file: str = ""

    @cached_property
    def by_column(self) -> Sequence[Mapping[str, str]]:
        """The rows for expressions; the column `label` is the label in the first language."""
        return [self._row(row, at) for at, row in enumerate(self.rows)]

    def _row(self, row: tuple[str, ...], at: int) -> Mapping[str, str]:
        label = next(iter(self.labels[at].values()), "") if self.labels else ""
        return {"label": label} | dict(zip(self.columns, row, strict=False))

    def choices(self, itemset: Itemset) -> Mapping[str, Choice]:
        """All choices of an itemset on this list by value, without its filter."""
        key = (itemset.value, itemset.label)
        if key not in self._choices:
            self._choices[key] = {
                row[itemset.value]: Choice(row[itemset.value], self.label_of(at, itemset.label))
                for at, row in reversed(list(enumerate(self.by_column)))
                if row.get(itemset.value)
            }
        return self._choices[key]

    @cached_property
    def _choices(self) -> dict[tuple[str, str], dict[str, Choice]]:
        return {}

    def label_of(self, at: int, column: str) -> Label:
        if column == "label" and self.labels:
            return self.labels[at]
        return {"vi": self.by_column[at].get(column, "")}

    def to_json(self) -> dict[str, Any]:
        json: dict[str, Any] = {"columns": list(self.columns), "rows": [list(row) for row in self.rows]}
        return json | {"labels": list(self.labels)} | ({"file": self.file} if self.file else {})

    @classmethod
    def from_json(cls, name: str, json: Mapping[str, Any]) -> List:
        rows = tuple(map(tuple, json["rows"]))
        return cls(name, tuple(json["columns"]), rows, tuple(json["labels"]), json.get("file", ""))
