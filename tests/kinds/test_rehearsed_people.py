"""The simulated people of an opinion survey keep its rules, and their letters are kept as they came."""

from __future__ import annotations

import random
import smtplib
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

from dieutra.campaigns.kind_reading import read_kind
from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.xlsform import load_xlsform
from dieutra.frames.reading import read_rows
from dieutra.rehearsal.opinion_people import Body, answers_to, list_workbook, people_of
from dieutra.rehearsal.post_office import PostOffice

FOLDER = Path(__file__).parents[2] / "campaign_kinds" / "chi-so-cchc-2022"


def test_people_keep_the_sampling_rules_and_the_list_holds_them() -> None:
    kind = read_kind(FOLDER)
    assert kind.opinion is not None
    people = people_of(Body("B01", "Bộ A", "bo"), kind.opinion, 200, 1, random.Random(1))
    assert 180 <= len(people) <= 220
    assert len({it.email for it in people}) == len({it.phone for it in people}) == len(people)
    officials = Counter(it.unit for it in people if it.group == "bo-cchc")
    assert set(officials.values()) == {2}
    assert len({it.unit for it in people if it.group == "bo-hoi"}) <= 5
    words = {it.code: it.name for it in kind.opinion.groups_of("bo")}
    plain = [column for column in kind.roster_columns if column.name in ("ho_ten", "email", "dien_thoai")]
    rows, problems = read_rows(list_workbook(people, plain, words), "a.xlsx", plain)
    assert (len(rows), problems) == (len(people), [])


def test_what_they_answer_is_complete_and_sound_on_every_questionnaire() -> None:
    chance = random.Random(2)
    for file in sorted((FOLDER / "forms").glob("*.xlsx")):
        form = load_xlsform(file)
        for _ in range(20):
            state = evaluate(form, answers_to(form, 4, chance))
            assert not state.findings, file.name
            assert not state.missing, file.name


def test_the_post_office_keeps_links_and_counts_copies_once() -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "b@example.gov.vn", "Thư"
    letter["Message-ID"] = "<m1.0@example.org>"
    letter.set_content("Mở http://localhost/y-kien/#ABCDE-FGHJK-LMNPQ-RSTUV-WXYZ2 để trả lời.")
    office = PostOffice(lambda to: "550 5.1.1 no" if to.startswith("x") else "")
    with office, smtplib.SMTP("127.0.0.1", office.port) as line:
        line.send_message(letter)
        line.send_message(letter)
    assert office.tokens == {"b@example.gov.vn": ["ABCDE-FGHJK-LMNPQ-RSTUV-WXYZ2"]}
    assert (office.letters["b@example.gov.vn"], office.copies) == (1, 1)
