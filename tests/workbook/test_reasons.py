"""Justifications go out with the workbook, are asked for where a warning stands, and come back into the draft."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dieutra.cases import actions
from dieutra.cases.models import Case, Draft
from dieutra.cases.queries import sheet_to_fill
from dieutra.channels.workbook.intake import Moved, Taken, take, take_over
from dieutra.channels.workbook.layout import ANCHOR, REASONS
from dieutra.channels.workbook.make import make_workbook
from dieutra.channels.workbook.read import read_workbook
from dieutra.channels.workbook.reasons import GIVEN, NEEDED, NOW, WHY
from dieutra.engine.forms.check import evaluate
from dieutra.engine.refusals import Invalid
from dieutra.forms.queries import engine_form
from tests.cast import World, good_answers, path_of
from tests.workbook.excel import put, through_libreoffice


@pytest.fixture
def case(world: World) -> Case:
    return world.case("don.vi")


@pytest.fixture
def warned(world: World, case: Case) -> str:
    """A saved draft with exactly this warning, by its key."""
    answers = sheet_to_fill(case).answers | good_answers(case) | {path_of(case, "lao_dong_r12_c1"): "500"}
    (finding,) = evaluate(engine_form(case.form_id), sheet_to_fill(case, answers).answers).findings
    assert finding.justify
    actions.save_draft(world.user("don.vi"), case, 0, answers, {})
    return f"{finding.check}|{finding.path}"


def made(case: Case) -> bytes:
    return make_workbook(case, sheet_to_fill(case))


def row_of(book: Any, key: str) -> int:
    column = book[REASONS].iter_rows(min_col=ANCHOR + 1, max_col=ANCHOR + 1)
    return next(cell.row for (cell,) in column if cell.value == key)


def explained(content: bytes, key: str, reason: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    book[REASONS].cell(row_of(book, key), WHY + 1).value = reason
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def status(content: bytes, key: str) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return str(book[REASONS].cell(row_of(book, key), NOW + 1).value or "")


def test_every_check_that_asks_for_a_reason_has_a_line(case: Case) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(case)))
    asking = {f"{it.name}|{it.where}" for it in engine_form(case.form_id).checks if it.justify}
    lines = {cell.value for (cell,) in book[REASONS].iter_rows(min_col=ANCHOR + 1, max_col=ANCHOR + 1)}
    assert lines - {None} == asking


def test_a_reason_in_the_file_is_the_drafts_justification_and_the_form_can_be_sent(
    world: World, case: Case, warned: str
) -> None:
    assert status(made(case), warned) == NEEDED
    taken = take(world.user("don.vi"), case, explained(made(case), warned, "  Đơn vị mới thành lập "))
    assert taken == Taken(1, ())
    assert Draft.objects.get(case=case).justifications == {warned: "Đơn vị mới thành lập"}
    assert status(made(case), warned) == GIVEN
    assert read_workbook(made(case), case).reasons == {}
    actions.submit(world.user("don.vi"), world.case("don.vi"), 2)


def test_a_reason_that_is_cleared_in_the_file_is_cleared_in_the_draft(
    world: World, case: Case, warned: str
) -> None:
    actions.save_draft(world.user("don.vi"), world.case("don.vi"), 1, {}, {warned: "Lý do cũ"})
    content = explained(made(case), warned, "")
    assert take(world.user("don.vi"), world.case("don.vi"), content) == Taken(1, ())
    assert Draft.objects.get(case=case).justifications == {}


def test_a_reason_that_is_too_long_is_named_by_its_cell(world: World, case: Case, warned: str) -> None:
    with pytest.raises(Invalid) as refused:
        take(world.user("don.vi"), case, explained(made(case), warned, "x" * 1001))
    assert refused.value.problems[0].place.startswith(f"Trang “{REASONS}”, ô D")


def test_a_reason_written_meanwhile_on_the_web_is_shown_beside_the_files(
    world: World, case: Case, warned: str
) -> None:
    content = explained(made(case), warned, "Trong tệp")
    user = world.user("don.vi")
    actions.save_draft(user, world.case("don.vi"), 1, {}, {warned: "Trên trang web"})
    moved = take(user, world.case("don.vi"), content)
    assert isinstance(moved, Moved)
    assert [(it.in_file, it.in_draft) for it in moved.differences] == [("Trong tệp", "Trên trang web")]
    assert take_over(user, world.case("don.vi"), moved.choice) == 1
    assert Draft.objects.get(case=case).justifications == {warned: "Trong tệp"}


def test_a_reason_stays_when_other_cells_are_changed(world: World, case: Case, warned: str) -> None:
    actions.save_draft(world.user("don.vi"), world.case("don.vi"), 1, {}, {warned: "Lý do"})
    take(world.user("don.vi"), world.case("don.vi"), put(case, made(case), {"dia_chi": "Số 1"}))
    assert Draft.objects.get(case=case).justifications == {warned: "Lý do"}


@pytest.mark.heavy
def test_libreoffice_says_which_reasons_are_needed(
    world: World, case: Case, warned: str, tmp_path: Path
) -> None:
    content = explained(made(case), warned, "Có lý do")
    computed = through_libreoffice(content, tmp_path)
    assert status(computed, warned) == GIVEN
    assert read_workbook(computed, case).reasons == {warned: "Có lý do"}
    (tmp_path / "blank").mkdir()
    assert status(through_libreoffice(made(case), tmp_path / "blank"), warned) == NEEDED
