"""The recorded tables of tests/engine/forms are what JavaRosa says today, and random forms agree with it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from dieutra.engine.forms.errors import FormError
from tests.engine.markdown import grids
from tests.oracle.make_forms import FORMS, ask, ask_all, opened, ours, xform_of
from tests.oracle.make_vectors import JAR
from tests.oracle.random_forms import random_form

pytestmark = pytest.mark.skipif(
    shutil.which("javac") is None, reason="JavaRosa needs a JDK (scripts/test --all)"
)


def test_javarosa_says_the_same_today() -> None:
    sheets = [grids(path.read_text()) for path in sorted(FORMS.glob("*.md"))]
    answers = ask([opened(each) for each in sheets])
    recorded = [{row[0]: tuple(row) for row in each["expected"][1:]} for each in sheets]
    assert answers == recorded


@pytest.mark.parametrize(
    "seeds", [range(40), pytest.param(range(1_000, 1_400), marks=pytest.mark.heavy)], ids=["few", "many"]
)
def test_every_relevant_node_of_random_responses_to_random_forms_is_the_same(seeds: range) -> None:
    sheets = [each for each in map(random_form, seeds) if _opens(each)]
    compared = 0
    for each, told in zip(sheets, ask_all([opened(each) for each in sheets]), strict=True):
        if isinstance(told, str):
            continue  # JavaRosa gives up on a form where one expression has no value; we go on.
        mine = ours(each)
        shown = {path: row for path, row in told.items() if row[1] == "true"}
        assert {path: row for path, row in mine.items() if row[1] == "true"} == shown
        assert set(mine) == set(told)
        compared += len(shown)
    assert compared > 5 * len(seeds)


def _opens(sheets: dict[str, list[list[str]]]) -> bool:
    try:
        opened(sheets)
    except FormError:
        return False
    return True


@pytest.mark.heavy
@pytest.mark.parametrize("path", sorted(FORMS.glob("*.md")), ids=lambda path: path.stem)
def test_odk_validate_accepts_the_form(path: Path, tmp_path: Path) -> None:
    (tmp_path / "form.xml").write_text(xform_of(grids(path.read_text())))
    done = subprocess.run(["java", "-jar", JAR, tmp_path / "form.xml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
