"""What sending costs inside the server, as it is and as it would be with an event and a hot counter in its transaction."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dieutra.rehearsal.server import Server
from tests.opinions.rush import _in_the_house

THREADS, EACH = 4, 60


def compared(server: Server) -> dict[str, float]:
    """Milliseconds of one sending in four threads, of both designs, and their ratio; in turns, on the server's database."""
    return dict(json.loads(_in_the_house(server, "from tests.opinions.sending import compare; compare()")))


def compare() -> None:

    from dieutra.places.models import Area
    from tests.opinions.respondent import invited

    if not Area.objects.filter(catalogue__slug="khao-sat-thu").exists():
        raise SystemExit("seed first")
    from dieutra.campaigns.models import Campaign
    from tests.opinion_cast import OpinionWorld

    world = OpinionWorld(Campaign.objects.get(slug="chi-so-thu"))
    people = invited(world, "tinh", "35", {"tinh-hdnd": 4 * THREADS * EACH})
    people = [it for it in people if it.group == "tinh-hdnd" and not it.answered]
    portions = [people[at::4] for at in range(4)]
    taken: dict[str, list[float]] = {"as it is": [], "hot": []}
    for turn, portion in enumerate(portions):
        hot = bool(turn % 2)
        taken["hot" if hot else "as it is"].append(_timed(portion, _hot if hot else _plain))
    plain, hot_ms = (min(taken[name]) for name in ("as it is", "hot"))
    result = {
        "send_ms": round(plain, 2),
        "hot_row_ms": round(hot_ms, 2),
        "hot_row_ratio": round(hot_ms / plain, 2),
    }
    print(json.dumps(result))


def _timed(portion: list[Any], act: Callable[[Any], None]) -> float:
    """Milliseconds of the whole by the number of sendings; drafts are saved before the clock starts."""
    from dieutra.opinions import answering
    from tests.opinions.respondent import Respondent, form_of, full_answers

    opened = [answering.open_link(Respondent(it).token) for it in portion]
    answers = full_answers(form_of(portion[0]), 5)
    for it in opened:
        answering.save(it, 0, answers)
    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(act, opened))
    return 1000 * (time.perf_counter() - begun) / len(opened)


def _plain(opened: Any) -> None:
    from dieutra.opinions import answering, devices

    answering.send(opened, 1, devices.Device("0" * 32, "203.0.113.7", 60))


def _hot(opened: Any) -> None:
    """The counter of the whole campaign first, as a tally would be, and an event."""
    from django.db import transaction
    from django.db.models import F
    from django.utils import timezone

    from dieutra.events.actions import record
    from dieutra.opinions.models import Figure

    place = {"campaign_id": opened.campaign.pk, "survey": "", "path": "VN/", "group": ""}
    Figure.objects.get_or_create(**place, defaults={"counted_at": timezone.now()})
    with transaction.atomic():
        Figure.objects.filter(**place).update(answered=F("answered") + 1)
        _plain(opened)
        record(None, "opinion.sent", opened.campaign, path="VN/", campaign_id=opened.campaign.pk)
