"""The browser gives each expression the value that Python gives it, and finds the same things in a form."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dieutra.channels.web.formats import canonical_date, canonical_number, shown_date, shown_number
from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import load_xlsform
from dieutra.engine.lang import FUNCTIONS, Ast, Context, EvaluationError, compile_expr, to_text
from dieutra.engine.lang.node_functions import SPECIAL
from tests.browser.harness import Harness
from tests.oracle.typing import typed_all

pytestmark = pytest.mark.browser

VECTORS = json.loads((Path(__file__).parents[1] / "engine" / "vectors" / "expressions.json").read_text())[
    "vectors"
]

RUN = """async ({base, vectors}) => {
  const { evaluate } = await import(base + "eval.js");
  const { typed } = await import(base + "types.js");
  const { Dec, toDouble } = await import(base + "decimal.js");
  const { Day, EvaluationError, toText } = await import(base + "values.js");
  return vectors.map(({ ast, values, types, self, exact }) => {
    const held = new Map(Object.keys(types).map((path) => [path, ""]));
    for (const [path, raw] of Object.entries(values)) {
      const type = types[path].startsWith("select") ? "string" : types[path];
      held.set(path, typed(raw, { type }));
    }
    try {
      const value = evaluate(ast, { values: held, self });
      const kind = value instanceof Dec ? "number" : value instanceof Day ? "date" : typeof value;
      if (exact) return [kind, toText(value)];
      if (value instanceof Dec) return value.isNaN ? "" : toDouble(value);
      return value instanceof Day ? toText(value) : value;
    } catch (problem) {
      if (problem instanceof EvaluationError) return null;
      throw problem;
    }
  });
}"""

SHEET = """async ({base, form, answers}) => {
  const { Sheet } = await import(base + "sheet.js");
  const { wordsFor } = await import(base + "words.js");
  const paths = form.nodes.map((node) => node.path);
  const typedByHand = form.nodes.filter((node) => !node.calculate).map((node) => node.path);
  const wordOf = ({ key, text }) => [key, key.startsWith("type|") ? "" : text];
  const report = (sheet) => ({
    values: Object.fromEntries(
      paths.filter((path) => sheet.written.get(path)).map((path) => [path, sheet.stored(path)])),
    relevant: paths.filter((path) => sheet.isRelevant(path)),
    findings: paths.flatMap((path) => sheet.findingsAt(path)).map(wordOf),
    missing: paths.filter((path) => sheet.missing.has(path)),
  });
  const live = new Sheet(form, {}, wordsFor("vi"), "vi");
  return answers.map((given) => {
    live.set(typedByHand.map((path) => [path, given[path] || ""]));
    return [report(new Sheet(form, given, wordsFor("vi"), "vi")), report(live)];
  });
}"""

FORMATS = """async ({base, texts}) => {
  const { canonicalDate, canonicalNumber, shownDate, shownNumber } = await import(base + "numbers.js");
  return texts.map((text) => [
    canonicalNumber(text, "int"), canonicalNumber(text, "decimal"), canonicalDate(text),
    shownNumber(text), shownNumber(text, false), shownDate(text),
  ]);
}"""


@pytest.fixture(scope="module")
def modules(browser: Browser) -> Iterator[Page]:
    """A page on the server that serves the modules; nothing else is on it."""
    harness = Harness(Form("none", "1", {"vi": ""}, ("vi",), (), ()))
    page = browser.new_page()
    page.goto(harness.url.replace("/phieu", "/trong"))
    yield page
    page.close()
    harness.close()


def run(page: Page, script: str, **given: Any) -> Any:
    return page.evaluate(script, {"base": "/static/dieutra/form/", **given})


def same(value: Any, expect: Any) -> bool:
    if isinstance(expect, bool) or not isinstance(expect, int | float):
        return type(value) is type(expect) and value == expect
    return isinstance(value, int | float) and value == pytest.approx(expect, rel=1e-9, abs=1e-12)


def test_every_vector_has_its_value_in_the_browser(modules: Page) -> None:
    values = run(modules, RUN, vectors=VECTORS)
    differing = [
        (vector["name"], value)
        for vector, value in zip(VECTORS, values, strict=True)
        if not same(value, vector["expect"])
    ]
    assert differing == []


ANSWERS = {
    "/data/a": ("int", ["", "0", "7", "-12", "123456789012345", "mười"]),
    "/data/b": ("decimal", ["", "0.1", "0.285", "-2.5", "1234.50", "99999.99999"]),
    "/data/t": ("date", ["", "2020-02-29", "2021-03-05", "1969-12-31", "31/12/2020"]),
    "/data/m": (
        "dateTime",
        ["", "2021-03-05T14:30:15.250+07:00", "1969-12-31T20:00:00Z", "2020-02-29T08:05", "8 giờ"],
    ),
    "/data/c": ("time", ["", "14:30:15.250+07:00", "20:00:00Z", "08:05", "24:00"]),
    "/data/p": ("geopoint", ["", "21.0285 105.8542 12.5 5.0", "0 0", "xa"]),
    "/data/s": ("string", ["", "1 2", "Đào Thị Ánh", " x ", "true", "12,5"]),
}
OPERATORS = ["+", "-", "*", "div", "mod", "=", "!=", "<", "<=", ">", ">=", "and", "or"]
# The last digits of these depend on the machine's mathematics library; the vectors hold them to 1e-9.
INEXACT = {
    "pow",
    "sqrt",
    "exp",
    "exp10",
    "log",
    "log10",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "atan2",
    "distance",
    "area",
}
MANNERED = {
    "regex",
    "format-date",
    "format-date-time",
    "now",
    "selected",
    "digest",
    "weighted-checklist",
}
VOLATILE = {name for name, function in FUNCTIONS.items() if function.volatile}
NAMES = sorted(set(FUNCTIONS) - INEXACT - MANNERED - VOLATILE - SPECIAL.keys())


def any_tree(chance: random.Random, depth: int = 4) -> Ast:
    if depth == 0 or chance.random() < 0.25:
        leaves: list[Ast] = [["path", chance.choice(sorted(ANSWERS))], ["self"]]
        leaves += [
            ["num", chance.choice([0, 1, 3, 0.5, 2.25, 18691])],
            ["str", chance.choice(["", "1", "x", "2021-03-05"])],
        ]
        return chance.choice(leaves)
    if chance.random() < 0.5:
        return ["op", chance.choice(OPERATORS), any_tree(chance, depth - 1), any_tree(chance, depth - 1)]
    name = chance.choice(NAMES)
    count = chance.randint(FUNCTIONS[name].low, min(FUNCTIONS[name].high, FUNCTIONS[name].low + 2))
    return ["call", name, *(any_tree(chance, depth - 1) for _ in range(count))]


def python_value(vector: dict[str, Any]) -> list[str] | None:
    try:
        value = compile_expr(vector["ast"], "/data/a")(Context(typed_all(vector)))
    except EvaluationError:
        return None
    kinds = {bool: "boolean", str: "string", Decimal: "number", date: "date"}
    return [next((word for kind, word in kinds.items() if isinstance(value, kind)), "?"), to_text(value)]


def test_three_thousand_random_expressions_agree_to_the_last_digit(modules: Page) -> None:
    chance = random.Random(1908)
    types = {path: kind for path, (kind, _) in ANSWERS.items()}
    vectors = [
        {
            "ast": any_tree(chance),
            "values": {path: chance.choice(texts) for path, (_, texts) in ANSWERS.items()},
            "types": types,
            "self": "/data/a",
            "exact": True,
        }
        for _ in range(3000)
    ]
    values = run(modules, RUN, vectors=vectors)
    differing = [
        (vector["ast"], vector["values"], value, python_value(vector))
        for vector, value in zip(vectors, values, strict=True)
        if value != python_value(vector)
    ]
    assert differing == []


TEXTS = {
    "int": ["0", "5", "12", "1234", "1975", "x"],
    "decimal": ["0", "0.5", "1234.5", "9000", "?1.234"],
    "date": ["2019-05-01", "2021-01-01", "hôm qua"],
    "string": ["UBND xã A", "1234567", "12"],
    "select1": ["không có"],
    "select": ["không có"],
}


def any_answers(form: Form, chance: random.Random) -> dict[str, str]:
    """Answers to most questions, some of them impossible."""
    answers = {}
    for node in form.nodes:
        if node.type in TEXTS and node.calculate is None and chance.random() < 0.7:
            values = [choice.value for choice in node.choices or ()]
            answers[node.path] = chance.choice(values * 3 + TEXTS[node.type])
    return answers


def kinds_forms() -> list[Path]:
    return sorted((Path(__file__).parents[2] / "campaign_kinds").glob("*/form.xlsx"))


@pytest.mark.parametrize("source", [None, *kinds_forms()], ids=lambda it: it.parent.name if it else "small")
def test_the_browser_finds_in_a_form_what_python_finds(
    modules: Page, small_form: Form, source: Path | None
) -> None:
    form = load_xlsform(source) if source else small_form
    chance = random.Random(2021)
    answers = [any_answers(form, chance) for _ in range(100)]
    reports = run(modules, SHEET, form=form.to_json(), answers=answers)
    for given, (fresh, live) in zip(answers, reports, strict=True):
        state = evaluate(form, given)
        found = [
            [f"{it.check}|{it.path}", "" if it.check == "type" else it.message["vi"]] for it in state.findings
        ]
        for report in (fresh, live):
            assert report["values"] == state.values
            assert set(report["relevant"]) == state.relevant
            assert sorted(report["findings"]) == sorted(found)
            assert set(report["missing"]) == set(state.missing)


NUMBERS = [
    "1234,5",
    "1.234,5",
    "1.234",
    "12.5",
    "0.125",
    "1 234 567",
    "1\u00a0234,50",
    "-1.234.567,8",
    "−5",
    "007",
    "-0",
]
NUMBERS += [
    "1,234,567",
    "1,2,3",
    "abc",
    "",
    " ",
    "1e3",
    "1.23.456",
    "12.3456",
    ",5",
    "5,",
    "1.234.567",
    "1 234.5",
    "1.234 567",
]
DATES = [
    "21/11/2026",
    "1-2-2021",
    "31.12.2020",
    "31/02/2021",
    "29/02/2020",
    "29/02/2021",
    "2026-11-21",
    "21/11/26",
]


def test_numbers_and_dates_are_read_and_shown_alike(modules: Page) -> None:
    texts = [*NUMBERS, *DATES, "1234.5", "-1234567.80", "0", "12345678901234567890"]
    python = [
        [
            canonical_number(text, "int"),
            canonical_number(text, "decimal"),
            canonical_date(text),
            shown_number(text),
            shown_number(text, grouped=False),
            shown_date(text),
        ]
        for text in texts
    ]
    assert run(modules, FORMATS, texts=texts) == python


@pytest.mark.parametrize(
    ("text", "kind", "stored"),
    [
        ("1.234,5", "decimal", "1234.5"),
        ("1234,5", "decimal", "1234.5"),
        ("1.234", "int", "1234"),
        ("1.234", "decimal", "?1.234"),
        ("12.5", "decimal", "12.5"),
        ("12,5", "int", "12,5"),
        ("1.234.567", "decimal", "1234567"),
        ("1,234,567", "int", "1,234,567"),
        ("1,000", "int", "1,000"),
        ("12,00", "int", "12"),
        ("khoảng 5", "int", "khoảng 5"),
    ],
)
def test_a_vietnamese_number_becomes_canonical_or_stays_as_typed(text: str, kind: str, stored: str) -> None:
    assert canonical_number(text, kind) == stored
