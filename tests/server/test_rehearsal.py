"""A small rehearsal reconciles, and the reckoning notices what does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from dieutra.cases import tally
from dieutra.cases.models import Case
from dieutra.rehearsal import demo, reckoning
from tests.cast import World
from tests.site import ROOT, fresh_database

COMMAND = [sys.executable, "-m", "dieutra.cli", "rehearse", "co-so-hanh-chinh-2021", "--province", "35"]


def test_a_small_rehearsal_ends_with_every_case_accepted(tmp_path: Path) -> None:
    options = ["--units", "16", "--clients", "3", "--json", "--keep", str(tmp_path)]
    if database := fresh_database():
        options += ["--database", database]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "dieutra.settings"}
    done = subprocess.run(
        [*COMMAND, *options], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert (done.returncode, report["problems"]) == (0, [])
    assert report["cases"] == report["tally"] == report["recount"] == {"accepted": report["total"]}
    assert report["total"] >= 16


def test_an_unknown_kind_ends_with_an_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND[:3], "rehearse", "khong-co", "--keep", str(tmp_path)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "dieutra.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Không có kiểu điều tra" in done.stdout + done.stderr


def test_the_reckoning_notices_a_tally_that_is_off(world: World) -> None:
    key = next(iter(tally.kept(world.campaign)))
    tally.move({key: 1})
    differing = reckoning._agreement(
        "x", dict(tally.kept(world.campaign)), dict(tally.recount(world.campaign))
    )
    assert len(differing) == 1


def test_the_reckoning_notices_a_case_that_moved_without_an_event(world: World) -> None:
    assert set(reckoning._states_by_events(world.campaign)) == {"new"}
    Case.objects.filter(pk=world.case("don.vi").pk).update(state="accepted")
    states = Counter(Case.objects.filter(campaign=world.campaign).values_list("state", flat=True))
    assert reckoning._agreement("x", dict(states), dict(reckoning._states_by_events(world.campaign)))


def test_the_reckoning_notices_a_verb_that_nobody_did() -> None:
    assert reckoning._verbs({"case.accepted": 2}, Counter({"case.accepted": 1}))
    assert not reckoning._verbs({"case.accepted": 2}, Counter({"case.accepted": 2}))


@pytest.mark.django_db
def test_the_demo_is_made_once_and_says_whom_to_sign_in_as() -> None:
    first = demo.make_demo()
    cases = Case.objects.count()
    assert any("qtv.phuly" in line for line in first)
    assert demo.make_demo() == first
    assert Case.objects.count() == cases > 300
