"""What SQL refuses by name, what only Spark says differently, and forms that are not like the others."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import duckdb
import pytest

from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Check, Form, Node
from dieutra.engine.lang import FUNCTIONS, parse, paths
from dieutra.engine.lang.dialects import DUCKDB, SPARK
from dieutra.engine.lang.node_functions import SPECIAL
from dieutra.engine.lang.to_python import VIETNAM
from dieutra.engine.lang.to_sql import IN_SQL
from dieutra.engine.run.checks import checks_query
from dieutra.engine.run.duckdb import check_batch
from tests.kinds import cast

NOW = datetime(2021, 4, 15, tzinfo=VIETNAM)
KEYS = ("case", "response")


def small(expr: str, **nodes: Any) -> Form:
    """A form of /data/a and /data/b with one check at /data/a; `nodes` replaces them."""
    given = {"a": Node("/data/a", "question", "int"), "b": Node("/data/b", "question", "string")} | nodes
    ast = parse(expr, "/data/a")
    check = Check("K1", "/data/a", "hard", ast, {"vi": "Sai"}, False, tuple(paths(ast, "/data/a")))
    return Form("x", "1", {"vi": "x"}, ("vi",), tuple(given.values()), (check,))


def found(form: Form, **answers: str) -> list[tuple[str, str, str]]:
    """What DuckDB finds, after making sure that Python finds the same."""
    columns = ", ".join(f'{DUCKDB.text(text)} AS "/data/{name}"' for name, text in answers.items())
    connection = duckdb.connect()
    relation = connection.sql(f"SELECT 'p1' AS \"case\", 1 AS response, {columns}")
    rows = [row[2:] for row in check_batch(form, relation, connection, now=NOW).fetchall()]
    state = evaluate(form, {f"/data/{name}": text for name, text in answers.items()}, now=NOW)
    assert sorted(rows) == sorted((each.check, each.path, each.severity) for each in state.findings)
    return rows


def test_sql_has_every_function_of_the_language_but_chance_and_codes() -> None:
    assert set(FUNCTIONS) - IN_SQL == {"random", "uuid", "base64-decode", *SPECIAL} - {"count"}


@pytest.mark.parametrize("pattern", ["(?=a).*", "(?!a).*", "a{1001}"])
def test_a_check_with_a_pattern_that_sql_reads_otherwise_is_left_to_python(pattern: str) -> None:
    batch = checks_query(DUCKDB, small(f"regex(/data/b, '{pattern}')"), "t", ["/data/b"], KEYS, NOW)
    assert list(batch.left) == ["K1"]
    assert "regex()" in batch.left["K1"]


def test_every_dialect_has_the_same_words() -> None:
    assert DUCKDB.table.keys() == SPARK.table.keys()


def test_the_form_of_2021_is_written_for_spark_without_words_of_duckdb() -> None:
    batch = checks_query(SPARK, cast.form(), "responses", list(cast.paths().values()), KEYS, NOW)
    assert (
        re.search(r"regexp_full_match|VARCHAR|list_contains|string_split|trunc\(|\bisinf", batch.query)
        is None
    )
    assert "`/data/a_nhan_dang/ma_qhns`" in batch.query


def test_a_check_that_has_no_value_does_not_hold() -> None:
    assert found(small("date(/data/b) > date('2021-01-01')"), a="1", b="hôm qua") == [
        ("K1", "/data/a", "hard")
    ]
    assert found(small("date(/data/b) > date('2021-01-01')"), a="1", b="2021-02-01") == []


def test_a_check_that_reads_only_blanks_is_not_run() -> None:
    assert found(small("/data/a = 5"), a="  ", b="x") == []
    assert found(small("true() = false()"), a="", b="") == [("K1", "/data/a", "hard")]


def test_nothing_is_found_at_an_irrelevant_node() -> None:
    hidden = Node("/data/a", "question", "int", relevant=parse("/data/b = 'có'"))
    assert found(small("/data/a = 5", a=hidden), a="x", b="không") == []
    assert [name for name, *_ in found(small("/data/a = 5", a=hidden), a="6", b="có")] == ["K1"]


def test_a_value_that_cannot_be_read_silences_the_checks_that_read_it_or_follow_from_it() -> None:
    told = found(small("/data/a = 5"), a="x")
    assert [name for name, *_ in told] == ["type"]
    total = Node("/data/b", "calculate", "int", calculate=parse("/data/a + 1"))
    assert [name for name, *_ in found(small("/data/b = 5", b=total), a="x")] == ["type"]


def test_a_missing_column_is_blank() -> None:
    assert found(small("/data/a + coalesce(/data/b, 0) = 5"), a="4") == [("K1", "/data/a", "hard")]


def test_a_calculation_keeps_what_the_node_held() -> None:
    kept = Node("/data/b", "calculate", "int", calculate=parse("once(7)", "/data/b"))
    assert found(small("/data/b = 7", b=kept), a="1", b="") == []
    assert found(small("/data/b = 7", b=kept), a="1", b="3") == [("K1", "/data/a", "hard")]


def test_a_calculated_fraction_loses_it_in_a_whole_number() -> None:
    half = Node("/data/b", "calculate", "int", calculate=parse("/data/a div 2"))
    assert found(small("/data/b = 3", b=half), a="7") == []
    share = Node("/data/b", "calculate", "decimal", calculate=parse("/data/a div 0"))
    assert found(small("/data/b = ''", b=share), a="7") == []


def test_an_answer_is_only_text_to_sql() -> None:
    text = "'); DROP TABLE x; -- \" {0} \\ %"
    assert found(small("/data/b = 'x'"), a="1", b=text) == [("K1", "/data/a", "hard")]
