"""The form model: what a questionnaire is once its workbook has been read. See docs/form-model.md."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from dieutra.engine.forms.lists import Choice, Itemset, Label, List
from dieutra.engine.lang import Ast, Shape, place_of

CONTAINERS = frozenset({"group", "repeat", "table", "row"})
REVIEW_LEVELS = ("country", "province", "district", "commune")  # from above downwards


@dataclass(frozen=True)
class Column:
    """One column of a table; `type` is `int`, `decimal` or `string`."""

    name: str
    code: str
    label: Label
    type: str
    unit: Label | None = None

    def to_json(self) -> dict[str, Any]:
        json = {"name": self.name, "code": self.code, "label": self.label, "type": self.type}
        return json | ({"unit": self.unit} if self.unit else {})

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Column:
        return cls(json["name"], json["code"], json["label"], json["type"], json.get("unit"))


@dataclass(frozen=True)
class Given:
    """A value given by an event: `load` (a response is begun), `row` (a row is added), `changed` (at `by`)."""

    event: str
    value: Ast
    by: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"event": self.event, "by": self.by, "value": self.value}

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Given:
        return cls(json["event"], json["value"], json["by"])


@dataclass(frozen=True)
class Node:
    """A place in the form: a container (type None) or something that holds a value."""

    path: str
    kind: str
    type: str | None
    parent: str | None = None
    label: Label = field(default_factory=dict)
    hint: Label = field(default_factory=dict)
    required: Ast | None = None
    relevant: Ast | None = None
    calculate: Ast | None = None
    readonly: Ast | None = None
    default: str | None = None
    appearance: tuple[str, ...] = ()
    choices: tuple[Choice, ...] | None = None
    codes: dict[str, str] | None = None
    columns: tuple[Column, ...] | None = None
    unit: Label | None = None
    required_message: Label | None = None
    guidance: Label | None = None
    itemset: Itemset | None = None
    count: Ast | None = None
    range: dict[str, str] | None = None
    media: str | None = None
    sets: tuple[Given, ...] = ()
    preload: str | None = None

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def is_amount(self) -> bool:
        """A quantity, whose thousands are grouped when shown; a year or a code is none."""
        return self.kind == "cell" or self.unit is not None or "thousands-sep" in self.appearance

    @property
    def is_container(self) -> bool:
        return self.kind in CONTAINERS

    def to_json(self) -> dict[str, Any]:
        json: dict[str, Any] = {key: getattr(self, key) for key in _ALWAYS}
        json["appearance"] = list(self.appearance)
        if self.choices is not None:
            json["choices"] = [choice.to_json() for choice in self.choices]
        if self.columns is not None:
            json["columns"] = [column.to_json() for column in self.columns]
        if self.itemset is not None:
            json["itemset"] = self.itemset.to_json()
        if self.sets:
            json["sets"] = [given.to_json() for given in self.sets]
        return json | {key: getattr(self, key) for key in _SOMETIMES if getattr(self, key) is not None}

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Node:
        parts: dict[str, Any] = {key: json[key] for key in _ALWAYS} | {
            key: json.get(key) for key in _SOMETIMES
        }
        parts["appearance"] = tuple(json["appearance"])
        if "choices" in json:
            parts["choices"] = tuple(map(Choice.from_json, json["choices"]))
        if "columns" in json:
            parts["columns"] = tuple(map(Column.from_json, json["columns"]))
        if "itemset" in json:
            parts["itemset"] = Itemset.from_json(json["itemset"])
        parts["sets"] = tuple(map(Given.from_json, json.get("sets", ())))
        return cls(**parts)


_LOGIC = ("required", "relevant", "calculate", "readonly", "default")
_ALWAYS = ("path", "kind", "type", "parent", "label", "hint", *_LOGIC)
_SOMETIMES = ("codes", "unit", "required_message", "guidance", "count", "range", "media", "preload")


@dataclass(frozen=True)
class Check:
    """One rule: `expr` is true when all is well; `paths` are those it reads, `where` too when it says `.`."""

    name: str
    where: str
    severity: str
    expr: Ast
    message: Label
    justify: bool
    paths: tuple[str, ...]
    level: str | None = None  # a rule of the reviewers at this level; the unit is not held to it

    @property
    def is_constraint(self) -> bool:
        return self.name.endswith(".constraint")

    def to_json(self) -> dict[str, Any]:
        json: dict[str, Any] = {key: getattr(self, key) for key in ("name", "where", "severity", "expr")}
        json |= {"message": self.message, "justify": self.justify, "paths": list(self.paths)}
        return json | ({"level": self.level} if self.level else {})

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Check:
        return cls(**{**json, "paths": tuple(json["paths"])})


@dataclass(frozen=True)
class Form:
    """A questionnaire: nodes in document order (groups before their members) and its checks."""

    id: str
    version: str
    title: Label
    languages: tuple[str, ...]
    nodes: tuple[Node, ...]
    checks: tuple[Check, ...]
    lists: Mapping[str, List] = field(default_factory=dict)
    set_apart: tuple[Check, ...] = ()  # rules of the reviewers, which the unit is not shown

    @cached_property
    def by_path(self) -> dict[str, Node]:
        return {node.path: node for node in self.nodes}

    @cached_property
    def by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def repeats(self) -> tuple[str, ...]:
        """The places of repeats, outer ones before those inside."""
        return tuple(node.path for node in self.nodes if node.kind == "repeat")

    @cached_property
    def shape(self) -> Shape:
        """What compiling an expression needs to know of this form."""
        return Shape(self.repeats, self.choice_label)

    @cached_property
    def compiled(self) -> dict[str, Any]:
        """Room for what `check` compiles from this form, once."""
        return {}

    @cached_property
    def for_unit(self) -> Form:
        """The form without the reviewers' rules; they are set apart."""
        kept = tuple(check for check in self.checks if check.level)
        own = tuple(check for check in self.checks if not check.level)
        return replace(self, checks=own, set_apart=(*self.set_apart, *kept)) if kept else self

    def for_levels(self, levels: Collection[str]) -> Form:
        """The form with the rules of some review levels; asked again it gives the same object."""
        added = tuple(check for check in self.set_apart if check.level in levels)
        if not added:
            return self
        kept: dict[tuple[str, ...], Form] = self.compiled.setdefault("for_levels", {})
        names = tuple(check.name for check in added)
        return kept.setdefault(names, replace(self, checks=(*self.checks, *added), set_apart=()))

    @property
    def whole(self) -> Form:
        """The form with every rule."""
        return self.for_levels({check.level for check in self.set_apart if check.level})

    def node(self, path: str) -> Node:
        """The node at a place, or at a path of a response; KeyError when there is none."""
        return self.by_path[place_of(path)]

    def choice_label(self, place: str, value: str, ctx: object = None) -> str:
        """What a choice is called in the form's first language; blank when the node does not offer it."""
        node, language = self.by_path.get(place), self.languages[0]
        if node is None:
            return ""
        if node.itemset is not None and node.itemset.list in self.lists:
            choices = self.lists[node.itemset.list].choices(node.itemset)
        else:
            choices = {choice.value: choice for choice in node.choices or ()}
        labels = [choices[word].label.get(language, word) for word in value.split() if word in choices]
        return ", ".join(labels)

    def members(self, path: str | None) -> list[Node]:
        """Nodes directly in a container, in order; None is the top of the form."""
        return [node for node in self.nodes if node.parent == path]

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "languages": list(self.languages),
            "nodes": [node.to_json() for node in self.nodes],
            "checks": [check.to_json() for check in self.checks],
            "lists": {name: found.to_json() for name, found in self.lists.items()},
        }

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Form:
        return cls(
            id=json["id"],
            version=json["version"],
            title=json["title"],
            languages=tuple(json["languages"]),
            nodes=tuple(map(Node.from_json, json["nodes"])),
            checks=tuple(map(Check.from_json, json["checks"])),
            lists={name: List.from_json(name, found) for name, found in json.get("lists", {}).items()},
        )


__all__ = [
    "CONTAINERS",
    "REVIEW_LEVELS",
    "Check",
    "Choice",
    "Column",
    "Form",
    "Given",
    "Itemset",
    "Label",
    "List",
    "Node",
]
