"""Looking at a list of people, and taking it out, is recorded: who, which list, when; never whose lines."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.events.actions import record
from dieutra.events.models import Event
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.rosters.models import Roster
from dieutra.rosters.sheets import listed

AGAIN_AFTER = timedelta(hours=1)  # one entry for a person who leafs through a list


def look(actor: User, roster: Roster) -> None:
    """Somebody opens a list. Who only looks on as somebody else writes nothing; that she does stands recorded already."""
    require(actor, "roster.read", roster)
    if roster.pk is None or actor.seen_by is not None:
        return
    lately = Event.objects.filter(
        verb="roster.viewed", subject_type="roster", subject_id=roster.pk, actor_id=actor.pk,
        at__gt=timezone.now() - AGAIN_AFTER,
    )  # fmt: skip
    if not lately.exists():
        record(actor, "roster.viewed", roster)


def take_out(actor: User, roster: Roster) -> bytes:
    """The list as a workbook."""
    require(actor, "roster.read", roster)
    content = listed(roster)
    if roster.pk is not None:
        record(actor, "roster.exported", roster)
    return content


def look_at_shared(actor: User, campaign: Campaign) -> None:
    """The centre looks at addresses that more than one body has."""
    require(actor, "roster.read", campaign)
    if actor.seen_by is None:
        record(actor, "rosters.shared_viewed", campaign, path=campaign.path, campaign_id=campaign.pk)


def take_contacts_out(actor: User, campaign: Campaign) -> None:
    """The register of contacts leaves the house; the sheet itself is drawn by whoever asks."""
    require(actor, "roster.read", campaign)
    record(actor, "contacts.exported", campaign, path=campaign.path, campaign_id=campaign.pk)
