"""docs/expressions.md says what the code does."""

import subprocess
import sys
from pathlib import Path

from dieutra.engine.lang.node_functions import SPECIAL

ROOT = Path(__file__).parents[2]


def test_the_page_of_functions_is_fresh() -> None:
    checked = subprocess.run([sys.executable, ROOT / "scripts" / "build_expressions_page", "--check"])
    assert checked.returncode == 0, (
        "docs/expressions.md is stale: .venv/bin/python scripts/build_expressions_page"
    )


def test_every_function_runs_in_python_and_in_the_browser() -> None:
    lines = (ROOT / "docs" / "expressions.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert len(rows) > 50
    lacking = {row.split("`")[1] for row in rows if row.split(" | ")[2:4] != ["yes", "yes"]}
    assert lacking <= SPECIAL.keys()
