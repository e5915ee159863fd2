"""The patterns that Python accepts end soon in the browser too, on the worst of texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from dieutra.engine.forms.form import Form
from dieutra.engine.lang.patterns import problem, regex
from tests.browser.harness import Harness
from tests.patterns import GOOD, PATTERNS, hostile

pytestmark = pytest.mark.browser

SECONDS = 2.0
RUN = """async ({patterns, texts}) => {
  const { fullMatch } = await import("/static/dieutra/form/regex.js");
  return patterns.map((pattern) => {
    let slowest = 0;
    const found = texts.map((text) => {
      const began = performance.now();
      const fits = fullMatch(text, pattern);
      slowest = Math.max(slowest, performance.now() - began);
      return fits;
    });
    return [slowest / 1000, found];
  });
}"""


@pytest.fixture(scope="module")
def blank_page(browser: Browser) -> Iterator[Page]:
    harness = Harness(Form("none", "1", {"vi": ""}, ("vi",), (), ()))
    page = browser.new_page()
    page.goto(harness.url.replace("/phieu", "/trong"))
    yield page
    page.close()
    harness.close()


def agree(page: Page, patterns: list[str]) -> None:
    accepted, texts = [pattern for pattern in patterns if problem(pattern) is None], hostile()
    given = page.evaluate(RUN, {"patterns": accepted, "texts": texts})
    for pattern, (took, found) in zip(accepted, given, strict=True):
        assert took < SECONDS, pattern
        assert found == [regex(text, pattern) for text in texts], pattern


def test_everyday_patterns_end_soon_and_say_what_python_says(blank_page: Page) -> None:
    agree(blank_page, GOOD)


@settings(max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(patterns=st.lists(PATTERNS, min_size=20, max_size=30))
def test_random_patterns_end_soon_and_say_what_python_says(blank_page: Page, patterns: list[str]) -> None:
    agree(blank_page, patterns)


@pytest.mark.heavy
@settings(max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(patterns=st.lists(PATTERNS, min_size=20, max_size=30))
def test_many_random_patterns_end_soon_and_say_what_python_says(
    blank_page: Page, patterns: list[str]
) -> None:
    agree(blank_page, patterns)
