"""What compiled expressions read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta, timezone

from dieutra.engine.lang.values import Value

VIETNAM = timezone(timedelta(hours=7))
NOWHERE: Mapping[str, str] = {}
NO_ROWS: Mapping[str, Sequence[str]] = {}

ListRow = Mapping[str, str]


class Context:
    """Typed values of the relevant nodes by path (blank is ""), the clock, and where one stands.

    `at` maps the place of a repeat to the path of the row that the expression stands in; `rows` maps the path
    of a repeat (`/data/ho[4]/con`) to the names of its rows; `relevant` holds paths of containers; `lists` the
    rows of lists by column. `position`, `item` and `outer` are set inside predicates.
    """

    __slots__ = ("at", "item", "lists", "now", "outer", "position", "relevant", "rows", "values")

    def __init__(
        self,
        values: Mapping[str, Value],
        now: datetime | None = None,
        *,
        rows: Mapping[str, Sequence[str]] = NO_ROWS,
        relevant: Collection[str] = (),
        lists: Mapping[str, Sequence[ListRow]] | None = None,
        at: Mapping[str, str] = NOWHERE,
    ) -> None:
        self.values = values
        self.now = now or datetime.now(VIETNAM)
        self.rows = rows
        self.relevant = relevant
        self.lists = lists or {}
        self.at = at
        self.position = 0
        self.item: ListRow = NOWHERE
        self.outer = self

    def inside(self, at: Mapping[str, str], position: int, item: ListRow = NOWHERE) -> Context:
        """The context of a predicate on one candidate."""
        inner = Context(
            self.values, self.now, rows=self.rows, relevant=self.relevant, lists=self.lists, at=at
        )
        inner.position, inner.item, inner.outer = position, item, self.outer
        return inner
