"""The hourly count: how many people of each group are invited, written to, unreachable, and have answered.

Screens read `Figure` and `FigureDay`, never `Invitation.answered`: within the hour nothing that they show changes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.messages.models import Message
from dieutra.opinions.letters import NOT_NEEDED
from dieutra.opinions.models import Closing, Figure, FigureDay, Invitation, Letter

PLACE = ("campaign_id", "survey", "path", "group")
NUMBERS = ("invited", "mailed", "bounced", "answered")
TROUBLED = (Message.State.BOUNCED, Message.State.FAILED, Message.State.SUPPRESSED)
NOT_BEFORE = timedelta(minutes=55)  # a job that is tried again counts nothing in between


def letter_of_the_link(*, arrived: bool) -> Exists:
    """Invitations whose present link has a letter (no reminder) that left well; or one that did not arrive.

    A letter that lost its sense counts as one that left well: a number that told them apart would tell who has answered.
    """
    handled = Q(message__state=Message.State.SENT) | Q(
        message__state=Message.State.SUPPRESSED, message__reason=NOT_NEEDED
    )
    troubled = Q(message__state__in=TROUBLED) & ~handled
    found = Letter.objects.filter(invitation=OuterRef("pk"), epoch=OuterRef("epoch"))
    return Exists(found.filter(handled if arrived else troubled).exclude(sort=Letter.Sort.REMINDER))


def due(campaign: Campaign) -> bool:
    last = Figure.objects.filter(campaign=campaign).order_by("-counted_at").first()
    return last is None or timezone.now() - last.counted_at >= NOT_BEFORE


def are_final(campaign: Campaign) -> bool:
    """Closed, and counted since the last day: nobody answers any more."""
    closing = Closing.objects.filter(campaign=campaign).first()
    last = Figure.objects.filter(campaign=campaign).order_by("-counted_at").first()
    return bool(closing and last and timezone.localdate(last.counted_at) >= closing.closed_on)


def rows(campaign: Campaign) -> list[dict[str, Any]]:
    """One GROUP BY over the invitations."""
    arrived, came_back = letter_of_the_link(arrived=True), letter_of_the_link(arrived=False)
    found = Invitation.objects.filter(campaign=campaign, withdrawn=False).annotate(
        has_arrived=arrived, came_back=came_back
    )
    return list(
        found.order_by()
        .values(*PLACE)
        .annotate(
            invited=Count("pk"),
            mailed=Count("pk", filter=Q(has_arrived=True)),
            bounced=Count("pk", filter=Q(has_arrived=False, came_back=True)),
            answered=Count("pk", filter=Q(answered=True)),
        )
    )


@transaction.atomic
def count(campaign: Campaign, at: datetime | None = None) -> int:
    """Write the figures anew, and the line of today; how many groups. Twice is once."""
    now = at or timezone.now()
    found = rows(campaign)
    figures = [Figure(**it, counted_at=now) for it in found]
    Figure.objects.bulk_create(
        figures,
        update_conflicts=True,
        unique_fields=list(PLACE),
        update_fields=[*NUMBERS, "counted_at"],
    )
    Figure.objects.filter(campaign=campaign, counted_at__lt=now).delete()  # groups without anybody invited
    day = timezone.localdate(now)
    kept = ("invited", "mailed", "answered")
    FigureDay.objects.bulk_create(
        [FigureDay(**{name: it[name] for name in (*PLACE, *kept)}, day=day) for it in found],
        update_conflicts=True,
        unique_fields=[*PLACE, "day"],
        update_fields=list(kept),
    )
    return len(figures)
