"""The workbook's formulas, computed by LibreOffice, beside the server's evaluation of the same answers."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from dieutra.cases.models import Case
from dieutra.cases.queries import sheet_to_fill
from dieutra.channels.workbook.layout import RULES, STATUS, lay_out
from dieutra.channels.workbook.make import make_workbook
from dieutra.channels.workbook.read import read_workbook
from dieutra.channels.workbook.rules import Rules
from dieutra.engine.forms.check import evaluate
from dieutra.forms.queries import engine_form
from tests.cast import World, good_answers, path_of
from tests.workbook.excel import fill, through_libreoffice

WRONG = {
    "nothing wrong": {},
    "blank": None,
    "wrong in many places": {
        "ten_dung": "0",
        "nam_thanh_lap": "1890",
        "so_hanh_chinh": "7",
        "nam_sinh": "2015",
        "lao_dong_r02_c2": "50",
        "lao_dong_r04_c1": "",
        "thu_chi_r03_c1": "0.1",
        "thu_chi_r04_c1": "0.2",
        "thu_chi_r12_c1": "99999.5",
        "may_tinh_r03_c2": "400",
        "co_internet": "0",
        "so_vb_di": "0",
        "phan_mem": "",
        "ngay_ky": "2020-12-31",
    },
    "parts not asked": {
        "hach_toan": "0",
        "co_dvc": "0",
        "co_website": "0",
        "co_truc_thuoc": "0",
        "cap_quan_ly": "tinh",
    },
}


@pytest.fixture
def case(world: World) -> Case:
    return world.case("don.vi")


def answers_of(case: Case, changes: dict[str, str] | None) -> dict[str, str]:
    if changes is None:
        return {}
    named = good_answers(case) | {path_of(case, name): text for name, text in changes.items()}
    return {path: text for path, text in named.items() if text}


@pytest.mark.heavy
@pytest.mark.parametrize("which", sorted(WRONG))
def test_libreoffice_computes_what_the_server_does(case: Case, which: str, tmp_path: Path) -> None:
    form, answers = engine_form(case.form_id), answers_of(case, WRONG[which])
    content = through_libreoffice(fill(case, make_workbook(case, sheet_to_fill(case)), answers), tmp_path)
    read = read_workbook(content, case)
    assert {path: read.answers[path] for path in answers} == answers
    assert read.problems == ()

    fixed = {path: text for path, text in sheet_to_fill(case).answers.items() if path not in read.answers}
    asked = {path: text for path, text in fixed.items() if form.by_path[path].readonly is not None}
    state = evaluate(form, asked | dict(read.answers))
    layout = lay_out(form)
    rules = Rules(layout, state)
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    found = {finding.check for finding in state.findings}
    for at, rule in enumerate(rules.rows, start=1):
        value = book[RULES].cell(at, 2).value
        if rule.message:
            assert value == (rule.name in found), rule
        elif isinstance(rule.now, bool):
            assert value == rule.now, rule
        else:
            assert (value or "") == rule.now, rule
    for path in rules.formulas:
        place = layout.places[path]
        value = book[place.sheet][place.cell].value
        right = state.values.get(path, "")
        assert value == pytest.approx(float(right)) if right else value in (None, ""), path
    wrong = {finding.path for finding in state.findings if finding.severity == "hard"}
    untranslated = {check.where for check in form.checks} - set(rules.verdicts)
    for path in wrong - untranslated:
        place = layout.places[path]
        assert book[place.sheet].cell(place.row + 1, place.column + 1 + STATUS - 2).value == "L", path


def test_nearly_every_check_can_be_said_in_excel(case: Case) -> None:
    form = engine_form(case.form_id)
    rules = Rules(lay_out(form), evaluate(form, {}))
    said = sum(map(len, rules.verdicts.values()))
    patterns = sum("regex" in str(check.expr) for check in form.checks)
    assert said == len(form.checks) - patterns
    assert rules.broken == set()
