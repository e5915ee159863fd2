"""Paths of areas: "VN/35/347/13285/". Everything below an area is one range of its path.

A unit hangs below its commune as "VN/35/347/13285/@UNITCODE/".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

MAX_PATH = 120
UNIT = "@"

if TYPE_CHECKING:
    TextColumn: TypeAlias = models.CharField[str, str]
else:
    TextColumn = models.CharField


class PathField(TextColumn):
    """Text ordered by bytes, so that `below` is a range on both engines.

    SQLite compares bytes by itself; PostgreSQL follows its locale unless the column says "C".
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MAX_PATH)
        super().__init__(*args, **kwargs)

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters: dict[str, Any] = dict(super().db_parameters(connection))
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


def join(parent_path: str, code: str) -> str:
    return f"{parent_path}{code}/"


def unit_path(parent_path: str, unit_code: str) -> str:
    """The path of a unit in an area."""
    return f"{parent_path}{UNIT}{unit_code}/"


def area_path(path: str) -> str:
    """The area of a unit's path; an area's own path is returned as it is."""
    return path.partition(UNIT)[0]


def codes_by_level(path: str, level: int) -> dict[int, str]:
    """The codes on an area's path by their level. Where no district stands, the commune follows its province:
    "VN/37/13285/" of level 3 gives {0: "VN", 1: "37", 3: "13285"}.
    """
    codes = area_path(path).strip("/").split("/")
    return {(level if depth == len(codes) - 1 else depth): code for depth, code in enumerate(codes)}


def lineage(path: str) -> list[str]:
    """A path and all that lie above it, the root first."""
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[: depth + 1]) + "/" for depth in range(len(parts))]


def below(path: str) -> tuple[str, str]:
    """The half-open range of this area and everything below: first ≤ path < second ("0" follows "/")."""
    if not path.endswith("/"):
        raise ValueError(f"A path ends with a slash: {path!r}")
    return path, path[:-1] + "0"


def under(field: str, path: str) -> Q:
    """The condition "`field` is this area or lies below it"; an index on the field serves it."""
    first, beyond = below(path)
    return Q(**{f"{field}__gte": first, f"{field}__lt": beyond})
