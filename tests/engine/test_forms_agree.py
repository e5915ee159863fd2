"""Whole responses: what we say of every node is what JavaRosa says. The forms are tables in tests/engine/forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.markdown import grids
from tests.oracle.make_forms import FORMS, ours

FILES = sorted(FORMS.glob("*.md"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_node_of_the_response_is_what_javarosa_says(path: Path) -> None:
    sheets = grids(path.read_text())
    expected = {row[0]: tuple(row) for row in sheets["expected"][1:]}
    departs = {row[0]: row[1] for row in sheets.get("departs", [])[1:]}
    told = ours(sheets)
    for place, value in departs.items():
        assert told[place][-1] == value, f"{place} no longer departs as it says"
    assert {place: row for place, row in told.items() if place not in departs} == {
        place: row for place, row in expected.items() if place not in departs
    }


def test_there_are_forms_for_repeats_choices_and_events() -> None:
    assert len(FILES) >= 11
