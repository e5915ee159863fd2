"""The receipt of a list of people that was sent: numbers alone, no names."""

from __future__ import annotations

from django.utils import timezone

from dieutra.channels.paper.documents import draw, long_date
from dieutra.rosters.columns import rules_of
from dieutra.rosters.models import Roster
from dieutra.rosters.queries import due_on
from dieutra.rosters.sending import digest_of


def roster_receipt_pdf(roster: Roster) -> bytes:
    """The receipt of the latest sending. Raises ValueError for a list that was never sent."""
    if roster.sent_at is None or roster.sent_by is None:
        raise ValueError(f"roster {roster.pk} was never sent")
    counted = roster.counted
    return draw(
        "roster_receipt.typ",
        {
            "campaign": roster.campaign.name,
            "simulated": roster.campaign.kind.simulated,
            "survey": rules_of(roster.campaign.kind).survey(roster.survey).name,
            "receipt": roster.receipt,
            "area": roster.area.name,
            "at": f"{timezone.localtime(roster.sent_at):%H giờ %M phút}, {long_date(roster.sent_at)}",
            "due": f"{due_on(roster):%d/%m/%Y}",
            "late": roster.late,
            "by": roster.sent_by.full_name,
            "asked": counted.get("asked", 0),
            "rows": [
                [it["name"], it["asked"], it["aside"], it["excused"]] for it in counted.get("groups", [])
            ],
            "explanations": counted.get("explanations", 0),
            "digest": roster.digest,
            "agrees": roster.state in ("sent", "accepted") and roster.digest == digest_of(roster),
        },
    )
