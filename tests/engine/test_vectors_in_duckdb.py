"""DuckDB gives each expression the value that Python gives it."""

from __future__ import annotations

import json
import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dieutra.engine.forms.form import Form, Node
from dieutra.engine.lang import (
    FUNCTIONS,
    Ast,
    Context,
    EvaluationError,
    Value,
    compile_expr,
    to_text,
    to_xpath,
)
from dieutra.engine.lang.ast import walk
from dieutra.engine.lang.dialects import DUCKDB
from dieutra.engine.lang.node_functions import SPECIAL
from dieutra.engine.lang.sql_errors import NotInSql
from dieutra.engine.lang.sql_values import FALSE
from dieutra.engine.lang.sql_writer import Writer
from dieutra.engine.lang.to_python import VIETNAM
from dieutra.engine.lang.to_sql import IN_SQL
from dieutra.engine.run.answers import Answers
from tests.oracle.typing import AS_TEXT
from tests.oracle.typing import typed as typed_value

NOT_IN_SQL = set(FUNCTIONS) - IN_SQL
VECTORS = json.loads((Path(__file__).parent / "vectors" / "expressions.json").read_text())["vectors"]


def value_in_duckdb(vector: dict[str, Any]) -> str | float | bool | None:
    """The value as vectors write it."""
    paths = list(vector["types"])
    kinds = {path: "string" if kind in AS_TEXT else kind for path, kind in vector["types"].items()}
    form = Form("x", "1", {}, ("vi",), tuple(Node(path, "question", kinds[path]) for path in paths), ())
    w = Writer(DUCKDB)
    answers = Answers(w, form, paths, datetime.now(VIETNAM))
    made = answers.to_sql.compile(vector["ast"], vector["self"])
    value, fails = made.value, made.fails or FALSE
    columns = [value.is_kind(kind, w) for kind in ("number", "boolean")]
    columns += [value.settled(w), value.truth(w), value.text(w)]
    cells = [f"{DUCKDB.text(vector['values'].get(path, ''))} AS {DUCKDB.column(path)}" for path in paths]
    source = f"(SELECT {', '.join([*cells, '1 AS one'])})"
    row = duckdb.sql(w.query(source, ["one"], ", ".join([fails, *columns]))).fetchone()
    assert row is not None
    failed, is_number, is_boolean, number, truth, text = row
    if failed:
        return None
    if is_number:
        return "" if number is None else float(number)
    return bool(truth) if is_boolean else str(text)


def same(value: str | float | bool | None, expect: str | float | bool | None) -> bool:
    if isinstance(expect, (int, float)) and not isinstance(expect, bool):
        return isinstance(value, float) and value == pytest.approx(expect, rel=1e-9, abs=1e-12)
    return type(value) is type(expect) and value == expect


def not_in_sql(vector: dict[str, Any]) -> list[str]:
    """What the expression calls that DuckDB has not, by the page of functions."""
    calls = [node for node in walk(vector["ast"]) if node[0] == "call"]
    digests = [node for node in calls if node[1] == "digest" and node[3][1][-3:] in ("384", "512")]
    return [node[1] for node in calls if node[1] in NOT_IN_SQL] + ["digest"] * len(digests)


IN_DUCKDB = [vector for vector in VECTORS if not not_in_sql(vector)]


def test_only_chance_and_codes_are_not_in_sql() -> None:
    assert {"random", "uuid", "base64-decode", *SPECIAL} - {"count"} == NOT_IN_SQL
    assert len(IN_DUCKDB) > 800
    for vector in VECTORS:
        if vector not in IN_DUCKDB:
            with pytest.raises(NotInSql, match=not_in_sql(vector)[0]):
                value_in_duckdb(vector)


@pytest.mark.parametrize("vector", IN_DUCKDB, ids=[vector["name"] for vector in IN_DUCKDB])
def test_duckdb_gives_the_value_of_the_vector(vector: dict[str, Any]) -> None:
    value = value_in_duckdb(vector)
    assert same(value, vector["expect"]), value


ANSWERS = {
    "/data/a": ("int", ["", "0", "7", "-12", "123456789012345", "mười", "05", "2.5"]),
    "/data/b": ("decimal", ["", "0.1", "0.285", "-2.5", "1234.50", "99999.99999", "1e3"]),
    "/data/t": ("date", ["", "2020-02-29", "2021-03-05", "1969-12-31", "31/12/2020", "2021-3-5"]),
    "/data/m": (
        "dateTime",
        ["", "2021-03-05T14:30:15.250+07:00", "1969-12-31T20:00:00Z", "2020-02-29T08:05", "8 giờ"],
    ),
    "/data/s": (
        "string",
        [
            "",
            "1 2",
            "Đào Thị Ánh",
            " x ",
            "true",
            "12,5",
            "2021-03-05",
            "2020-2-30",
            "2021-03-05T23:59:59.999-11:30",
        ],
    ),
}
OPERATORS = ["+", "-", "*", "div", "mod", "=", "!=", "<", "<=", ">", ">=", "and", "or"]
FIXED = {
    "regex": [["str", "[0-9]+"]],
    "format-date": [["str", "%e/%n/%Y %H:%M"]],
    "format-date-time": [["str", "%Y%m%dT%H%M%S%3"]],
    "digest": [["str", "SHA-256"], ["str", "hex"]],
}
NAMES = sorted(set(FUNCTIONS) & IN_SQL - SPECIAL.keys() - {"count", "once", "weighted-checklist"})
ROWS = 12
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=VIETNAM)


def any_tree(chance: random.Random, depth: int = 4) -> Ast:
    if depth == 0 or chance.random() < 0.25:
        leaves: list[Ast] = [["path", chance.choice(sorted(ANSWERS))], ["self"]]
        leaves += [["num", chance.choice([0, 1, 3, 0.5, 2.25, 18691])]]
        return chance.choice([*leaves, ["str", chance.choice(["", "1", "x", "2021-03-05"])]])
    if chance.random() < 0.5:
        return ["op", chance.choice(OPERATORS), any_tree(chance, depth - 1), any_tree(chance, depth - 1)]
    name = chance.choice(NAMES)
    if name in FIXED:
        return ["call", name, any_tree(chance, depth - 1), *FIXED[name]]
    count = chance.randint(FUNCTIONS[name].low, min(FUNCTIONS[name].high, FUNCTIONS[name].low + 2))
    return ["call", name, *(any_tree(chance, depth - 1) for _ in range(count))]


# What these step on hangs on digits beyond the fifteenth when it comes out of a division.
STEPS, ROUGH = (
    {
        "mod",
        "int",
        "round",
        "substr",
        "selected-at",
        "date",
        "date-time",
        "format-date",
        "format-date-time",
        "checklist",
    },
    {"div", "pow", "sqrt", "decimal-date-time", "decimal-time"},
)


def steps_on_a_quotient(ast: Ast) -> bool:
    """A remainder of a product too: beyond 28 digits Python has none."""
    return any(
        node[1] in STEPS
        and any(inner[1] in ROUGH or (node[1:2] == ["mod"] and inner[1] == "*") for inner in inners(node))
        for node in inners(ast)
    )


def inners(ast: Ast) -> list[Ast]:
    return [node for node in walk(ast) if len(node) > 1]


def in_python(ast: Ast, row: dict[str, str]) -> tuple[str, str]:
    typed: dict[str, Value] = dict.fromkeys(ANSWERS, "")
    typed |= {path: typed_value(ANSWERS[path][0], text) for path, text in row.items() if text}
    try:
        value = compile_expr(ast, "/data/a")(Context(typed, NOW))
    except EvaluationError:
        return "error", ""
    kinds = {bool: "boolean", str: "text", Decimal: "number", date: "date"}
    return next(word for kind, word in kinds.items() if isinstance(value, kind)), to_text(value)


def all_in_duckdb(trees: list[Ast], rows: list[dict[str, str]]) -> list[list[tuple[str, str]]]:
    """By row, kind and text of each tree, in one query."""
    form = Form(
        "x", "1", {}, ("vi",), tuple(Node(path, "question", ANSWERS[path][0]) for path in ANSWERS), ()
    )
    w = Writer(DUCKDB)
    to_sql = Answers(w, form, list(ANSWERS), NOW).to_sql
    said = []
    for ast in trees:
        made = to_sql.compile(ast, "/data/a")
        tests = [f"WHEN {made.fails} THEN 'error'"] if made.fails else []
        tests += [f"WHEN {made.value.is_kind(k, w)} THEN '{k}'" for k in ("number", "boolean", "date")]
        kind = w.named(f"CASE {' '.join(tests)} ELSE 'text' END")
        said.append(f"{kind}, CASE WHEN {kind} = 'error' THEN '' ELSE {made.value.text(w)} END")
    cells = [", ".join([str(n), *(DUCKDB.text(row[path]) for path in ANSWERS)]) for n, row in enumerate(rows)]
    names = ", ".join(["n", *map(DUCKDB.column, ANSWERS)])
    source = f"(VALUES ({'), ('.join(cells)})) AS given({names})"
    found = duckdb.sql(w.query(source, ["n"], ", ".join(["n", *said])) + " ORDER BY n").fetchall()
    return [list(zip(row[1::2], row[2::2], strict=True)) for row in found]


def alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """The same, or numbers that agree to ten digits."""
    if one == other or one[0] != other[0] != "number":
        return one == other
    return float(one[1]) == pytest.approx(float(other[1]), rel=1e-10, abs=1e-12, nan_ok=True)


def test_a_thousand_random_expressions_agree_on_a_dozen_responses_each() -> None:
    chance = random.Random(1908)
    differing = []
    for _ in range(50):
        trees = [tree for tree in (any_tree(chance) for _ in range(20)) if not steps_on_a_quotient(tree)]
        rows = [{path: chance.choice(texts) for path, (_, texts) in ANSWERS.items()} for _ in range(ROWS)]
        for row, values in zip(rows, all_in_duckdb(trees, rows), strict=True):
            expected = [in_python(ast, row) for ast in trees]
            differing += [
                (to_xpath(ast), row, ours, theirs)
                for ast, ours, theirs in zip(trees, expected, values, strict=True)
                if not alike(ours, theirs)
            ]
    assert differing == []
