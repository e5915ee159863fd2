"""Random submissions of the shipped kind and of random forms: Python, DuckDB and the page find and calculate the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from dieutra.engine.forms.check import State, evaluate
from dieutra.engine.forms.errors import FormError
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xform import form_of
from tests.browser.harness import Harness
from tests.browser.test_expressions_agree import SHEET, run
from tests.engine.test_checks_in_duckdb import NOW, found_by_duckdb
from tests.kinds import cast
from tests.oracle.make_forms import answers_of, xform_of
from tests.oracle.random_forms import random_form
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
    agree_on_the_page(page, FORM, responses, states)


def agree_on_the_page(page: Page, form: Form, responses: list[dict[str, str]], states: list[State]) -> None:
    reports: list[Any] = run(page, SHEET, form=form.to_json(), answers=responses)
    for state, reported in zip(states, reports, strict=True):
        lists = {path for path in state.values if form.node(path).kind == "repeat"}
        for report in reported:
            assert report["values"] == {path: it for path, it in state.values.items() if path not in lists}
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


@pytest.mark.parametrize(
    "seeds", [range(30), pytest.param(range(2_000, 2_200), marks=pytest.mark.heavy)], ids=["few", "many"]
)
def test_random_forms_with_repeats_agree_on_the_page(modules: Page, seeds: range) -> None:
    compared = 0
    for seed in seeds:
        sheets = random_form(seed)
        try:
            form = form_of(xform_of(sheets).encode())
        except FormError:
            continue  # expressions that wait for one another
        chance, answers = random.Random(seed), answers_of(sheets)
        lists = {path for path in answers if form.node(path).kind == "repeat"}
        gone = chance.sample(sorted(answers.keys() - lists), len(answers) // 4)
        fewer = {path: text for path, text in answers.items() if path not in gone}
        turned = {
            path: " ".join(reversed(text.split())) if path in lists else text for path, text in fewer.items()
        }
        responses = [answers, fewer, turned]
        agree_on_the_page(modules, form, responses, [evaluate(form, each, now=NOW) for each in responses])
        compared += 1
    assert compared > len(seeds) // 2
