"""Checks over a Parquet file of responses in DuckDB: what `forms/check.py` finds, for all of them at once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Form
from dieutra.engine.lang import place_of
from dieutra.engine.lang.dialects import DUCKDB
from dieutra.engine.lang.to_python import VIETNAM
from dieutra.engine.run.checks import Batch, checks_query

ROWS_AT_ONCE = 1_000
OWN = ("type", "choice")


def check_batch(
    form: Form,
    source: str | Path | duckdb.DuckDBPyRelation,
    connection: duckdb.DuckDBPyConnection | None = None,
    *,
    now: datetime | None = None,
    keys: tuple[str, str] = ("case", "response"),
) -> duckdb.DuckDBPyRelation:
    """The findings of every response: columns of `keys`, then `check`, `path`, `severity`; in no order.

    `source` is a Parquet file (or pattern of files), or a relation of `connection`: a row per response, its case
    and number in the columns `keys`, and a text column per path (a missing one is blank). The relation is worked
    out when it is fetched. `now` is the clock for today(). Checks that SQL cannot say (in repeats, over lists) are
    run by Python, response after response.
    """
    connection = connection or duckdb.connect()
    responses = (
        source if isinstance(source, duckdb.DuckDBPyRelation) else connection.read_parquet(str(source))
    )
    at = now or datetime.now(VIETNAM)
    batch = checks_query(DUCKDB, form, "responses", responses.columns, keys, at)
    names = ", ".join(DUCKDB.column(key) for key in keys)
    lists = responses.query("responses", batch.query)
    numbers = lists.query("lists", f"SELECT {names}, unnest(found) AS number FROM lists")
    said = ["[" + ", ".join(map(DUCKDB.text, column)) + "]" for column in zip(*batch.found, strict=True)]
    if not said:
        said = ["['']", "['']", "['']"]
    columns = ", ".join(
        f"{words}[number + 1] AS {DUCKDB.column(name)}"
        for words, name in zip(said, ("check", "path", "severity"), strict=True)
    )
    found = numbers.query("numbers", f"SELECT {names}, {columns} FROM numbers WHERE number IS NOT NULL")
    if not batch.left and not batch.beyond:
        return found
    return found.union(connection.from_arrow(_in_python(form, responses, batch, at, keys)))


def _in_python(
    form: Form, responses: duckdb.DuckDBPyRelation, batch: Batch, now: datetime, keys: tuple[str, str]
) -> pa.Table:
    """What SQL leaves: the findings of its checks, and what is wrong at nodes beyond it."""
    rows: list[tuple[object, ...]] = []
    for part in responses.to_arrow_reader(ROWS_AT_ONCE):
        for row in part.to_pylist():
            answers = {path: text for path, text in row.items() if path not in keys and text}
            rows += [
                (row[keys[0]], row[keys[1]], it.check, it.path, it.severity)
                for it in evaluate(form, answers, now=now).findings
                if it.check in batch.left or (it.check in OWN and place_of(it.path) in batch.beyond)
            ]
    columns = list(zip(*rows, strict=True)) or [()] * 5
    types = [responses.to_arrow_reader(1).schema.field(key).type for key in keys]
    texts = [pa.array(column, pa.string()) for column in columns[2:]]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=False)]
    return pa.table([*arrays, *texts], names=[*keys, "check", "path", "severity"])
