"""Checks over a Parquet file of responses in DuckDB: what `forms/check.py` finds, for all of them at once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from dieutra.engine.forms.form import Form
from dieutra.engine.lang.dialects import DUCKDB
from dieutra.engine.lang.to_python import VIETNAM
from dieutra.engine.run.checks import checks_query


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
    out when it is fetched. `now` is the clock for today(). Raises NotInSql for a form that SQL cannot say.
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
    return numbers.query("numbers", f"SELECT {names}, {columns} FROM numbers WHERE number IS NOT NULL")
