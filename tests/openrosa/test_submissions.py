"""What Collect sends: into the case, kept with its findings, held beside other work, refused and never lost."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, transaction
from pathlib import Path

from dieutra.cases import actions, files
from dieutra.cases.models import Attachment, Case, Draft, Response, Submission, SubmissionFile
from dieutra.cases.queries import sheet_to_fill
from dieutra.engine.forms.check import evaluate
from dieutra.engine.refusals import Forbidden
from dieutra.events.models import Event
from dieutra.forms.queries import engine_form
from tests.cast import World, good_answers, path_of
from tests.openrosa.phone import JPEG, Phone, given_phone, said, written


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def phone(world: World) -> Phone:
    return given_phone(world)


def good(world: World, **how: str) -> bytes:
    case = world.case("don.vi")
    return written(good_answers(case), key=case.pk, world=world, **how)


def only(**where: object) -> Submission:
    return Submission.objects.get(**where)


def test_a_faultless_form_goes_to_review_with_a_receipt(world: World, phone: Phone) -> None:
    response = phone.send(good(world))
    case = world.case("don.vi")
    assert response.status_code == 201
    assert (case.state, case.level) == ("submitted", 2)
    assert case.response.receipt in said(response)
    assert case.response.sent_by == phone.record.user
    assert only().outcome == "sent"
    assert only().response == case.response
    expected = evaluate(engine_form(case.form_id), {**actions.known_from_frame(case), **good_answers(case)})
    assert case.response.answers == dict(expected.values)
