"""Laying open: sealed answers become opinions, many at a time and shuffled, so that none can be followed.

By the hour a group of which at least twice `batch` answers wait is laid open but for `batch` of them, drawn by lot: each
opinion that appears has at least `batch` people who may have written it, and who comes next is never alone in the pool.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import NotNow, Stale
from dieutra.events.actions import record
from dieutra.opinions import keys
from dieutra.opinions.answering import place_in_words
from dieutra.opinions.models import Opinion, SealedOpinion
from dieutra.opinions.sealing import Unreadable, unseal

log = logging.getLogger(__name__)
AT_ONCE = 1_000  # a transaction holds SQLite's only pen: senders wait meanwhile
PARTS = ("answers", "device", "network", "seconds")

Place = tuple[str, str, str]  # survey, path, group


@dataclass
class LaidOpen:
    opinions: int = 0
    groups: int = 0
    unreadable: int = 0


def lay_open(campaign: Campaign, *, everything: bool = False) -> LaidOpen:
    """Lay open what may be; `everything` at the end, when nobody can answer any more. One event when there was any.

    Raises NotNow without the key, Stale when another run was quicker.
    """
    rules = campaign.kind.opinion
    batch = max(2, rules.batch if rules else 2)
    done = LaidOpen()
    waiting = _waiting(campaign)
    if not waiting:
        return done
    key = keys.of(campaign, "box")
    for places in _portions(waiting, batch, everything):
        _lay_open_portion(campaign, key, places, done)
    if done.opinions or done.unreadable:
        facts = {"count": done.opinions, "groups": done.groups, "unreadable": done.unreadable}
        record(None, "opinions.laid_open", campaign, path=campaign.path, campaign_id=campaign.pk, **facts)
    return done


def _waiting(campaign: Campaign) -> dict[Place, int]:
    rows = SealedOpinion.objects.filter(campaign=campaign).values_list("survey", "path", "group")
    return {(survey, path, group): many for survey, path, group, many in rows.annotate(many=Count("pk"))}


def _portions(waiting: dict[Place, int], batch: int, everything: bool) -> Iterator[dict[Place, int]]:
    """Groups by lot, as many as go into one transaction, with how many of each are laid open."""
    ripe = {
        place: many if everything else many - batch
        for place, many in waiting.items()
        if everything or many >= 2 * batch
    }
    places = list(ripe)
    SystemRandom().shuffle(places)
    portion: dict[Place, int] = {}
    for place in places:
        portion[place] = ripe[place]
        if sum(portion.values()) >= AT_ONCE:
            yield portion
            portion = {}
    if portion:
        yield portion


def _lay_open_portion(campaign: Campaign, key: bytes, places: dict[Place, int], done: LaidOpen) -> None:
    lot, today = SystemRandom(), timezone.localdate()
    taken: list[uuid.UUID] = []
    opinions: list[Opinion] = []
    for (survey, path, group), many in places.items():
        rows = list(SealedOpinion.objects.filter(campaign=campaign, survey=survey, path=path, group=group))
        place = place_in_words(campaign.slug, survey, path, group)
        for row in lot.sample(rows, min(many, len(rows))):
            content = _opened(key, row, place)
            if content is None:
                done.unreadable += 1
                continue
            taken.append(row.pk)
            parts = {name: content[name] for name in PARTS}
            where = {"survey": survey, "path": path, "group": group, "released_on": today}
            opinions.append(Opinion(campaign=campaign, form_id=content["form"], **where, **parts))
    lot.shuffle(opinions)
    with transaction.atomic():
        gone, _ = SealedOpinion.objects.filter(pk__in=taken).delete()
        if gone != len(taken):
            raise Stale("Lô phiếu này vừa được đưa vào kho bởi một tiến trình khác.")
        Opinion.objects.bulk_create(opinions, batch_size=200)
    done.opinions += len(opinions)
    done.groups += len(places)


def _opened(key: bytes, row: SealedOpinion, place: str) -> dict[str, Any] | None:
    """What was sealed, or None: the row stays where it is, and the event says how many there are."""
    try:
        return unseal(key, row.sealed, place)
    except Unreadable:
        log.error("a sealed answer of campaign %s cannot be opened", row.campaign_id)
        return None


def lay_open_everywhere() -> int:
    """Every campaign with waiting answers; one whose key is away does not stop the others. How many were laid open."""
    found = 0
    waiting = SealedOpinion.objects.values_list("campaign", flat=True).distinct()
    for campaign in Campaign.objects.filter(pk__in=list(waiting)):
        try:
            found += lay_open(campaign).opinions
        except NotNow:
            log.error("the key of campaign %s is not on this machine: its answers wait", campaign.slug)
    return found
