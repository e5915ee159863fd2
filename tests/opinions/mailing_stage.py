"""A survey in its second week for the screens: letters are out, some came back, answers day by day, one body waits."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.events.models import Event
from dieutra.messages.models import Message
from dieutra.messages.suppressing import suppress
from dieutra.opinions import figures, mailing
from dieutra.opinions.models import FigureDay, Invitation, Letter, Mailing
from tests.opinion_cast import OpinionWorld, make_opinion_world
from tests.opinions.letters_cast import body, invite

BODIES = {
    ("tinh", "35"): {"tinh-hdnd": 48, "tinh-so": 60, "tinh-phong": 30, "tinh-huyen": 4},
    ("tinh", "01"): {"tinh-hdnd": 95, "tinh-so": 80},
    ("bo", "B01"): {"bo-vu": 40, "bo-hoi": 3},
}


def make() -> OpinionWorld:
    world = make_opinion_world()
    campaign, now = world.campaign, timezone.now()
    for (survey, code), numbers in BODIES.items():
        world.accepted(survey, code, numbers)
    invite(campaign)
    chosen = [body(world, *it) for it in BODIES]
    mailing.open_mailing(world.user("ba.bo"), campaign, chosen, "0" * 16)
    mailing.plan_invitations(campaign)
    days = timedelta(days=8)
    Message.objects.filter(secret="opinion").update(state="sent", planned_at=now - days, ended_at=now - days)
    Mailing.objects.update(opened_at=now - days, told_at=now - days)
    _trouble(world)
    _answers(campaign)
    world.accepted("tinh", "40", {"tinh-hdnd": 50, "tinh-so": 70})
    invite(campaign)
    Event.objects.filter(processed_at=None).update(processed_at=now)
    return world


def _trouble(world: OpinionWorld) -> None:
    path = world.area("35").path
    found = Letter.objects.filter(invitation__path=path).select_related("message").order_by("pk")
    for letter in found[:2]:
        why = "550 5.1.1 no such user"
        Message.objects.filter(pk=letter.message_id).update(state="bounced", reason=why, code="550 5.1.1")
        suppress(letter.message.to, "all", why, letter.message)
    for letter in found[2:3]:
        Message.objects.filter(pk=letter.message_id).update(state="deferred", reason="452 4.2.2 mailbox full")


def _answers(campaign: Campaign) -> None:
    """Three quarters of the even pace, counted at the end of each day."""
    keys = list(Invitation.objects.order_by("token_hash").values_list("pk", flat=True))
    today = timezone.localdate()
    for ago in range(8, -1, -1):
        done = keys[: len(keys) * (9 - ago) // 16]
        Invitation.objects.filter(pk__in=done).update(answered=True)
        figures.count(campaign)
        FigureDay.objects.filter(day=today).update(day=today - timedelta(days=ago)) if ago else None


if __name__ == "__main__":
    make()
