"""What compiling an expression needs to know of a form: where it repeats, and what its choices are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache


class Shape:
    """The repeats of a form by place, and `label(place, value, ctx)`: what a chosen value is called there."""

    def __init__(
        self, repeats: Iterable[str] = (), label: Callable[..., str] = lambda place, value, ctx: ""
    ) -> None:
        self.repeats = frozenset(repeats)
        self.label = label
        self.around = lru_cache(maxsize=None)(self._around)

    def _around(self, place: str) -> tuple[str, ...]:
        """The repeats that a place lies in, outermost first; a repeat lies in itself."""
        found, end = [], 0
        while end >= 0 and self.repeats:
            end = place.find("/", end + 1)
            prefix = place if end < 0 else place[:end]
            if prefix in self.repeats:
                found.append(prefix)
        return tuple(found)

    def innermost(self, place: str) -> str | None:
        around = self.around(place)
        return around[-1] if around else None


FLAT = Shape()
