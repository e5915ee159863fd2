"""Laying open: sealed answers become opinions, many at a time and shuffled, so that none can be followed.

By the hour a group of which at least twice `batch` answers wait is laid open but for `batch` of them, drawn by lot: each
opinion that appears has at least `batch` people who may have written it, and who comes next is never alone in the pool.
At the end places in which fewer than `batch` wait are pooled over all bodies; what is too few even so is destroyed.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import NotNow, Stale
from dieutra.events.actions import record
from dieutra.events.models import Event
from dieutra.opinions import keys
from dieutra.opinions.models import Opinion, SealedOpinion
from dieutra.opinions.opening import place_in_words
from dieutra.opinions.sealing import Unreadable, unseal

log = logging.getLogger(__name__)
AT_ONCE = 1_000  # a transaction holds SQLite's only pen: senders wait meanwhile
PARTS = ("answers", "device", "network", "seconds")

Place = tuple[str, str, str]  # survey, path, group
Content = dict[str, Any]


@dataclass
class LaidOpen:
    """`pooled` of the opinions stand at no body; `destroyed` were too few to be laid open anywhere."""

    opinions: int = 0
    groups: int = 0
    pooled: int = 0
    destroyed: int = 0
    shut: set[uuid.UUID] = field(default_factory=set)

    @property
    def unreadable(self) -> int:
        return len(self.shut)

    def add(self, part: LaidOpen) -> None:
        self.opinions += part.opinions
        self.groups += part.groups
        self.pooled += part.pooled
        self.destroyed += part.destroyed
        self.shut |= part.shut


def lay_open(campaign: Campaign, *, everything: bool = False) -> LaidOpen:
    """Lay open what may be; `everything` at the end, when nobody can answer any more. One event for each portion.

    Raises NotNow without the key, Stale when another run was quicker. Portions that were laid open before it broke off stay
    so, and are recorded.
    """
    rules = campaign.kind.opinion
    batch = max(2, rules.batch if rules else 2)
    done = LaidOpen()
    waiting = _waiting(campaign)
    if not waiting:
        return done
    key = keys.of(campaign, "box")
    for places in _portions(waiting, batch, everything):
        done.add(_lay_open_portion(campaign, key, places, batch, everything))
    if everything:
        done.add(_pool_the_few(campaign, key, batch))
    return done


def laid_open_at_the_end(campaign: Campaign) -> dict[str, int]:
    """`count`, `pooled` and `destroyed` of all the portions of the end, also of a run that was broken off."""
    events = Event.objects.filter(verb="opinions.laid_open", facts__at_the_end=True, campaign_id=campaign.pk)
    found = list(events.values_list("facts", flat=True))
    return {name: sum(it[name] for it in found) for name in ("count", "pooled", "destroyed")}


def _waiting(campaign: Campaign) -> dict[Place, int]:
    rows = SealedOpinion.objects.filter(campaign=campaign).values_list("survey", "path", "group")
    return {(survey, path, group): many for survey, path, group, many in rows.annotate(many=Count("pk"))}


def _portions(waiting: dict[Place, int], batch: int, everything: bool) -> Iterator[dict[Place, int]]:
    """Groups by lot, as many as go into one transaction, with how many of each are laid open: never fewer than `batch`."""
    ripe = {
        place: many if everything else many - batch
        for place, many in waiting.items()
        if many >= (batch if everything else 2 * batch)
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


def _lay_open_portion(
    campaign: Campaign, key: bytes, places: dict[Place, int], batch: int, at_the_end: bool
) -> LaidOpen:
    part = LaidOpen()
    taken: list[uuid.UUID] = []
    opinions: list[Opinion] = []
    for place, many in places.items():
        found = _contents(campaign, key, place, many, part)
        if len(found) < batch <= many:  # those that cannot be opened made the crowd too small
            continue
        for pk, content in found:
            taken.append(pk)
            opinions.append(_opinion(campaign, place, content, {name: content[name] for name in PARTS}))
        part.groups += 1
    part.opinions = len(opinions)
    _move(campaign, taken, opinions, part, at_the_end)
    return part


def _pool_the_few(campaign: Campaign, key: bytes, batch: int) -> LaidOpen:
    """What is left at the end: places in which fewer than `batch` wait. One transaction for all of them.

    Pooled by survey and group over all bodies; those of groups that stay too few by survey and questionnaire, without a
    group, since a questionnaire tells the group that has its own. The rest is deleted. Marks of the browser stay away: they
    are for signals about bodies, and could lead from a pooled row to one at a body.
    """
    part = LaidOpen()
    by_group: dict[tuple[str, str, int], list[Content]] = {}
    taken: list[uuid.UUID] = []
    for place in _waiting(campaign):
        for pk, content in _contents(campaign, key, place, None, part):
            taken.append(pk)
            by_group.setdefault((place[0], place[2], content["form"]), []).append(content)
    pools: dict[tuple[str, str, int], list[Content]] = {}
    for (survey, group, form), contents in by_group.items():
        named = group if len(contents) >= batch else ""
        pools.setdefault((survey, named, form), []).extend(contents)
    opinions = [
        _opinion(campaign, (survey, campaign.path, group), content, {"answers": content["answers"]})
        for (survey, group, _), contents in pools.items()
        for content in contents
        if len(contents) >= batch
    ]
    part.opinions = part.pooled = len(opinions)
    part.destroyed = len(taken) - len(opinions)
    _move(campaign, taken, opinions, part, at_the_end=True)
    return part


def _contents(
    campaign: Campaign, key: bytes, place: Place, many: int | None, part: LaidOpen
) -> list[tuple[uuid.UUID, Content]]:
    """So many of a place, drawn by lot (None: all), as they were sealed; those that do not open are left out."""
    survey, path, group = place
    rows = list(SealedOpinion.objects.filter(campaign=campaign, survey=survey, path=path, group=group))
    words = place_in_words(campaign.slug, survey, path, group)
    found = []
    for row in SystemRandom().sample(rows, len(rows) if many is None else min(many, len(rows))):
        content = _opened(key, row, words)
        if content is None:
            part.shut.add(row.pk)
        else:
            found.append((row.pk, content))
    return found


def _opinion(campaign: Campaign, place: Place, content: Content, parts: Content) -> Opinion:
    survey, path, group = place
    where = {"survey": survey, "path": path, "group": group, "released_on": timezone.localdate()}
    return Opinion(campaign=campaign, form_id=content["form"], **where, **parts)


def _move(
    campaign: Campaign, taken: list[uuid.UUID], opinions: list[Opinion], part: LaidOpen, at_the_end: bool
) -> None:
    """Sealed rows go and opinions come, shuffled, in one transaction with the event that counts them.

    Stale when another run took some of them.
    """
    SystemRandom().shuffle(opinions)
    with transaction.atomic():
        gone, _ = SealedOpinion.objects.filter(campaign=campaign, pk__in=taken).delete()
        if gone != len(taken):
            raise Stale("Lô phiếu này vừa được đưa vào kho bởi một tiến trình khác.")
        Opinion.objects.bulk_create(opinions, batch_size=200)
        if taken or part.shut:
            _record(campaign, part, at_the_end)


def _record(campaign: Campaign, part: LaidOpen, at_the_end: bool) -> None:
    facts = {"count": part.opinions, "groups": part.groups, "unreadable": part.unreadable}
    if at_the_end:
        facts |= {"pooled": part.pooled, "destroyed": part.destroyed, "at_the_end": True}
    record(None, "opinions.laid_open", campaign, path=campaign.path, campaign_id=campaign.pk, **facts)


def _opened(key: bytes, row: SealedOpinion, place: str) -> Content | None:
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
