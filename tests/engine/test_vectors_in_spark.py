"""Spark gives each expression the value of its vector: a real session of one thread with 1 GB, for the heavy run."""

from __future__ import annotations

import importlib.util
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dieutra.engine.forms.form import Form, Node
from dieutra.engine.lang import Ast
from dieutra.engine.lang.dialects import SPARK
from dieutra.engine.lang.sql_errors import NotInSql
from dieutra.engine.lang.sql_values import FALSE
from dieutra.engine.lang.sql_writer import Writer
from dieutra.engine.lang.to_sql import Sql
from dieutra.engine.run.answers import Answers
from dieutra.engine.run.spark import SETTINGS, worked_out
from tests.engine import test_vectors_in_duckdb as duck
from tests.oracle.make_vectors import ANSWERS
from tests.oracle.typing import AS_TEXT

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(
        importlib.util.find_spec("pyspark") is None, reason="no pyspark: pip install -e '.[spark]'"
    ),
    pytest.mark.skipif(shutil.which("java") is None, reason="no Java; scripts/test --all installs one"),
]
BATCH = 60


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    from pyspark.sql import SparkSession  # type: ignore[import-not-found, unused-ignore]

    builder = SparkSession.builder.master("local[1]").appName("dieutra")
    given = {"spark.driver.memory": "1g", "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1"}
    for key, value in {**given, **SETTINGS}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def view(session: Any, path: Path, rows: list[dict[str, str]]) -> str:
    """A view of text columns, and `n` that counts the rows."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    pq.write_table(pa.table({"n": list(range(len(rows))), **columns}), path)
    session.read.parquet(str(path)).createOrReplaceTempView("given")
    return "given"


def writer_of(kinds: dict[str, str]) -> tuple[Writer, Answers]:
    w = Writer(SPARK)
    nodes = [Node(path, "question", "string" if kind in AS_TEXT else kind) for path, kind in kinds.items()]
    return w, Answers(w, Form("x", "1", {}, ("vi",), tuple(nodes), ()), list(kinds), duck.NOW)


def columns(w: Writer, number: int, made: Sql) -> list[str]:
    value = made.value
    said = [made.fails or FALSE, value.is_kind("number", w), value.is_kind("boolean", w)]
    said += [value.settled(w), value.truth(w), value.text(w)]
    return [f"{sql} AS c{number}_{at}" for at, sql in enumerate(said)]


def as_vector(
    failed: bool, is_number: bool, is_boolean: bool, number: Any, truth: Any, text: Any
) -> str | float | bool | None:
    if failed:
        return None
    if is_number:
        return "" if number is None else float(number)
    return bool(truth) if is_boolean else str(text)


def test_spark_gives_every_vector_its_value(session: Any, tmp_path: Path) -> None:
    source = view(session, tmp_path / "given.parquet", [{path: text for path, (_, text) in ANSWERS.items()}])
    kept = [SPARK.column(path) for path in ANSWERS]
    differing, ran = [], 0
    for start in range(0, len(duck.VECTORS), BATCH):
        w, answers = writer_of({path: kind for path, (kind, _) in ANSWERS.items()})
        used, said = [], []
        for vector in duck.VECTORS[start : start + BATCH]:
            try:
                made = answers.to_sql.compile(vector["ast"], "/data/a")
            except NotInSql:
                assert duck.not_in_sql(vector), vector["expr"]
                continue
            said += columns(w, len(used), made)
            used.append(vector)
        row = worked_out(session, w, source, kept, ", ".join(said)).collect()[0]
        ran += len(used)
        values = [as_vector(*row[at : at + 6]) for at in range(0, len(row), 6)]
        differing += [
            (vector["name"], vector["expr"], value)
            for vector, value in zip(used, values, strict=True)
            if not duck.same(value, vector["expect"])
        ]
    assert differing == []
    assert ran >= len(duck.IN_DUCKDB)


def test_a_hundred_random_expressions_agree_with_python_on_a_dozen_responses_each(
    session: Any, tmp_path: Path
) -> None:
    chance = random.Random(1908)
    differing = []
    for _ in range(2):
        trees = [
            tree
            for tree in (duck.any_tree(chance, 3) for _ in range(50))
            if not duck.steps_on_a_quotient(tree)
        ]
        rows = [
            {path: chance.choice(texts) for path, (_, texts) in duck.ANSWERS.items()}
            for _ in range(duck.ROWS)
        ]
        found = in_spark(session, view(session, tmp_path / "rows.parquet", rows), trees)
        for row, values in zip(rows, found, strict=True):
            differing += [
                (ast, row, duck.in_python(ast, row), value)
                for ast, value in zip(trees, values, strict=True)
                if not duck.alike(duck.in_python(ast, row), value)
            ]
    assert differing == []


def in_spark(session: Any, source: str, trees: list[Ast]) -> list[list[tuple[str, str]]]:
    """By row, kind and text of each tree."""
    w, answers = writer_of({path: kind for path, (kind, _) in duck.ANSWERS.items()})
    said = []
    for number, ast in enumerate(trees):
        made = answers.to_sql.compile(ast, "/data/a")
        tests = [f"WHEN {made.fails} THEN 'error'"] if made.fails else []
        tests += [
            f"WHEN {made.value.is_kind(kind, w)} THEN '{kind}'" for kind in ("number", "boolean", "date")
        ]
        kind = w.named(f"CASE {' '.join(tests)} ELSE 'text' END")
        text = f"CASE WHEN {kind} = 'error' THEN '' ELSE {made.value.text(w)} END"
        said.append(f"{kind} AS k{number}, {text} AS t{number}")
    kept = ["n", *map(SPARK.column, duck.ANSWERS)]
    frame = worked_out(session, w, source, kept, ", ".join(["n", *said])).orderBy("n")
    return [list(zip(row[1::2], row[2::2], strict=True)) for row in frame.collect()]
