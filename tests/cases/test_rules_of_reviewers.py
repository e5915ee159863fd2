"""Checks with a `level` are rules of the reviewers: the unit is neither shown nor held to them."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from dieutra.cases import actions, reviewing
from dieutra.cases.models import Case, State
from dieutra.cases.queries import rules_seen, sheet_as_sent
from dieutra.engine.forms.errors import FormError
from dieutra.engine.forms.xlsform import load_workbook
from dieutra.engine.refusals import Invalid
from tests.cast import World
from tests.engine.markdown import book
from tests.workbook.test_repeats import made, of_form, read_workbook

FORM = """
    | survey |
    | | type | name | label::Tiếng Việt (vi) |
    | | integer | nguoi | Số người |
    | | integer | chi | Số chi |
    | checks |
    | | name | where | severity | expression | message::Tiếng Việt (vi) | level |
    | | K1 | nguoi | hard | . >= 0 | Số người không âm | |
    | | H1 | chi | soft | . <= ${nguoi} * 100 | Huyện: số chi cao so với số người | district |
    | | T1 | chi | hard | . <= ${nguoi} * 1000 | Tỉnh: số chi quá mức | province |
"""


def load(workbook: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook)).worksheets


def sent_with(world: World, chi: str) -> Case:
    case = of_form(world.case("don.vi"), FORM)
    actions.save_draft(world.user("don.vi"), case, 0, {"/data/nguoi": "1", "/data/chi": chi}, {})
    actions.submit(world.user("don.vi"), case, 1)
    return world.case("don.vi")


def told(case: Case, levels: tuple[str, ...]) -> list[str]:
    assert case.response is not None
    return [it.check for it in sheet_as_sent(case, case.response, levels).state.findings]


def test_the_unit_sends_and_is_not_told_and_each_level_sees_its_rules_and_those_below(world: World) -> None:
    case = sent_with(world, "5000")
    assert told(case, ()) == []
    assert told(case, rules_seen(case)) == ["H1"]
    Case.objects.filter(pk=case.pk).update(soft_count=0)
    actions.approve(world.user("anh.giam.sat"), case, case.version)
    above = world.case("don.vi")
    assert told(above, rules_seen(above)) == ["H1", "T1"]


def test_a_hard_rule_stops_its_own_level_and_no_other(world: World) -> None:
    case = sent_with(world, "5000")
    actions.approve(world.user("anh.giam.sat"), case, case.version)
    above = world.case("don.vi")
    with pytest.raises(Invalid) as refused:
        actions.approve(world.user("chi.giam.sat.tinh"), above, above.version)
    assert [(it.place, it.message) for it in refused.value.problems] == [
        ("/data/chi", "Tỉnh: số chi quá mức")
    ]
    actions.give_back(world.user("chi.giam.sat.tinh"), above, above.version, "Xem lại số chi", {})
    assert world.case("don.vi").state == State.RETURNED


def test_what_a_reviewers_rule_found_is_not_approved_unseen(world: World) -> None:
    case = sent_with(world, "500")
    outcome = reviewing.approve_many(world.user("anh.giam.sat"), [(case.pk, case.version)])
    assert (outcome.approved, len(outcome.skipped)) == (0, 1)


def test_no_channel_of_the_unit_shows_the_rule_and_the_reviewer_s_page_does(world: World) -> None:
    case = of_form(world.case("don.vi"), FORM)
    actions.save_draft(world.user("don.vi"), case, 0, {"/data/nguoi": "1", "/data/chi": "500"}, {})
    cells = [str(it.value) for page in load(made(case)) for line in page.iter_rows() for it in line]
    assert any("Số người không âm" in text for text in cells)
    assert not any("so với số người" in text for text in cells)
    assert read_workbook(made(case), case).problems == ()
    unit, district = Client(), Client()
    unit.force_login(world.user("don.vi"))
    assert "so với số người" not in unit.get("/phieu/", follow=True).content.decode()
    actions.submit(world.user("don.vi"), case, 1)
    district.force_login(world.user("anh.giam.sat"))
    page = district.get(f"/duyet/{case.pk}/").content.decode()
    assert "Huyện: số chi cao so với số người" in page
    assert "Tỉnh: số chi quá mức" not in page


def test_a_level_that_does_not_exist_and_a_reason_that_nobody_can_give_are_refused() -> None:
    wrong = FORM.replace("| district |", "| huyện |")
    with pytest.raises(FormError) as refused:
        load_workbook(book(wrong))
    assert "Cấp “huyện” không có" in str(refused.value)
