"""Location paths while they are being read: which place they name, and which repeats they see in full."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.errors import ExpressionError

Steps = tuple[str, ...]


@dataclass(frozen=True)
class Standpoint:
    """Where relative paths start: a node, or a row of a list; `outer` is what `current()` means."""

    here: Steps | None
    outer: Steps | None
    item: bool = False
    in_predicate: bool = False

    def at(self, steps: Steps) -> Standpoint:
        """Inside a predicate on a node at these steps."""
        return Standpoint(steps, self.outer, False, True)

    def at_item(self) -> Standpoint:
        """Inside a predicate on a row of a list."""
        return Standpoint(None, self.outer, True, True)


@dataclass
class Location:
    """A path being read step by step; `base` is where it started from, None for absolute ones."""

    base: Steps | None
    repeats: Collection[str]
    outer: bool = False
    steps: list[str] = field(default_factory=list)
    predicates: dict[str, list[Ast]] = field(default_factory=dict)
    moved: bool = False

    def __post_init__(self) -> None:
        self.steps = list(self.base or ())

    @property
    def place(self) -> str:
        return "/" + "/".join(self.steps)

    def up(self, at: int) -> None:
        if len(self.steps) < 2:
            raise ExpressionError("Đường dẫn “..” đi ra ngoài phiếu", at)
        self.steps.pop()
        self.moved = True

    def down(self, name: str) -> None:
        """One step down; into a repeat that the path has just left it means all its rows."""
        came_back = self.base is not None and len(self.steps) < len(self.base)
        self.steps.append(name)
        self.moved = True
        if came_back and self.place in self.repeats:
            self.predicates.setdefault(self.place, [])

    def narrow(self, predicate: Ast) -> None:
        self.predicates.setdefault(self.place, []).append(predicate)

    def ast(self, at: int) -> Ast:
        if self.predicates:
            if self.outer:
                raise ExpressionError("Sau current() không dùng được điều kiện […]", at)
            return ["where", self.place, *([place, *found] for place, found in self.predicates.items())]
        return ["outer" if self.outer else "path", self.place]
