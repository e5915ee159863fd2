"""The printed form and the receipt say what was sent, whatever was written in it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from dieutra.cases import actions
from dieutra.cases.models import Case
from dieutra.cases.queries import sheet_as_sent, sheet_to_fill
from dieutra.channels.paper import documents
from tests.cast import World, good_answers, path_of


def text_of(pdf: bytes) -> str:
    if not shutil.which("pdftotext"):
        pytest.fail("pdftotext is missing: run `apt-get install poppler-utils`.", pytrace=False)
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def sent(world: World, **changes: str) -> Case:
    user, case = world.user("don.vi"), world.case("don.vi")
    answers = good_answers(case) | {path_of(case, name): value for name, value in changes.items()}
    actions.save_draft(user, case, 0, answers, {})
    actions.submit(user, world.case("don.vi"), 1)
    return world.case("don.vi")


def test_the_printed_form_shows_what_was_sent_with_codes_and_vietnamese_numbers(world: World) -> None:
    case = sent(world)
    assert case.response
    said = text_of(documents.form_pdf(case, sheet_as_sent(case, case.response), case.response))
    assert "mô phỏng" in said
    assert case.response.receipt in said
    assert "2.650,5" in said
    assert "Nguyễn Thị Lập Phiếu" in said
    assert "2.003" not in said, "a year is not grouped"


def test_a_draft_is_marked_so(world: World) -> None:
    case = world.case("don.vi")
    said = text_of(documents.form_pdf(case, sheet_to_fill(case), None))
    assert "Bản nháp, chưa gửi" in said


@pytest.mark.parametrize(
    "text", ["#panic()", '"]; #read("/etc/passwd")', "$x^2$ *b* _i_ @a <l>", "\\u{0}", "😀 Ả"]
)
def test_no_answer_can_break_out_of_the_page(world: World, text: str) -> None:
    case = sent(world, nguoi_lap=text)
    assert case.response
    said = text_of(documents.form_pdf(case, sheet_as_sent(case, case.response), case.response))
    assert text.split()[0] in said
    assert "root:" not in said


def test_the_receipt_carries_code_unit_and_digest(world: World) -> None:
    case = sent(world)
    assert case.response
    said = text_of(documents.receipt_pdf(case, case.response))
    for fact in (case.response.receipt, case.unit.name, case.unit.code, case.response.digest[:20]):
        assert fact in said
