"""The channel on a real server: clients of other makers, requests at once, streams, logs."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.site import ROOT, site

__all__ = ["site"]

PREPARE = """
import django, json; django.setup()
from tests.cast import World, good_answers
from tests.openrosa.phone import given_phone, written
from dieutra.campaigns.models import Campaign
world = World(Campaign.objects.get(slug="thu"))
phone = given_phone(world)
case, other = world.case("don.vi"), world.case("don.vi.hai")
print(json.dumps({
    "token": phone.token, "username": phone.record.user.username,
    "good": written(good_answers(case), key=case.pk, world=world).decode(),
    "other": written({}, key=other.pk, world=world).decode(),
}))
"""
STATE = """
import django, json; django.setup()
from dieutra.cases.models import Case, Response, Submission, SubmissionFile
print(json.dumps({
    "cases": dict(Case.objects.values_list("unit__code", "state")), "responses": Response.objects.count(),
    "submissions": dict(Submission.objects.values_list("instance_id", "outcome")),
    "files": SubmissionFile.objects.count(),
}))
"""


@dataclass
class Held:
    """A phone with what it has filled in."""

    site: Server
    token: str
    username: str
    good: str
    other: str

    def address(self, rest: str) -> str:
        return f"{self.site.url}/collect/{self.token}/{rest}"

    def send(self, xml: str, **files: bytes) -> httpx.Response:
        parts = {"xml_submission_file": ("submission.xml", xml.encode(), "text/xml")}
        named = {name.replace("_", "."): (name.replace("_", "."), content) for name, content in files.items()}
        return httpx.post(self.address("submission"), files={**parts, **named}, timeout=60)


def asked(site: Server, script: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=site.environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def phone(site: Server) -> Held:
    return Held(site, **asked(site, PREPARE))  # type: ignore[arg-type]


def test_a_client_of_another_maker_signs_in_by_digest(phone: Held) -> None:
    auth = httpx.DigestAuth(phone.username, phone.token)
    with httpx.Client(auth=auth) as client:
        listed = client.get(f"{phone.site.url}/collect/formList")
        assert listed.status_code == 200
        for address in re.findall(r"<(?:downloadUrl|manifestUrl)>([^<]+)<", listed.text):
            assert client.get(address).status_code == 200
    wrong = httpx.get(f"{phone.site.url}/collect/formList", auth=httpx.DigestAuth(phone.username, "sai"))
    assert wrong.status_code == 401


def test_a_unit_signs_in_by_basic(phone: Held) -> None:
    assert httpx.get(f"{phone.site.url}/collect/formList", auth=("don.vi", PASSWORD)).status_code == 200


def test_head_says_how_much_may_be_sent(phone: Held) -> None:
    response = httpx.head(phone.address("submission"))
    assert response.status_code == 204
    assert response.headers["X-OpenRosa-Version"] == "1.0"
    assert len(response.headers.get_list("Date")) == 1


def test_too_large_a_file_is_answered_and_not_cut_off(phone: Held) -> None:
    response = phone.send(phone.other, phim_mp4=bytes(21 * 1024 * 1024))
    assert response.status_code == 413
    assert "lớn hơn 20 MB" in response.text


def test_a_line_that_breaks_in_the_middle_stores_nothing(phone: Held) -> None:
    before = asked(phone.site, STATE)
    body = b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n\r\n'
    body += phone.other.encode()
    head = (
        f"POST /collect/{phone.token}/submission HTTP/1.1\r\nHost: 127.0.0.1:{phone.site.port}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body) + 5000}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", phone.site.port)) as line:
        line.sendall(head.encode() + body)
    assert httpx.get(f"{phone.site.url}/healthz").status_code == 200
    assert asked(phone.site, STATE) == before


def test_a_stream_without_its_length_is_told_so(phone: Held) -> None:
    def pieces():
        yield b"--b\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    response = httpx.post(phone.address("submission"), content=pieces(), headers=headers)
    assert response.status_code == 411


def test_the_same_submission_many_times_at_once_is_one(phone: Held) -> None:
    with ThreadPoolExecutor(8) as crowd:
        statuses = list(
            crowd.map(lambda _: phone.send(phone.good, a_jpg=b"\xff\xd8\xffx").status_code, range(8))
        )
    assert set(statuses) == {201}
    state = asked(phone.site, STATE)
    assert state["responses"] == 1
    assert (state["files"], list(state["submissions"].values())) == (1, ["sent"])
    assert state["cases"]["UBND-PL"] == "submitted"


def test_no_token_stands_in_the_servers_log(phone: Held) -> None:
    httpx.get(phone.address("khong-co"))
    httpx.get(f"{phone.site.url}//collect//{phone.token}//x")
    log = (phone.site.folder / "server.log").read_text()
    assert "/collect/" in log
    assert phone.token not in log


def test_what_was_attached_lies_in_the_folder_of_files(phone: Held) -> None:
    kept = [it for it in (phone.site.folder / "files").rglob("*") if it.is_file()]
    assert kept
    assert all(it.name.startswith(it.parent.name) and os.access(it, os.R_OK) for it in kept)
