"""What somebody holds who has everything but the key file: a backup after each step, logs, mails with their links.

`dump` is a backup with what a database keeps by itself: the place of each row and, on PostgreSQL, the transaction.
"""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from django.conf import settings
from django.db import connection

Row = Mapping[str, Any]
Dump = dict[str, list[Row]]
PLACE, TRANSACTION = "(place)", "(transaction)"
LARGE = 2_000  # rows: such a table is dumped with the large backups alone


def dump(before: Dump | None = None) -> Dump:
    """Every table, row by row in physical order. With `before` a table too large to be read again each time stays out, and
    one that has not changed is the same object as before.
    """
    found: Dump = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if before is not None and len(before.get(table, ())) > LARGE:
                found[table] = before[table]
                continue
            rows = _rows(cursor, table)
            found[table] = before[table] if before and before.get(table) == rows else rows
    return found


def _rows(cursor: Any, table: str) -> list[Row]:
    hidden = "ctid::text, xmin::text" if connection.vendor == "postgresql" else "rowid, 0"
    order = "ctid" if connection.vendor == "postgresql" else "rowid"
    cursor.execute(f'SELECT {hidden}, * FROM "{table}" ORDER BY {order}')
    names = [PLACE, TRANSACTION, *[it[0] for it in cursor.description][2:]]
    return [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]


def _plain(value: object) -> object:
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)  # SQLite keeps UTC without saying so
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value


@dataclass(frozen=True)
class Step:
    """Something that happened between two backups. `who` is the person who answered, if anybody did."""

    name: str
    before: Dump
    after: Dump
    begun: float
    ended: float
    log: str = ""
    who: int = 0


@dataclass
class Held:
    """All of it, and beside it the truth, which only the judge of the test looks at."""

    batch: int
    slug: str
    root: str  # the campaign's own path
    steps: list[Step] = field(default_factory=list)
    tokens: dict[int, str] = field(default_factory=dict)  # person -> code, from the mails
    mails: list[str] = field(default_factory=list)
    visits: dict[int, tuple[str, str]] = field(default_factory=dict)  # person -> (address, browser)
    truth: dict[int, dict[str, str]] = field(default_factory=dict)  # person -> answers

    @property
    def last(self) -> Dump:
        return self.steps[-1].after

    @property
    def answers(self) -> list[Step]:
        return [step for step in self.steps if step.who]

    @property
    def logs(self) -> str:
        return "".join(step.log for step in self.steps)


@contextmanager
def logged() -> Iterator[StringIO]:
    """All that the server's own configuration of logs writes, at its level INFO."""
    out = StringIO()
    chosen = dict(settings.LOGGING)
    handlers = {"console": {**chosen["handlers"]["console"], "stream": out}}
    root, before = logging.getLogger(), (logging.getLogger().handlers[:], logging.getLogger().level)
    logging.config.dictConfig({**chosen, "handlers": handlers, "root": {**chosen["root"], "level": "INFO"}})
    try:
        yield out
    finally:
        root.handlers[:], root.level = before
        root.setLevel(before[1])
