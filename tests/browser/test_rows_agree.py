"""In forms with rows, lists and node sets the browser computes and finds what Python computes and finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Form, Node
from tests.browser.harness import Harness
from tests.browser.household import household_form
from tests.engine.markdown import form

pytestmark = pytest.mark.browser

SHEET = """async ({base, form, answers}) => {
  const { Sheet } = await import(base + "sheet.js");
  const { wordsFor } = await import(base + "words.js");
  const wordOf = ({ key, text }) => [key, key.startsWith("type|") ? "" : text];
  const report = (sheet) => {
    const paths = [...sheet.order.keys()];
    const hasValue = (path) => sheet.node(path).kind !== "repeat" && sheet.written.get(path);
    return {
      values: Object.fromEntries(paths.filter(hasValue).map((path) => [path, sheet.stored(path)])),
      relevant: paths.filter((path) => sheet.exists(path)),
      findings: paths.flatMap((path) => sheet.findingsAt(path)).map(wordOf),
      missing: paths.filter((path) => sheet.missing.has(path)),
      required: [...sheet.required],
      rows: Object.fromEntries([...sheet.rows].filter(([list]) => sheet.exists(list))),
    };
  };
  const live = new Sheet(form, {}, wordsFor("vi"), "vi");
  let before = {};
  return answers.map((given) => {
    const cleared = Object.keys(before).filter((path) => !(path in given)).map((path) => [path, ""]);
    live.set([...cleared, ...Object.entries(given)]);
    before = given;
    return [report(new Sheet(form, given, wordsFor("vi"), "vi")), report(live)];
  });
}"""

OF_SETS = (Path(__file__).parent / "fixtures" / "node_sets.md").read_text()

TEXTS = {
    "int": ["0", "1", "2", "3", "7", "12", "x"],
    "string": ["An", "Bình", "Cúc"],
    "date": ["2019-05-01", "hôm qua"],
    "time": ["08:30", "25:00"],
    "dateTime": ["2021-05-01T08:30", "2021-05-01T"],
    "geopoint": ["21 105", "21.5 105.25 3 4", "91 10", "21"],
    "select1": ["không có"],
    "select": ["không có"],
    "rank": ["duong truong", "duong"],
    "binary": ["anh.jpg", "a/b"],
    "acknowledge": ["OK", "có"],
}


@pytest.fixture(scope="module")
def modules(browser: Browser) -> Iterator[Page]:
    harness = Harness(Form("none", "1", {"vi": ""}, ("vi",), (), ()))
    page = browser.new_page()
    page.goto(harness.url.replace("/phieu", "/trong"))
    yield page
    page.close()
    harness.close()


def any_answers(form: Form, chance: random.Random) -> dict[str, str]:
    """Answers in some rows of all repeats, also in rows that no list names; some of them impossible."""
    answers: dict[str, str] = {}
    _fill(form, None, "", answers, chance)
    return answers


def _fill(
    form: Form, container: str | None, above: str, answers: dict[str, str], chance: random.Random
) -> None:
    for node in form.members(container):
        path = (above or "/data") + "/" + node.name
        if node.kind == "repeat":
            names = chance.sample(["1", "2", "3", "5", "9"], chance.randint(0, 4))
            if node.count is None and chance.random() < 0.9:
                answers[path] = " ".join(names)
            for name in [*names, "4"]:
                _fill(form, node.path, f"{path}[{name}]", answers, chance)
        elif node.is_container:
            _fill(form, node.path, path, answers, chance)
        elif node.type in TEXTS and node.calculate is None and chance.random() < 0.7:
            answers[path] = chance.choice(_offered(form, node) * 3 + TEXTS[node.type])


def _offered(form: Form, node: Node) -> list[str]:
    if node.itemset and node.itemset.list:
        return list(form.lists[node.itemset.list].choices(node.itemset))
    return ["An", "Bình"] if node.itemset else [choice.value for choice in node.choices or ()]


@pytest.mark.parametrize("form", [household_form(), form(OF_SETS)], ids=["households", "node sets"])
def test_the_browser_finds_in_rows_what_python_finds(modules: Page, form: Form) -> None:
    chance = random.Random(2026)
    answers = [any_answers(form, chance) for _ in range(80)]
    given: dict[str, Any] = {"base": "/static/dieutra/form/", "form": form.to_json(), "answers": answers}
    reports = modules.evaluate(SHEET, given)
    repeats = set(form.repeats)
    for one, (fresh, live) in zip(answers, reports, strict=True):
        state = evaluate(form, one)
        found = [
            [f"{it.check}|{it.path}", "" if it.check == "type" else it.message["vi"]] for it in state.findings
        ]
        values = {path: text for path, text in state.values.items() if form.node(path).path not in repeats}
        for report in (fresh, live):
            assert report["values"] == values
            assert set(report["relevant"]) == state.relevant
            assert {path: tuple(names) for path, names in report["rows"].items()} == state.rows
            assert sorted(report["findings"]) == sorted(found)
            assert set(report["missing"]) == set(state.missing)
            assert set(report["required"]) == state.required
