"""Keeps `Case.holders`: after assignments changed, and after a list became cases.

What a case's holders are follows from the standing assignments on its path and above it, so it may be worked out again
at any time; the nightly job does, and its event is the alarm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Q

from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case
from dieutra.events.actions import record
from dieutra.places.paths import UNIT, lineage, under
from dieutra.supervision.models import Assignment, Holders

Posts = frozenset[int]
BATCH = 500


@transaction.atomic
def settle(campaign: Campaign, paths: Iterable[str]) -> int:
    """Bring the cases at and below these paths in line with the assignments; how many changed."""
    # whoever changes assignments of one campaign, at whatever level, waits here: a set is worked out from all of them
    list(Campaign.objects.select_for_update(no_key=True).filter(pk=campaign.pk).values_list("pk"))
    return sum(_settle_some(campaign, scope, above) for scope, above in _scopes(sorted(set(paths))))


def _scopes(paths: list[str]) -> Iterator[tuple[Q, set[str]]]:
    """(cases, paths above them) of manageable size: an area each, single units by the hundred."""
    outer = ""
    areas, units = list[str](), list[str]()
    for path in paths:
        if outer and path.startswith(outer):
            continue
        if UNIT in path:
            units.append(path)
        else:
            outer = path
            areas.append(path)
    for path in areas:
        yield under("path", path), set(lineage(path))
    for start in range(0, len(units), BATCH):
        part = units[start : start + BATCH]
        yield Q(path__in=part), {above for path in part for above in lineage(path)}


def _settle_some(campaign: Campaign, scope: Q, above: set[str]) -> int:
    standing = Assignment.objects.filter(scope | Q(path__in=above), campaign=campaign, ended_at__isnull=True)
    held: dict[str, set[int]] = {}
    for path, post in standing.values_list("path", "post_id"):
        held.setdefault(path, set()).add(post)
    sets = _Sets(campaign)
    changed: dict[int, list[int]] = {}
    cases = Case.objects.filter(scope, campaign=campaign).order_by("path")
    for pk, path, now in cases.values_list("pk", "path", "holders").iterator(chunk_size=5000):
        posts = frozenset[int]().union(*(held[it] for it in lineage(path) if it in held))
        if (right := sets.number(posts)) != now:
            changed.setdefault(right, []).append(pk)
    for right, keys in changed.items():
        for start in range(0, len(keys), BATCH):
            Case.objects.filter(pk__in=keys[start : start + BATCH]).update(holders=right)
    return sum(len(keys) for keys in changed.values())


class _Sets:
    """The number of each set of posts, made when it is new."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.known: dict[Posts, int] = {frozenset(): 0}

    def number(self, posts: Posts) -> int:
        if posts not in self.known:
            key = hashlib.sha256(",".join(map(str, sorted(posts))).encode()).hexdigest()
            row, new = Holders.objects.get_or_create(campaign=self.campaign, key=key)
            if new:
                row.posts.set(posts)
            self.known[posts] = row.pk
        return self.known[posts]


def held_by(posts: Iterable[int]) -> list[int]:
    """The numbers of the sets in which one of these posts is."""
    return list(
        Holders.posts.through.objects.filter(post_id__in=list(posts))
        .order_by("holders_id")
        .values_list("holders_id", flat=True)
        .distinct()
    )


def mend(campaign: Campaign) -> int:
    """Work all of a campaign's cases out again; what differed is put right and told."""
    used = Assignment.objects.filter(campaign=campaign).exists()
    wrong = settle(campaign, [campaign.path]) if used else 0
    if wrong:
        record(None, "holders.mended", campaign, number=wrong)
    return wrong
