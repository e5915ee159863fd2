"""What sending costs inside the server, as it is and as it would be with an event and a hot counter in its transaction."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.events.actions import record
from dieutra.opinions import answering, devices, opening
from dieutra.opinions.models import Figure
from dieutra.rehearsal.server import Server
from tests.opinion_cast import OpinionWorld
from tests.opinions.respondent import Respondent, form_of, full_answers, invited
from tests.opinions.rush import in_the_house

THREADS, EACH, TURNS = 4, 60, 4
SEEDED = "chi-so-thu"


def compared(server: Server) -> dict[str, float]:
    """Milliseconds of one sending in four threads, of both designs, and their ratio; in turns, on the server's database."""
    return dict(json.loads(in_the_house(server, "from tests.opinions.sending import compare; compare()")))


def compare() -> None:
    """Run inside the server's environment, after `rush.seed`."""
    world = OpinionWorld(Campaign.objects.get(slug=SEEDED))
    people = invited(world, "tinh", "35", {"tinh-hdnd": TURNS * THREADS * EACH})
    people = [it for it in people if it.group == "tinh-hdnd" and not it.answered]
    taken: dict[Callable[[Any], None], list[float]] = {_plain: [], _hot: []}
    for turn in range(TURNS):
        act = (_plain, _hot)[turn % 2]
        taken[act].append(_timed(people[turn::TURNS], act))
    plain, hot = min(taken[_plain]), min(taken[_hot])
    found = {"send_ms": round(plain, 2), "hot_row_ms": round(hot, 2), "hot_row_ratio": round(hot / plain, 2)}
    print(json.dumps(found))


def _timed(portion: list[Any], act: Callable[[Any], None]) -> float:
    """Milliseconds of the whole by the number of sendings; drafts are saved before the clock starts."""
    opened = [opening.open_link(Respondent(it).token) for it in portion]
    answers = full_answers(form_of(portion[0]), 5)
    for it in opened:
        answering.save(it, 0, answers)
    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(act, opened))
    return 1000 * (time.perf_counter() - begun) / len(opened)


def _plain(opened: Any) -> None:
    answering.send(opened, 1, devices.Device("0" * 32, "203.0.113.7", 60))


def _hot(opened: Any) -> None:
    """The counter of the whole campaign first, as a tally would be, and an event."""
    place = {"campaign_id": opened.campaign.pk, "survey": "", "path": "VN/", "group": ""}
    Figure.objects.get_or_create(**place, defaults={"counted_at": timezone.now()})
    with transaction.atomic():
        Figure.objects.filter(**place).update(answered=F("answered") + 1)
        _plain(opened)
        record(None, "opinion.sent", opened.campaign, path="VN/", campaign_id=opened.campaign.pk)
