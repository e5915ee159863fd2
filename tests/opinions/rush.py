"""Many people who answer at a steady rate over real HTTP, and what became of each: for bench/ and tests/server.

Each has a connection of her own, begins when it is her turn however slow the server is, and sends the same again when the
line breaks. A pure asyncio client, since the load shares two cores with the server.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from dieutra.rehearsal.server import Server
from dieutra.web.respondent.opinion import mark_of
from tests.opinions.respondent import RECEIPT

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds for which somebody tries again
HEADERS = "Host: {host}\r\nUser-Agent: thu/1\r\nAccept: text/html,application/json\r\n"


@dataclass
class Person:
    """`invitation`, `token` and the form with its answers; then what she saw."""

    invitation: int
    token: str
    form: int
    answers: dict[str, str]
    receipt: str = ""
    again: bool = False  # sent more than once
    began: float = 0.0
    took: dict[str, float] = field(default_factory=dict)  # step -> seconds of the try that succeeded
    trouble: str = ""


@dataclass
class Line:
    """One browser: a connection, cookies, requests one after the other."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    streams: Any = None

    async def ask(self, method: str, path: str, body: bytes = b"", more: str = "") -> tuple[int, str]:
        parts = urlsplit(self.url)
        if self.streams is None:
            self.streams = await asyncio.open_connection(parts.hostname, parts.port)
        reader, writer = self.streams
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = f"{method} {path} HTTP/1.1\r\n{HEADERS.format(host=parts.netloc)}{more}"
        head += f"Cookie: {cookie}\r\n" if cookie else ""
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return await self._answer(reader)

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, str]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        status, length = int(head.split(" ", 2)[1]), 0
        for line in head.split("\r\n")[1:]:
            name, _, value = line.partition(": ")
            if name.lower() == "content-length":
                length = int(value)
            elif name.lower() == "set-cookie":
                self.cookies |= {it.key: it.value for it in SimpleCookie(value).values()}
        return status, (await reader.readexactly(length)).decode()

    def drop(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


async def answer(person: Person, url: str, *, page: bool) -> None:
    """The whole way: open, see the page, save, send. Broken lines are tried again with the same content."""
    line, mark = Line(url), mark_of(person.token)
    saving = {"base_version": 0, "changes": person.answers, "form": person.form, "tab": "một"}
    sending = {"csrfmiddlewaretoken": mark, "base_version": "1", "form_shown": str(person.form)}
    steps: list[tuple[str, str, str, bytes, str]] = [
        ("open", "POST", "/y-kien/mo/", urlencode({"code": person.token}).encode(), FORM),
        ("page", "GET", "/y-kien/phieu/", b"", ""),
        ("save", "POST", "/y-kien/luu/", json.dumps(saving).encode(),
         f"Content-Type: application/json\r\nX-CSRFToken: {mark}\r\n"),
        ("send", "POST", "/y-kien/gui/", urlencode(sending).encode(), FORM),
    ]  # fmt: skip
    for name, *request in steps:
        if name == "page" and not page:
            continue
        if name == "send":
            request[2] = urlencode(sending).encode()
        status, text = await _tried(person, name, line, request)
        if name == "save" and status == 200:
            sending["base_version"] = str(
                json.loads(text)["version"]
            )  # one more, when it had to be sent twice
        if name in ("open", "send") and (found := RECEIPT.findall(text)):
            person.receipt = found[0]
            break
        if status not in (200, 302):
            person.trouble = f"{name}: {status} {text[:200]}"
            break
    line.drop()


async def _tried(person: Person, name: str, line: Line, request: Sequence[Any]) -> tuple[int, str]:
    until = time.monotonic() + PATIENCE
    while True:
        begun = time.monotonic()
        try:
            answered = await asyncio.wait_for(line.ask(*request), PATIENCE)
            person.took[name] = time.monotonic() - begun
            return answered
        except (TimeoutError, OSError, EOFError) as broken:
            line.drop()
            person.again = True
            if time.monotonic() > until:
                return 0, f"{type(broken).__name__}"
            await asyncio.sleep(0.3)


async def _rush(people: Sequence[Person], url: str, rate: float, page: bool) -> None:
    start, running = time.monotonic(), []
    for number, person in enumerate(people):
        await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
        person.began = time.monotonic() - start
        running.append(asyncio.create_task(answer(person, url, page=page)))
    await asyncio.gather(*running)


def rush(people: Sequence[Person], url: str, rate: float, *, page: bool = False) -> None:
    asyncio.run(_rush(people, url, rate, page))


def seeded(server: Server, number: int) -> list[Person]:
    """A survey with so many invited people in the server's database; who they are."""
    file = server.folder / "people.json"
    in_the_house(server, f"from tests.opinions.rush import seed; seed({number}, {str(file)!r})")
    return [Person(**it) for it in json.loads(file.read_text())]


def seed(number: int, file: str) -> None:
    """Run inside the server's environment."""
    from tests.opinion_cast import make_opinion_world
    from tests.opinions.respondent import Respondent, form_of, full_answers, invited

    world = make_opinion_world()
    share = number // 5 + 1
    people = []
    for survey, code, group in (
        ("tinh", "35", "tinh-so"), ("tinh", "40", "tinh-phong"), ("tinh", "01", "tinh-huyen"),
        ("bo", "B01", "bo-vu"), ("bo", "B02", "bo-so"),
    ):  # fmt: skip
        people += invited(world, survey, code, {group: share})
    forms = {it.group: (it, form_of(it)) for it in people}
    known = {group: (_form_id(it), form) for group, (it, form) in forms.items()}
    written = [
        {
            "invitation": it.pk,
            "token": Respondent(it).token,
            "form": known[it.group][0],
            "answers": full_answers(known[it.group][1], place * 13),
        }
        for place, it in enumerate(people)
    ]
    written.sort(key=lambda it: str(it["token"]))  # so that bodies and groups mix
    Path(file).write_text(json.dumps(written[:number], ensure_ascii=False))


def _form_id(invitation: Any) -> int:
    from dieutra.campaigns.models import GroupForm

    of = {"campaign": invitation.campaign, "survey": invitation.survey, "group": invitation.group}
    return int(GroupForm.objects.values_list("form_id", flat=True).get(**of))


def counted(server: Server) -> dict[str, Any]:
    """What the database has: invitations answered, sealed and laid open answers, drafts, events about answers."""
    return dict(json.loads(in_the_house(server, "from tests.opinions.rush import count; count()")))


def count() -> None:
    from dieutra.opinions.models import Burst, Invitation, Opinion, SealedDraft, SealedOpinion

    answered = list(Invitation.objects.filter(answered=True).values_list("pk", flat=True))
    rows = SealedOpinion.objects.count() + Opinion.objects.count()
    bursts = sum(Burst.objects.values_list("count", flat=True))
    print(
        json.dumps(
            {"answered": answered, "rows": rows, "drafts": SealedDraft.objects.count(), "bursts": bursts}
        )
    )


def in_the_house(server: Server, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        env={**server.environment, "PYTHONPATH": str(ROOT), "DIEUTRA_LOG": "WARNING"},
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip().rpartition("\n")[2]


def lost(people: Sequence[Person], found: dict[str, Any]) -> list[int]:
    """Invitations whose holder has a receipt in hand and whose answer is not there."""
    return sorted({it.invitation for it in people if it.receipt} - set(found["answered"]))


def at(seconds: float, act: Callable[[], None]) -> Any:
    """A thread that does something in the middle; join it."""
    from threading import Thread

    def waits() -> None:
        time.sleep(seconds)
        act()

    thread = Thread(target=waits)
    thread.start()
    return thread


def engine(server: Server) -> str:
    return "postgresql" if server.environment["DIEUTRA_DATABASE"].startswith("postgresql") else "sqlite"
