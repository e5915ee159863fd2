"""What people are told is what the machine does, and the same wherever it is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dieutra.opinions.tokens import link_of, shown, tidy
from dieutra.web.respondent.opinion_words import EN, VI
from tests.site import ROOT

KINDS = ("chi-so-cchc-2022", "sipas-2023")
GUIDE = ROOT / "dieutra" / "guides" / "texts" / "nguoi-tra-loi" / "01-tra-loi.md"
LASTS = re.compile(r"(?:mất|từ đầu,) khoảng (.+?) phút|takes (?:about )?(.+?) minutes|Mất khoảng (.+?) phút")


def told(kind: str) -> dict[str, str]:
    """Where something is told -> all of it."""
    folder = ROOT / "campaign_kinds" / kind
    found = {file.name: file.read_text() for file in (folder / "messages").glob("*.txt")}
    for file in (folder / "forms").glob("*.xlsx"):
        rows = (row for sheet in load_workbook(file) for row in sheet.iter_rows(values_only=True))
        found[file.name] = "\n".join(str(cell) for row in rows for cell in row if cell)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_letters_forms_pages_and_the_guide_say_one_duration(kind: str) -> None:
    texts = told(kind) | {"vi": VI["two_minutes"], "en": EN["two_minutes"], "guide": Path(GUIDE).read_text()}
    said = {name: {next(filter(None, it)) for it in LASTS.findall(text)} for name, text in texts.items()}
    assert {name for name, found in said.items() if found} >= {"vi", "en", "guide", "invitation.vi.txt"}
    assert sum(name.endswith(".xlsx") for name, found in said.items() if found) == len(
        [name for name in texts if name.endswith(".xlsx")]
    )
    assert set().union(*said.values()) == {"hai đến năm", "two to five"}


def test_the_code_is_where_the_page_says_it_is() -> None:
    """No letter prints the code by itself: it is what stands behind # in the link, in the shape that the hint shows."""
    token = "ABCDEFGHJKLMNPQRSTUVWXYZ2"
    code = link_of(token).partition("#")[2]
    assert (code, tidy(code)) == (shown(token), token)
    assert code.startswith("ABCDE-FGHJK-")
    for hint in (VI["door_hint"], EN["door_hint"], Path(GUIDE).read_text()):
        assert "#" in hint and "cuối thư" not in hint and "end of the letter" not in hint
    assert all("ABCDE-FGHJK-…" in words["door_hint"] for words in (VI, EN))


def test_both_languages_promise_the_same_about_small_groups_and_the_end() -> None:
    assert "ít người được mời" in VI["seen_by"] and "few people are invited" in EN["seen_by"]
    assert "gộp với các cơ quan khác" in VI["unknown"] and "pooled with those of other" in EN["unknown"]
    assert "bị hủy, không ai đọc" in VI["unknown"] and "destroyed unread" in EN["unknown"]
    assert (
        "xem lại được đó là của Ông/Bà" in VI["check_final"] and "look them up as yours" in EN["check_final"]
    )
    assert VI.keys() == EN.keys()
