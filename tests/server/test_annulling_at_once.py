"""At the same moment one person withdraws a proposal and another confirms it: one of them is first, the other is told."""

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
ROUNDS = 12
STANDING = f"""
import django; django.setup()
from dieutra.interference import annulling
from dieutra.interference.models import Flag, SignalRun
from tests.opinion_cast import make_opinion_world
world = make_opinion_world()
campaign, path = world.campaign, world.area("35").path
run = SignalRun.objects.create(campaign=campaign, answers=0, thresholds={{}}, hours={{}}, digest="")
for number in range({ROUNDS}):
    place = path + f"{{number}}/"
    flag = Flag.objects.create(run=run, campaign=campaign, survey="tinh", path=place, level="clear", rank=3, score=100,
                               why="", answers=40, findings=[], hours=[])
    annulling.propose(world.user("ba.bo"), campaign, "tinh", place, "Dấu hiệu rõ.", [flag])
"""
COUNTED = """
import django; django.setup()
from dieutra.events.models import Event
from dieutra.interference.models import Annulment, Gate
rows = Annulment.objects.order_by("pk")
print(",".join(it.state for it in rows), Event.objects.filter(verb="annulment.confirmed").count(),
      Event.objects.filter(verb="annulment.withdrawn").count(), Gate.objects.get().version, sep="|")
"""


@pytest.fixture(scope="module")
def people(site: Server) -> list[Person]:
    subprocess.run([sys.executable, "-c", STANDING], env=site.environment, cwd=ROOT, check=True)
    found = []
    for username in ("ba.bo", "ong.chuyen.vien"):
        person = Person(site.url, Book(), username)
        person.sign_in(PASSWORD)
        found.append(person)
    return found


def post(person: Person, url: str, barrier: Barrier) -> httpx.Response:
    headers = {"X-CSRFToken": person.client.cookies.get("csrftoken", "")}
    barrier.wait()
    return person.client.post(url, data={"version": "1"}, headers=headers)


def test_of_two_who_decide_at_once_one_is_first_and_the_other_is_told(
    site: Server, people: list[Person]
) -> None:
    first, second = people
    for number in range(1, ROUNDS + 1):
        barrier = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(post, first, f"/dau-hieu/huy/{number}/rut/", barrier)
            other = pool.submit(post, second, f"/dau-hieu/huy/{number}/xac-nhan/", barrier)
        assert sorted((one.result().status_code, other.result().status_code)) == [302, 409]
    told = subprocess.run(
        [sys.executable, "-c", COUNTED],
        env=site.environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    states, confirmed, withdrawn, version = told.stdout.strip().splitlines()[-1].split("|")
    assert set(states.split(",")) <= {"standing", "withdrawn"}
    assert states.count("standing") == int(confirmed) == int(version) - 1
    assert int(confirmed) + int(withdrawn) == ROUNDS
