"""Random submissions of the shipped kind: Python, DuckDB and the page find the same, and calculate the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Form
from tests.browser.harness import Harness
from tests.browser.test_expressions_agree import SHEET, run
from tests.engine.test_checks_in_duckdb import NOW, found_by_duckdb
from tests.kinds import cast
from tests.submissions import submissions

pytestmark = pytest.mark.browser

FORM = cast.form()
RESPONSES = st.lists(submissions(FORM, cast.good_answers()), min_size=20, max_size=60)
AT_RANDOM = {"deadline": None, "phases": [Phase.generate], "suppress_health_check": list(HealthCheck)}


@pytest.fixture(scope="module")
def modules(browser: Browser) -> Iterator[Page]:
    harness = Harness(Form("none", "1", {"vi": ""}, ("vi",), (), ()))
    page = browser.new_page()
    page.goto(harness.url.replace("/phieu", "/trong"))
    yield page
    page.close()
    harness.close()


def agree(page: Page, folder: Path, responses: list[dict[str, str]]) -> None:
    states = [evaluate(FORM, each, now=NOW) for each in responses]
    by_python = {
        (number, finding.check, finding.path, finding.severity)
        for number, state in enumerate(states)
        for finding in state.findings
    }
    assert sorted(by_python ^ set(found_by_duckdb(folder / "responses.parquet", FORM, responses))) == []
    reports: list[Any] = run(page, SHEET, form=FORM.to_json(), answers=responses)
    for state, reported in zip(states, reports, strict=True):
        for report in reported:
            assert report["values"] == state.values
            assert set(report["relevant"]) == state.relevant
            assert set(report["missing"]) == set(state.missing)
            assert {key for key, _ in report["findings"]} == {
                f"{it.check}|{it.path}" for it in state.findings
            }


@settings(max_examples=1, **AT_RANDOM)
@given(responses=RESPONSES)
def test_some_random_submissions_agree_everywhere(
    modules: Page, tmp_path_factory: pytest.TempPathFactory, responses: list[dict[str, str]]
) -> None:
    agree(modules, tmp_path_factory.mktemp("responses"), responses)


@pytest.mark.heavy
@settings(max_examples=25, **AT_RANDOM)
@given(responses=RESPONSES)
def test_many_random_submissions_agree_everywhere(
    modules: Page, tmp_path_factory: pytest.TempPathFactory, responses: list[dict[str, str]]
) -> None:
    agree(modules, tmp_path_factory.mktemp("responses"), responses)
