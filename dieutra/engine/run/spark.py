"""Runs on Spark what a Writer has written, layer by layer.

Spark's optimizer would write each layer into the next one, and so grow the tests inside tests beyond all memory;
therefore each layer is planned by itself (`localCheckpoint` cuts the plan there); the rows then pass through all of
them in one job.
"""

from __future__ import annotations

from typing import Any

from dieutra.engine.lang.sql_writer import Writer

# Wide rows of tests inside tests are planned in little memory when no Java is made for them.
SETTINGS = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}


def worked_out(session: Any, w: Writer, source: str, kept: list[str], last: str) -> Any:
    """A DataFrame of `last` over the view `source`, with all that the writer has named; `kept` are its columns.

    Leaves the views `_l0`, `_l1`, … behind in the session.
    """
    below = source
    for number, layer in enumerate(w.layers):
        columns = [*kept, *(f"{sql} AS {name}" for name, sql in layer)]
        frame = session.sql(f"SELECT {', '.join(columns)} FROM {below}").localCheckpoint(eager=False)
        below = f"_l{number}"
        frame.createOrReplaceTempView(below)
        kept = [*kept, *(name for name, _ in layer)]
    return session.sql(f"SELECT {last} FROM {below}")


__all__ = ["SETTINGS", "worked_out"]
