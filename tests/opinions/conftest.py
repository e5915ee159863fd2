"""Fixtures: the cast of the opinion survey, a key folder of the test's own, and no guesses from earlier tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dieutra.opinions.models import Invitation
from dieutra.web.respondent.opinion import wrong_codes
from tests.opinion_cast import OpinionWorld, opinions
from tests.opinions.respondent import Respondent, invited

__all__ = ["opinions"]


@pytest.fixture(autouse=True)
def keys_apart(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.KEYS_DIR = tmp_path / "keys"
    wrong_codes.forget()
    yield tmp_path / "keys"
    wrong_codes.forget()


@pytest.fixture
def people(opinions: OpinionWorld) -> list[Invitation]:
    """Twelve department leaders of Hà Nam."""
    return invited(opinions, "tinh", "35", {"tinh-so": 12})


@pytest.fixture
def respondent(people: list[Invitation]) -> Respondent:
    return Respondent(people[0])
