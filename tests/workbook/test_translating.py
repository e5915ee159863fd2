"""Expressions as Excel formulas, and forms of other shapes than the campaign's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dieutra.channels.workbook.cells import MAX_FORMULA, Untranslatable
from dieutra.channels.workbook.formula import Translator
from dieutra.channels.workbook.layout import lay_out
from dieutra.channels.workbook.rules import Rules
from dieutra.channels.workbook.sheets import SHEET_NAME
from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Choice, Form, Node
from dieutra.engine.lang import parse

SMALL = Path(__file__).parents[1] / "browser" / "fixtures" / "small_form.json"


def question(name: str, type_: str, **more: object) -> Node:
    return Node(f"/data/{name}", "question", type_, None, {"vi": name}, **more)  # type: ignore[arg-type]


FORM = Form(
    "thu",
    "1",
    {"vi": "Phiếu thử"},
    ("vi",),
    (
        question("a", "int"),
        question("b", "int"),
        question("c", "decimal"),
        question("ten", "string"),
        question("ngay", "date"),
        question("co", "select1", choices=(Choice("1", {"vi": "Có"}), Choice("0", {"vi": "Không"}))),
        question("nhieu", "select", choices=(Choice("x", {"vi": "X"}), Choice("y", {"vi": "Y"}))),
        question("rieng", "int", relevant=["op", "=", ["path", "/data/co"], ["str", "1"]]),
    ),
    (),
)


def translated(expression: str) -> str:
    layout = lay_out(FORM)
    cells = Rules(layout, evaluate(FORM, {})).cells("Thông tin chung", None)
    return Translator(cells, "/data/a").holds(parse(expression))


@pytest.mark.parametrize(
    ("expression", "formula"),
    [
        ("/data/a > 0", 'IFERROR(ROUND(IF(C5="",NA(),C5)-0,6)>0,FALSE)'),
        (". = ''", 'C5=""'),
        ("sum(/data/a) + sum(/data/b) + sum(/data/c) = 3", "IFERROR(ROUND(SUM(C5:C7)-3,6)=0,FALSE)"),
        ("/data/co = '1'", 'EXACT((_quy_tac!B1&""),"1")'),
        ("selected(/data/nhieu, 'y')", '(C13="Có")'),
        ("not(/data/ten = 'nói \"có\"')", 'NOT(EXACT((C8&""),"nói ""có"""))'),
        ("/data/c mod 2", 'IFERROR((IF(C7="",NA(),C7)-TRUNC(IF(C7="",NA(),C7)/2)*2)<>0,FALSE)'),
        ("true() and false()", "AND(TRUE,FALSE)"),
        ("sum(/data/rieng) = 0", "IFERROR(ROUND(SUM(IF(_quy_tac!B2,N(C14),0))-0,6)=0,FALSE)"),
    ],
)
def test_an_expression_reads_as_excel_writes_it(expression: str, formula: str) -> None:
    assert translated(expression) == formula


@pytest.mark.parametrize(
    "expression",
    ["regex(/data/ten, '[0-9]+')", "/data/c = '1,5'", "substr(/data/ten, 1) = 'x'", "once(/data/a) = 1"],
)
def test_what_excel_would_say_otherwise_is_left_to_the_server(expression: str) -> None:
    with pytest.raises(Untranslatable):
        translated(expression)


def test_another_form_is_laid_out_whole() -> None:
    form = Form.from_json(json.loads(SMALL.read_text()))
    layout = lay_out(form)
    rules = Rules(layout, evaluate(form, {}))
    asked = {node.path for node in form.nodes if node.kind in ("question", "cell")}
    assert asked == set(layout.places) | set(layout.choices)
    assert all(len(section.name) <= SHEET_NAME for section in layout.sections)
    assert len({section.name.casefold() for section in layout.sections}) == len(layout.sections)
    assert all(len(rule.formula) <= MAX_FORMULA for rule in rules.rows)
