"""All checks of a form over a million responses in DuckDB, beside a plain scan of the same columns in the same run.

    scripts/bench checks           # 1,000,000 responses, 100 checks; --rows N, --checks N, --rounds N

Prints medians over the rounds, records per second and the ratio. Machines differ: read the ratio, not the seconds.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import duckdb
import pyarrow as pa

from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import load_xlsform
from dieutra.engine.lang.to_python import VIETNAM
from dieutra.engine.run.duckdb import check_batch
from tests.kinds.cast import good_answers

KIND = Path(__file__).parents[1] / "campaign_kinds" / "co-so-hanh-chinh-2021"
SEEDS = 3_000
NOW = datetime(2021, 4, 15, 9, 30, tzinfo=VIETNAM)


def some_checks(form: Form, amount: int) -> Form:
    """The form with the checks of its `checks` sheet first, then constraints, `amount` in all."""
    ordered = sorted(form.checks, key=lambda check: check.is_constraint)
    return dataclasses.replace(form, checks=tuple(ordered[:amount]))


def any_response(form: Form, chance: random.Random) -> dict[str, str]:
    """A well-filled response; one in three has one to five answers that may fit badly."""
    answers = good_answers()
    filled = [path for path, text in answers.items() if form.node(path).kind == "cell"]
    for path in chance.sample(filled, chance.randint(1, 5) if chance.random() < 1 / 3 else 0):
        answers[path] = chance.choice(["", "x", "-4", "99999", "1,5", "0", "7"])
    return answers


def fill(connection: duckdb.DuckDBPyConnection, form: Form, rows: int, target: Path) -> list[str]:
    """Writes the Parquet file: the seeds repeated in DuckDB. Gives the answers' columns."""
    chance = random.Random(2021)
    seeds = [any_response(form, chance) for _ in range(SEEDS)]
    paths = sorted({path for seed in seeds for path in seed})
    table = pa.table({path: pa.array([seed.get(path, "") for seed in seeds], pa.string()) for path in paths})
    connection.register("seeds", table)
    connection.execute(
        f'COPY (SELECT n AS "case", 1 AS response, s.* FROM range({rows}) AS r(n) JOIN '
        f"(SELECT row_number() OVER () - 1 AS seed, * FROM seeds) AS s ON s.seed = (n * 7919) % {SEEDS}) "
        f"TO '{target}' (FORMAT parquet)"
    )
    return paths


def median(work: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--checks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    form = some_checks(load_xlsform(KIND / "form.xlsx"), options.checks)
    connection = duckdb.connect()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "responses.parquet"
        paths = fill(connection, form, options.rows, target)
        lengths = ", ".join(f'sum(length("{path}"))' for path in paths)
        scan = f"SELECT {lengths} FROM read_parquet('{target}')"
        findings = check_batch(form, target, connection, now=NOW)
        count = 'SELECT "check", count(*) FROM findings GROUP BY 1'
        checked = median(lambda: findings.query("findings", count).fetchall(), options.rounds)
        scanned = median(lambda: connection.execute(scan).fetchall(), options.rounds)
        total = sum(amount for _, amount in findings.query("findings", count).fetchall())
    print(
        f"{options.rows:,} responses of {len(paths)} answers, {len(form.checks)} checks, {total:,} findings"
    )
    print(f"checks: {checked:.2f} s, {options.rows / checked:,.0f} responses/s")
    print(f"plain scan of the same columns: {scanned:.2f} s, {options.rows / scanned:,.0f} responses/s")
    print(f"ratio {checked / scanned:.1f}")


if __name__ == "__main__":
    main()
