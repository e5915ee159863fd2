"""Checks over a Parquet file find in DuckDB what `evaluate` finds, response by response."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.errors import FormError
from dieutra.engine.forms.form import Form, Node
from dieutra.engine.forms.xform import form_of
from dieutra.engine.lang.to_python import VIETNAM
from dieutra.engine.run.duckdb import check_batch
from tests.kinds import cast
from tests.oracle.make_forms import answers_of, xform_of
from tests.oracle.random_forms import random_form

NOW = datetime(2021, 4, 15, 9, 30, tzinfo=VIETNAM)
ODD = ["", " ", "\u00a0", "0", "00", "05", "-0", "-3", "12a", "1,5", "1.50", ".5", "5.", "1e3", "1_000", "+5"]
ODD += [
    "9" * 15,
    "9" * 16,
    "0.1234567890123456",
    "2021-02-30",
    "2020-02-29",
    "0000-01-01",
    "2021-4-1",
    "١٢",
    "a\x07",
]
ODD += [
    "x" * 2001,
    "Đào 😀",
    "1 2",
    "2 2",
    "1  4",
    "xa",
    "tinh",
    "true",
    'O\'Brien "x" \\ {0}',
    "-0.0",
    "100.00",
    "1. 5",
]


def mutated(form: Form, chance: random.Random) -> dict[str, str]:
    """Good answers with some of them changed: near by, at random, impossible or gone."""
    answers = cast.good_answers()
    nodes = [node for node in form.nodes if node.type and node.kind != "note"]
    for node in chance.sample(nodes, chance.choice([0, 1, 2, 5, 20, 80])):
        answers[node.path] = _other(node, answers.get(node.path, ""), chance)
    return answers


def _other(node: Node, text: str, chance: random.Random) -> str:
    if node.choices and chance.random() < 0.6:
        return chance.choice(node.choices).value
    if node.type in ("int", "decimal") and chance.random() < 0.6:
        near = chance.choice(
            ["0", "1", "1000", str(chance.randint(0, 5000)), f"{chance.uniform(0, 3000):.1f}"]
        )
        return near if node.type == "decimal" or "." not in near else near.partition(".")[0]
    return chance.choice(ODD)


def parquet(path: Path, form: Form, responses: list[dict[str, str]]) -> Path:
    columns = {"case": list(range(len(responses))), "response": [1] * len(responses)}
    names = [node.path for node in form.nodes if node.type]
    rows = {name: pa.array([each.get(name) for each in responses], pa.string()) for name in names}
    pq.write_table(pa.table({**columns, **rows}), path)
    return path


def found_by_python(form: Form, responses: list[dict[str, str]]) -> set[tuple[int, str, str, str]]:
    return {
        (number, finding.check, finding.path, finding.severity)
        for number, answers in enumerate(responses)
        for finding in evaluate(form, answers, now=NOW).findings
    }


def found_by_duckdb(
    path: Path, form: Form, responses: list[dict[str, str]]
) -> list[tuple[int, str, str, str]]:
    connection = duckdb.connect()
    relation = check_batch(form, parquet(path, form, responses), connection, now=NOW)
    assert relation.columns == ["case", "response", "check", "path", "severity"]
    return [(case, check, at, severity) for case, _, check, at, severity in relation.fetchall()]


def test_six_hundred_mutated_responses_have_the_same_findings(tmp_path: Path) -> None:
    form, chance = cast.form(), random.Random(2021)
    responses = [mutated(form, chance) for _ in range(600)]
    python = found_by_python(form, responses)
    duck = found_by_duckdb(tmp_path / "r.parquet", form, responses)
    assert len(duck) == len(set(duck))
    assert sorted(set(duck) ^ python) == []
    assert len({check for _, check, _, _ in duck}) > 200


@pytest.mark.parametrize("seed", range(25))
def test_random_forms_with_repeats_have_the_same_findings(seed: int, tmp_path: Path) -> None:
    """SQL says what it can and Python the rest; together they say what Python says."""
    sheets = random_form(seed)
    try:
        form = form_of(xform_of(sheets).encode())
    except FormError:
        pytest.skip("expressions that wait for one another")
    chance, answers = random.Random(seed), answers_of(sheets)
    responses = [answers]
    for _ in range(8):
        paths = list(answers)
        changed = {
            path: chance.choice(["", "3", "a", "b c", "-1", "2021-01-31", "x"])
            for path in chance.sample(paths, len(paths) // 3)
        }
        responses.append(
            {
                **answers,
                **{path: text for path, text in changed.items() if "[" in path or " " not in answers[path]},
            }
        )
    columns = {"case": list(range(len(responses))), "response": [1] * len(responses)}
    names = sorted({path for each in responses for path in each})
    rows = {name: pa.array([each.get(name) for each in responses], pa.string()) for name in names}
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({**columns, **rows}), path)
    found = check_batch(form, path, duckdb.connect(), now=NOW).fetchall()
    duck = [(case, check, at, severity) for case, _, check, at, severity in found]
    assert len(duck) == len(set(duck))
    assert sorted(set(duck) ^ found_by_python(form, responses)) == []
