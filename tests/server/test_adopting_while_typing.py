"""A unit types on while its campaign goes over to another version of the form, on a real server with its worker."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from threading import Event, Thread

from dieutra.rehearsal.person import Book, Person
from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.site import ROOT, site

__all__ = ["site"]

ADOPT = """
import django; django.setup()
from dieutra.campaigns.actions import adopt_form
from dieutra.campaigns.models import Campaign
from dieutra.people.models import User
from tests.cases.versions import next_version
campaign = Campaign.objects.get()
adopt_form(User.objects.get(username="ba.trung.uong"), campaign, next_version(campaign), campaign.form_id)
"""


def state(person: Person) -> dict[str, object]:
    page = person.get("/phieu/")
    return json.loads(page.tree.xpath('//script[@id="form-state"]/text()')[0])


class Typing(Thread):
    """Saves one cell again and again as the page would; ends at the first reply that is no success."""

    def __init__(self, person: Person, seen: dict[str, object], path: str) -> None:
        super().__init__()
        self.person, self.seen, self.path = person, seen, path
        self.acknowledged: list[str] = []
        self.refused: tuple[int, dict[str, object]] = (0, {})
        self.enough = Event()

    def run(self) -> None:
        version = self.seen["version"]
        for number in range(5000):
            text = f"Số nhà {number}"
            body = {
                "base_version": version,
                "changes": {self.path: text},
                "form": self.seen["form"],
                "tab": "một",
            }
            headers = {
                "X-CSRFToken": self.person.client.cookies.get("csrftoken", ""),
                "Accept": "application/json",
            }
            answer = self.person.client.post(str(self.seen["urls"]["save"]), json=body, headers=headers)
            if answer.status_code != 200:
                self.refused = (answer.status_code, answer.json())
                return
            version = answer.json()["version"]
            self.acknowledged.append(text)
            if self.enough.is_set():
                return


def test_every_acknowledged_save_is_carried_and_the_page_is_told_to_load_again(site: Server) -> None:
    unit = Person(site.url, Book(), "don.vi")
    unit.sign_in(PASSWORD)
    seen = state(unit)
    path = next(path for path in seen["answers"] if path.endswith("/ten_don_vi")).replace(
        "ten_don_vi", "ten_moi"
    )
    typing = Typing(unit, seen, path)
    typing.start()
    while len(typing.acknowledged) < 10 and typing.is_alive():
        time.sleep(0.02)
    subprocess.run([sys.executable, "-c", ADOPT], env=site.environment, cwd=ROOT, check=True)
    typing.join(60)
    typing.enough.set()
    status, reply = typing.refused
    assert status == 409
    assert len(typing.acknowledged) >= 10
    found = state(unit)
    assert found["form"] != seen["form"]
    assert found["answers"][path] == typing.acknowledged[-1]
    # Told at once to load again, or first as any other clash: then the next save says it.
    if not reply["reload"]:
        again = {"base_version": reply["version"], "changes": {path: "x"}, "form": seen["form"]}
        headers = {"X-CSRFToken": unit.client.cookies.get("csrftoken", ""), "Accept": "application/json"}
        answer = unit.client.post(str(seen["urls"]["save"]), json=again, headers=headers)
        assert (answer.status_code, answer.json()["reload"]) == (409, True)
    assert "Mẫu phiếu có phiên bản mới" in unit.get("/phieu/").text
