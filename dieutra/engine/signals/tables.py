"""What the signals read: answers, their values and the counters of bursts, as tables of one DuckDB connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

ANSWERS = pa.schema(
    [
        (name, pa.string())
        for name in ("answer", "survey", "body", "grp", "device", "network", "seconds", "said")
    ]
)
"""A row per released answer. `said` is a JSON object question → code; `device`, `network`, `seconds` may be ''."""

BURSTS = pa.schema(
    [("survey", pa.string()), ("body", pa.string()), ("starts", pa.timestamp("us")), ("n", pa.int64())]
)
"""A row per counter: how many answers about a body came in the ten minutes from `starts` (the clock of Vietnam)."""


LETTERS = 60
"""Codes stand as one letter of ASCII each; of a list of more some share one, which only copies could take for the same."""


@dataclass(frozen=True)
class Item:
    """A closed question of a survey's group: its codes in order, and whether they are a scale like its neighbours'."""

    survey: str
    grp: str
    question: str
    options: tuple[str, ...]
    scale: bool = True


def prepared(
    answers: pa.Table,
    bursts: pa.Table,
    items: Sequence[Item],
    connection: duckdb.DuckDBPyConnection | None = None,
) -> duckdb.DuckDBPyConnection:
    """A connection that holds what the signals read.

    Tables: `answer` (as ANSWERS without `said`), `burst`, `said` (answer, survey, body, grp, ordinal, question, value,
    code, scale: a row for every question of the answer's group, code '-' when blank), `cell` (survey, body, grp, n).
    Questions that are no Item (free text) and codes that an Item does not have are left aside.
    """
    connection = connection or duckdb.connect()
    connection.register("given_answers", answers.cast(ANSWERS))
    connection.register("given_bursts", bursts.cast(BURSTS))
    connection.register("given_items", _items(items))
    for statement in _STATEMENTS:
        connection.execute(statement)
    return connection


def _items(items: Sequence[Item]) -> pa.Table:
    rows = [
        (ordinal, item.survey, item.grp, item.question, value, chr(ord("A") + place % LETTERS), item.scale)
        for ordinal, item in enumerate(items)
        for place, value in enumerate(item.options)
    ]
    columns = list(zip(*rows, strict=True)) or [()] * 7
    types = (pa.int64(), *[pa.string()] * 5, pa.bool_())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    return pa.table(arrays, names=["ordinal", "survey", "grp", "question", "value", "code", "scale"])


_STATEMENTS = (
    """CREATE TABLE answer AS SELECT answer, survey, body, grp, coalesce(device, '') AS device,
              coalesce(network, '') AS network, coalesce(seconds, '') AS seconds FROM given_answers""",
    "CREATE TABLE burst AS SELECT * FROM given_bursts WHERE n > 0",
    "CREATE TABLE cell AS SELECT survey, body, grp, count(*) AS n FROM answer GROUP BY ALL",
    """CREATE TABLE told AS
       SELECT answer, told.key AS question, told.value ->> '$' AS value
       FROM given_answers, json_each(given_answers.said) AS told WHERE said IS NOT NULL""",
    """CREATE TABLE known AS
       SELECT answer, survey, body, grp, ordinal, question, value, code, scale
       FROM told JOIN answer USING (answer) JOIN given_items USING (survey, grp, question, value)""",
    """CREATE TABLE said AS
       WITH asked AS (SELECT DISTINCT survey, grp, ordinal, question, scale FROM known)
       SELECT answer, survey, body, grp, ordinal, question, value, coalesce(code, '-') AS code, scale
       FROM answer JOIN asked USING (survey, grp)
       LEFT JOIN (SELECT answer, question, value, code FROM known) USING (answer, question)""",
    "DROP TABLE told",
    "DROP TABLE known",
)
