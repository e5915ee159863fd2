"""A worker killed with -9 while it hands short messages over: none is sent twice, none is lost, each doubt is said."""

from __future__ import annotations

import json
import os
import random
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.messages.conftest import HTTP, KEY, SMPP
from tests.messages.gateway_server import GatewayServer
from tests.messages.smsc import Centre
from tests.messages.test_killed import script, start, wait_for
from tests.site import Seeded

COUNT = 150
SEED = f"""
import django; django.setup()
from dieutra.campaigns.models import Campaign
from tests.cast import World
from tests.messages.outbox import put_sms
from dieutra.messages.models import Message
from dieutra.events.models import Event
world = World(Campaign.objects.get(slug="thu"))
Message.objects.all().delete()
Event.objects.filter(processed_at=None).update(processed_at="2026-01-01T00:00:00Z")
world.campaign.rules["campaign"]["sms"] = dict(per_minute=60000, burst=60000)
world.campaign.save()
for number in range({COUNT}):
    put_sms(world, number)
"""
LOOK = """
import django; django.setup()
import json
from django.utils import timezone
from dieutra.messages.models import Message
Message.objects.filter(state="deferred").update(next_at=timezone.now())
print(json.dumps([[it.to[1:], it.state] for it in Message.objects.all()]))
"""


@pytest.mark.parametrize("kills", [2, pytest.param(4, marks=pytest.mark.heavy)])
@pytest.mark.parametrize("sort", ["http", "smpp"])
def test_a_killed_worker_sends_no_short_message_twice_and_says_what_it_does_not_know(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, sort: str, kills: int
) -> None:
    server = Seeded(tmp_path, tmp_path_factory)
    rng = random.Random(11)
    with GatewayServer(delay=0.01) as gateway, Centre(KEY, delay=0.01) as centre:
        text = HTTP if sort == "http" else SMPP
        port = gateway.port if sort == "http" else centre.port
        tmp_path.joinpath("sms.toml").write_text(text.format(port=port, more=""))
        server.environment |= {
            "DIEUTRA_SMS": str(tmp_path / "sms.toml"),
            "TEST_SMS_KEY": KEY,
            "DIEUTRA_MAIL_LEASE": "2",
        }
        server.prepare()
        script(server, SEED)
        fates = {f"8491{number:07d}": rng.random() for number in range(COUNT)}
        # at the first try some are refused for now, some are dropped before and some after they are taken
        gateway.rule = lambda to, tries: (
            (500, {}) if tries == 1 and fates[to] < 0.05
            else "drop after" if tries == 1 and fates[to] < 0.08
            else None
        )  # fmt: skip
        centre.at_submit = lambda to, tries: "ESME_RSYSERR" if tries == 1 and fates[to] < 0.05 else ""
        centre.after_submit = lambda to, tries: "drop" if tries == 1 and 0.05 < fates[to] < 0.08 else ""

        def taken() -> Counter[str]:
            if sort == "http":
                return Counter(it[2]["to"] for it in list(gateway.taken))
            return Counter(it.to for it in list(centre.taken))

        def rows() -> dict[str, str]:
            return dict(json.loads(script(server, LOOK)))

        for at in range(kills):
            worker = start(server)
            wait_for(lambda some=COUNT * (at + 1) // (kills + 2): sum(taken().values()) >= some)
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        worker = start(server)
        try:
            wait_for(lambda: set(rows().values()) <= {"sent", "unknown"}, 120)
        finally:
            worker.terminate()
            worker.wait(30)
        standing, copies = rows(), taken()
    assert max(copies.values()) == 1, "nothing went out twice"
    sent = {to for to, state in standing.items() if state == "sent"}
    unknown = set(standing) - sent
    assert sent <= set(copies), "what is said to be sent was taken"
    assert set(copies) <= sent | unknown, "what was taken is said to be sent or in doubt"
    dropped = {to for to, fate in fates.items() if 0.05 < fate < 0.08}
    assert dropped <= unknown
    assert len(unknown - dropped) <= kills, "at most one message is in the air when a worker dies"
