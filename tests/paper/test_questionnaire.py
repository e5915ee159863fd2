"""The blank questionnaire on paper: every question, its choices, when it is asked, rows that repeat."""

from __future__ import annotations

import pytest

from dieutra.channels.paper.questionnaire import questionnaire_pdf
from dieutra.engine.forms.conditions import when
from dieutra.engine.forms.xlsform import load_xlsform
from tests.cast import KIND
from tests.engine.markdown import form
from tests.paper.test_papers import text_of

FORM = """
    | survey |
    |        | type              | name | label             | relevant                     | hint          | calculation |
    |        | select_one gt     | gt   | A1. Giới tính     |                              |               |             |
    |        | integer           | tuoi | A2. Tuổi          | ${gt} = '1'                  | Tuổi tròn     |             |
    |        | begin repeat      | con  | B. Con            | ${tuoi} >= 15 and ${gt} != '1' |             |             |
    |        | text              | ten  | B1. Tên con       |                              |               |             |
    |        | end repeat        |      |                   |                              |               |             |
    |        | calculate         | an   |                   |                              |               | ${tuoi} + 1 |
    |        | select_multiple v | viec | C. #panic() [x]   | string-length(${ten}) > 3    |               |             |
    | choices |
    |         | list_name | name | label |
    |         | gt        | 1    | Nam   |
    |         | gt        | 2    | Nữ    |
    |         | v         | a    | Nông nghiệp |
"""


def test_every_question_stands_with_its_choices_and_its_condition() -> None:
    said = " ".join(text_of(questionnaire_pdf(form(FORM), "XEM THỬ")).split())
    for words in (
        "A1. Giới tính",
        "Nam",
        "Nữ",
        "Chỉ trả lời khi câu A1 là “Nam”.",
        "Tuổi tròn",
        "Chỉ trả lời khi câu A2 từ 15 trở lên và câu A1 khác “Nam”.",
        "Ghi lại phần trong khung này cho từng dòng",
        "B1. Tên con",
        "C. #panic() [x]",
        "Nông nghiệp",
        "thu – phiên bản 1",
    ):
        assert words in said, words


def test_the_whole_form_of_the_kind_is_drawn_with_its_tables() -> None:
    said = " ".join(text_of(questionnaire_pdf(load_xlsform(KIND / "form.xlsx"))).split())
    for words in ("A9. Địa chỉ", "Mã số", "Chỉ trả lời khi câu A3 là “Không”.", "Thủ trưởng đơn vị"):
        assert words in said, words


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("${gt} = '2'", "câu A1 là “Nữ”"),
        ("${tuoi} < 6.5", "câu A2 nhỏ hơn 6,5"),
        ("selected(${viec}, 'a')", "câu C có chọn “Nông nghiệp”"),
        ("${tuoi} = ''", "câu A2 để trống"),
        ("${gt} = '1' or ${tuoi} > 3", "câu A1 là “Nam” hoặc câu A2 lớn hơn 3"),
        ("${an} > 3", ""),  # a calculation means nothing on paper
        ("regex(${ten}, 'A.*')", ""),
    ],
)
def test_simple_conditions_are_said_and_others_left_to_the_author(condition: str, words: str) -> None:
    text = FORM.replace(
        "    | choices |", f"    |  | note | n | Ghi chú | {condition} | | |\n    | choices |"
    )
    found = form(text.replace("C. #panic() [x]", "C1. Việc"))
    assert when(found, found.by_name["n"]).replace("câu C1", "câu C") == words
