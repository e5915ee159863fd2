"""The tally: counts per (campaign, area, state, level), moved in the same transaction as the case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.db import connection, transaction
from django.db.models import Count

from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case, Tally
from dieutra.events.actions import record
from dieutra.places.paths import area_path

Key = tuple[int, str, str, int]  # campaign, area path, state, level

UPSERT = """
INSERT INTO cases_tally (campaign_id, area_path, state, level, count) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (campaign_id, area_path, state, level) DO UPDATE SET count = cases_tally.count + excluded.count
"""


def key_of(case: Case, state: str, level: int) -> Key:
    return case.campaign_id, area_path(case.path), state, level


def move(changes: Mapping[Key, int]) -> None:
    """Add each change to its row. Rows are touched in one order, so two writers never wait for each other in a ring."""
    with connection.cursor() as cursor:
        for key, by in sorted(changes.items()):
            if by:
                cursor.execute(UPSERT, [*key, by])


def recount(campaign: Campaign) -> Counter[Key]:
    """The truth, counted from the cases in one SQL statement."""
    rows = (
        Case.objects.filter(campaign=campaign)
        .values_list("unit__area__path", "state", "level")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return Counter({(campaign.pk, path, state, level): number for path, state, level, number in rows})


def kept(campaign: Campaign) -> Counter[Key]:
    rows = Tally.objects.filter(campaign=campaign).exclude(count=0)
    return Counter({(row.campaign_id, row.area_path, row.state, row.level): row.count for row in rows})


@transaction.atomic
def mend(campaign: Campaign) -> dict[str, int]:
    """Put right what differs from the recount; an event tells when anything did."""
    truth, standing = recount(campaign), kept(campaign)
    changes = {key: truth[key] - standing[key] for key in truth.keys() | standing.keys()}
    wrong = {key: by for key, by in changes.items() if by}
    if wrong:
        move(wrong)
        record(None, "tally.mended", campaign, rows=len(wrong))
    return {"rows": len(truth), "mended": len(wrong)}
