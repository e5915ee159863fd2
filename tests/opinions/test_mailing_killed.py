"""A sender killed with -9 in the middle of the mailing: everybody gets her own link, a copy only of what was in doubt."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from dieutra.rehearsal.server import Server
from tests.messages.relay import Relay
from tests.messages.test_killed import script, start, wait_for
from tests.opinions.letters_cast import links
from tests.site import Prepared

PEOPLE = 120
SEED = f"""
import django; django.setup()
from dieutra.events.models import Event
from dieutra.messages.models import Message
from dieutra.opinions import mailing
from tests.opinion_cast import make_opinion_world
from tests.opinions.letters_cast import body, invite
world = make_opinion_world()
Message.objects.all().delete()
Event.objects.filter(processed_at=None).update(processed_at="2026-01-01T00:00:00Z")
rules = world.campaign.rules
rules["campaign"]["mail"] = dict(per_minute=60000, burst=60000, per_domain_per_minute=60000, per_domain_burst=60000)
world.campaign.save()
world.accepted("tinh", "35", {{"tinh-so": {PEOPLE // 2}, "tinh-phong": {PEOPLE // 2}}})
invite(world.campaign)
mailing.open_mailing(world.user("ba.bo"), world.campaign, [body(world, "tinh", "35")], "0" * 16)
"""
LOOK = """
import django; django.setup()
import json
from dieutra.messages.letter import message_id
from dieutra.opinions.models import Letter
from tests.messages.outbox import free_all
free_all()
found = Letter.objects.select_related("message", "invitation__person")
print(json.dumps([[message_id(it.message), it.message.state, it.message.doubts, it.invitation.token_hash,
                   it.invitation.person.email] for it in found]))
"""


def test_a_killed_sender_goes_on_where_it_stopped(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = Prepared(tmp_path, tmp_path_factory)
    tmp_path.joinpath("mail").mkdir()
    with Relay(delay=0.02) as relay:
        server.environment |= {
            "DIEUTRA_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "DIEUTRA_SMTP_HOST": "127.0.0.1",
            "DIEUTRA_SMTP_PORT": str(relay.port),
            "DIEUTRA_MAIL_LEASE": "2",
        }
        server.prepare()
        script(server, SEED)
        for kill in range(2):
            worker = start(server)
            wait_for(lambda some=PEOPLE * (kill + 1) // 4: len(relay.counts()) >= some)
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        worker = start(server)
        try:
            wait_for(lambda: len(_to_respondents(relay)) == PEOPLE and _all_sent(server), 120)
        finally:
            worker.terminate()
            worker.wait(30)
        rows = json.loads(script(server, LOOK))
    from dieutra.opinions.tokens import hash_of

    assert len(rows) == PEOPLE, "planned by the event, once"
    owners = {row[4]: row[3] for row in rows}
    found = set(links(relay))
    assert {(to, hash_of(token)) for to, token in found} == set(owners.items()), (
        "to each her own, of every copy"
    )
    copies = relay.counts()
    doubted = {row[0] for row in rows if row[2]}
    assert {number for number, count in copies.items() if count > 1} <= doubted


def _to_respondents(relay: Relay) -> set[str]:
    return {to for to, _ in links(relay)}


def _all_sent(server: Server) -> bool:
    rows = json.loads(script(server, LOOK))
    return len(rows) == PEOPLE and all(row[1] == "sent" for row in rows)
