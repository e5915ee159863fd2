"""Accounts from a frame on a real server that is killed in the middle: every unit has one account in the end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import pytest

from dieutra.rehearsal.person import Book, Person
from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.site import ROOT, site

__all__ = ["site"]

SETUP = "import django; django.setup()\n"
MAKE = """
import sys
from dieutra.frames.models import Listing, Unit
from dieutra.places.paths import unit_path
prefix, number = sys.argv[1], int(sys.argv[2])
listing = Listing.objects.get(area__code="347")
communes = list(listing.area.children.order_by("code"))
Unit.objects.bulk_create([
    Unit(campaign_id=listing.campaign_id, listing=listing, code=f"{prefix}-{at:06}", name=f"Đơn vị {at}",
         search_key=f"don vi {at}", area=communes[at % len(communes)], decision="keep", details={},
         path=unit_path(communes[at % len(communes)].path, f"{prefix}-{at:06}"))
    for at in range(number)
], batch_size=1000)
"""
LOOK = """
import json, sys
from django.db.models import Count
from dieutra.accounts.models import Run
from dieutra.events.models import Event
from dieutra.people.models import Post, User
prefix = sys.argv[1].lower()
posts = Post.objects.filter(user__username__startswith=prefix, role="dv", ended_at=None)
run = Run.objects.latest("pk")
print(json.dumps({
    "posts": posts.count(), "units": posts.values("path").distinct().count(),
    "users": User.objects.filter(username__startswith=prefix).count(),
    "events": Event.objects.filter(verb="account.created", subject_id__in=posts.values("pk")).count(),
    "done": run.done, "total": run.total, "ended": run.ended_at is not None,
}))
"""
LEASE_OVER = "from dieutra.jobs.models import Job\nJob.objects.update(lease_until='2020-01-01T00:00:00Z')"


def inside(server: Server, script: str, *arguments: str) -> str:
    command = [sys.executable, "-c", SETUP + script, *arguments]
    return subprocess.run(
        command, env=server.environment, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("units", [3_000, pytest.param(40_000, marks=pytest.mark.heavy)])
def test_accounts_from_a_frame_go_on_after_kill_nine_and_none_is_made_twice(site: Server, units: int) -> None:
    prefix = f"K{units}"
    inside(site, MAKE, prefix, str(units))
    person = Person(site.url, Book(), "ong.tinh")
    person.sign_in(PASSWORD)
    page = person.get("/tai-khoan/tu-bang-ke/?dia-ban=347")
    assert f"Lập {units} tài khoản" in page.text
    token = {"csrfmiddlewaretoken": person.client.cookies.get("csrftoken", ""), "area": "347"}
    assert person.client.post("/tai-khoan/tu-bang-ke/", data=token).status_code == 302
    until = time.monotonic() + 60
    while not re.search(r"Đang lập tài khoản: [1-9]", person.get("/tai-khoan/tu-bang-ke/?dia-ban=347").text):
        assert time.monotonic() < until
    site.kill()
    half = json.loads(inside(site, LOOK, prefix))
    assert 0 < half["posts"] < units, half
    assert half["posts"] == half["units"] == half["users"] == half["events"]
    assert not half["ended"]
    inside(site, LEASE_OVER)
    site.start()
    until = time.monotonic() + 300
    # the page is asked first: starting Python anew for each look costs more than the work that is waited for
    while "đều có tài khoản" not in person.get("/tai-khoan/tu-bang-ke/?dia-ban=347").text:
        assert time.monotonic() < until
        time.sleep(0.2)
    while not (seen := json.loads(inside(site, LOOK, prefix)))["ended"]:
        assert time.monotonic() < until, seen
        time.sleep(0.5)
    everything = dict.fromkeys(("posts", "units", "users", "events", "done", "total"), units)
    assert seen == {**everything, "ended": True}
