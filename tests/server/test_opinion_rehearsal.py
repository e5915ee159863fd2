"""A small rehearsal of an opinion survey reconciles, and its reckoning notices what does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dieutra.opinions.invitations import invite
from dieutra.opinions.models import Invitation, Opinion
from dieutra.rehearsal import opinion_reckoning
from dieutra.rehearsal.opinion_people import Asked, Body
from dieutra.rehearsal.respondent import Said
from tests.opinion_cast import OpinionWorld, opinions  # noqa: F401
from tests.site import ROOT, fresh_database


def test_a_small_survey_ends_with_every_answer_accounted_for(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dieutra.cli", "rehearse", "chi-so-cchc-2022"]
    options = ["--people", "60", "--bodies", "1", "--clients", "3", "--json", "--keep", str(tmp_path)]
    if database := fresh_database():
        options += ["--database", database]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "dieutra.settings"}
    done = subprocess.run(
        [*command, *options], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert (done.returncode, report["problems"]) == (0, [])
    assert report["invited"] == report["letters_of_people"] == report["people"] >= 60
    assert report["receipts"] == report["answered"] == report["opinions"] + report["destroyed"] > 40
    assert report["destroyed"] > 0  # one ministry has few associations


def played(world: OpinionWorld, said: Said) -> Any:
    body = Body("35", "Tỉnh Hà Nam", "tinh")
    who = Asked(1, "35", "tinh", "tinh-so", "A", date(1970, 1, 1), "", "", "a@example.gov.vn", "0900000001")
    office = SimpleNamespace(tokens={"a@example.gov.vn": ["A"]}, letters={})
    return SimpleNamespace(bodies=[body], asked=[who], office=office, said=said, campaign=world.campaign)


@pytest.fixture
def said(opinions: OpinionWorld, settings: Any, tmp_path: Path) -> Said:  # noqa: F811
    """Six people of one group said “4”, and the database agrees."""
    settings.KEYS_DIR = tmp_path
    invite(opinions.accepted("tinh", "35", {"tinh-so": 6}))
    Invitation.objects.update(answered=True)
    form = opinions.campaign.group_forms.get(group="tinh-so").form
    Opinion.objects.bulk_create(
        Opinion(
            campaign=opinions.campaign, survey="tinh", path=opinions.area("35").path, group="tinh-so", form=form,
            answers={"/data/q": "4"}, released_on=date(2026, 1, 1),
        )
        for _ in range(6)
    )  # fmt: skip
    found = Said()
    found.receipts[("tinh", "35", "tinh-so")] = 6
    found.codes = set("ABCDEF")
    found.answers[("35", "tinh-so", "/data/q", "4")] = 6
    return found


def test_the_reckoning_notices_an_answer_that_is_lost_or_changed(opinions: OpinionWorld, said: Said) -> None:  # noqa: F811
    play = played(opinions, said)
    assert opinion_reckoning._answers(play) == []
    lost = Opinion.objects.order_by("pk")[0]
    lost.answers = {"/data/q": "5"}
    lost.save()
    assert len(opinion_reckoning._answers(play)) == 2
    lost.delete()
    assert any("phiếu trong kho" in it for it in opinion_reckoning._places(play))


def test_the_reckoning_notices_what_is_pooled_wrongly_or_lost_without_a_count(
    opinions: OpinionWorld,  # noqa: F811
    said: Said,
) -> None:
    """Three answers about Hà Nam and two about the other body of one group: five of no body."""
    play = played(opinions, said)
    play.bodies.append(Body("40", "Tỉnh Nghệ An", "tinh"))
    for code, n in (("35", 3), ("40", 2)):
        said.receipts[("tinh", code, "tinh-hdnd")] = n
        said.answers[(code, "tinh-hdnd", "/data/q", "2")] = n
    form = opinions.campaign.group_forms.get(group="tinh-hdnd").form
    where = {"campaign": opinions.campaign, "survey": "tinh", "path": "VN/", "form": form}
    rows = [
        Opinion(**where, group="tinh-hdnd", answers={"/data/q": "2"}, released_on=date(2026, 1, 1))
        for _ in range(5)
    ]
    Opinion.objects.bulk_create(rows)
    assert (opinion_reckoning._few(play), opinion_reckoning._answers(play)) == ([], [])
    rows[0].delete()
    assert len(opinion_reckoning._few(play)) == len(opinion_reckoning._answers(play)) == 1
    said.receipts[("tinh", "35", "tinh-phong")] = 2
    assert any("0 phiếu hủy" in it for it in opinion_reckoning._few(play))


def test_the_reckoning_notices_a_mark_without_a_receipt_and_a_letter_too_many(
    opinions: OpinionWorld,  # noqa: F811
    said: Said,
) -> None:
    play = played(opinions, said)
    said.receipts[("tinh", "35", "tinh-so")] = 5
    assert any("dấu đã trả lời" in it for it in opinion_reckoning._places(play))
    assert opinion_reckoning._letters(play) == []
    play.office.tokens["b@example.gov.vn"] = ["A"]
    assert any("ngoài danh sách" in it for it in opinion_reckoning._letters(play))
    play.office.tokens["a@example.gov.vn"] = ["A", "A"]
    assert any("2 thư mời" in it for it in opinion_reckoning._letters(play))
