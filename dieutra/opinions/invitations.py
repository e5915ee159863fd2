"""Invitations: made for the people of an accepted list, withdrawn when somebody is taken off it later."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from dieutra.campaigns.models import Campaign
from dieutra.events.actions import record
from dieutra.opinions import keys
from dieutra.opinions.models import Invitation, SealedDraft
from dieutra.opinions.tokens import LETTERS, hash_of, token_of
from dieutra.rosters.models import Person, Roster

AT_ONCE = 500
RECEIPT_LENGTH = 10


def invite(roster: Roster) -> int:
    """Make the invitations that the people of an accepted list still lack, and settle who is withdrawn; how many are new.

    The key is on the disk before the first row. Safe to run twice and at the same time: a person has one invitation.
    """
    if roster.state != Roster.State.ACCEPTED:
        return 0
    keys.make(roster.campaign)
    made = 0
    while more := list(_lacking(roster).order_by("number")[:AT_ONCE]):
        made += _make(roster, more)
    settle(roster)
    return made


def _lacking(roster: Roster) -> QuerySet[Person]:
    return Person.objects.filter(roster=roster, standing=Person.Standing.IN, invitation__isnull=True)


def _make(roster: Roster, people: list[Person]) -> int:
    """The token hangs on the row's number, so each row first has a random hash that fits no token."""
    key = keys.of(roster.campaign, "links")
    with transaction.atomic():
        # of two jobs at once the second finds these people taken when it gets the roster
        Roster.objects.select_for_update().get(pk=roster.pk)
        still = set(_lacking(roster).filter(pk__in=[it.pk for it in people]).values_list("pk", flat=True))
        rows = Invitation.objects.bulk_create(
            Invitation(
                campaign=roster.campaign,
                person=it,
                survey=it.survey,
                path=it.path,
                group=it.group,
                token_hash=secrets.token_hex(32),
            )
            for it in people
            if it.pk in still
        )
        for row in rows:
            row.token_hash = hash_of(token_of(key, row.pk, row.epoch))
        Invitation.objects.bulk_update(rows, ["token_hash"], batch_size=100)
        if rows:
            record(None, "invitations.made", roster, count=len(rows))
    return len(rows)


def settle(roster: Roster) -> int:
    """Withdraw the invitations of people who are no longer asked, give back those who are asked again, and follow those who
    are in another group now; how many.
    """
    here = Invitation.objects.filter(person__roster=roster)
    with transaction.atomic():
        gone = here.filter(withdrawn=False).exclude(person__standing=Person.Standing.IN)
        back = here.filter(withdrawn=True, person__standing=Person.Standing.IN)
        taken = Invitation.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).update(
            withdrawn=True
        )
        given = Invitation.objects.filter(pk__in=list(back.values_list("pk", flat=True))).update(
            withdrawn=False
        )
        moved = _follow(here)
        if taken or given or moved:
            also = {"moved": moved} if moved else {}
            facts: dict[str, Any] = {"withdrawn": taken, "given_back": given, **also}
            record(None, "invitations.settled", roster, **facts)
    return taken + given + moved


def _follow(here: QuerySet[Invitation]) -> int:
    """Whoever has not answered is asked for the group that she is in now; a draft of another questionnaire goes."""
    place = ("survey", "path", "group")
    same = Q(**{it: F(f"person__{it}") for it in place})
    moved = list(here.filter(answered=False).exclude(same).values_list("pk", flat=True))
    if not moved:
        return 0
    now = Person.objects.filter(invitation=OuterRef("pk"))
    # again conditional: who answered meanwhile stays where she was asked
    held = Invitation.objects.filter(pk__in=moved, answered=False)
    count = held.update(**{it: Subquery(now.values(it)[:1]) for it in place})
    SealedDraft.objects.filter(invitation__in=moved).delete()
    return count


def token_for(invitation: Invitation) -> str:
    """The token of the standing link, worked out again. Raises NotNow without the campaign's key."""
    return token_of(keys.of(invitation.campaign, "links"), invitation.pk, invitation.epoch)


def receipt_of(campaign: Campaign, invitation: int) -> str:
    """Ten signs that prove an answer and tell nothing of it. Raises NotNow without the campaign's key."""
    digest = hmac.new(keys.of(campaign, "receipts"), str(invitation).encode(), hashlib.sha256).digest()
    signs = "".join(LETTERS[it & 31] for it in digest[:RECEIPT_LENGTH])
    return f"{signs[:5]}-{signs[5:]}"
