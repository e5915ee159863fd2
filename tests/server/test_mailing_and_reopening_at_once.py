"""At the same moment a list is opened again and its mailing is opened: one of them is first, the other is told."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from dieutra.rehearsal.person import Book, Person
from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.site import ROOT, site

__all__ = ["site"]
LISTS = """
import django; django.setup()
from dieutra.opinions.invitations import invite
from dieutra.rosters.queries import bodies
from tests.opinion_cast import make_opinion_world
world = make_opinion_world()
for survey, group in (("tinh", "tinh-so"), ("bo", "bo-vu")):
    for area in bodies(world.campaign, survey):
        roster = world.accepted(survey, area.code, {group: 2})
        invite(roster)
        print("list", survey, area.code, roster.version)
"""
KEPT = """
import django; django.setup()
from dieutra.opinions.models import Mailing
from dieutra.rosters.models import Roster
mailed = set(Mailing.objects.values_list("survey", "path"))
for it in Roster.objects.order_by("pk"):
    print("kept", it.state, (it.survey, it.path) in mailed)
"""


def run(site: Server, script: str, word: str) -> list[list[str]]:
    """The lines of the script's output that begin with the word."""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=site.environment, cwd=ROOT, check=True, capture_output=True, text=True)
    return [line.split()[1:] for line in done.stdout.splitlines() if line.startswith(f"{word} ")]


@pytest.fixture(scope="module")
def lists(site: Server) -> list[list[str]]:
    return run(site, LISTS, "list")


def centre(site: Server) -> Person:
    person = Person(site.url, Book(), "ba.bo")
    person.sign_in(PASSWORD)
    return person


def post(person: Person, url: str, data: dict[str, str], barrier: Barrier) -> httpx.Response:
    headers = {"X-CSRFToken": person.client.cookies.get("csrftoken", "")}
    barrier.wait()
    return person.client.post(url, data=data, headers=headers)


def test_of_a_mailing_and_a_reopening_at_once_one_is_first_and_the_other_is_told(
    site: Server, lists: list[list[str]]
) -> None:
    first, second = centre(site), centre(site)
    for number, (survey, code, version) in enumerate(lists):
        barrier = Barrier(2)
        mail = {"cuoc": survey, "co-quan": code, "token": f"{number:016x}"}
        back = {"version": version, "reason": "Danh sách thiếu hai sở, đề nghị bổ sung."}
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(post, first, "/khao-sat/gui/xem-truoc/", mail, barrier)
            url = f"/danh-sach-doi-tuong/chi-so-thu/{survey}/{code}/tra-lai/"
            other = pool.submit(post, second, url, back, barrier)
        assert sorted((one.result().status_code, other.result().status_code)) == [302, 409], code
    assert len(lists) >= 3
    for state, mailed in run(site, KEPT, "kept"):
        assert (state, mailed) in {("accepted", "True"), ("returned", "False")}
