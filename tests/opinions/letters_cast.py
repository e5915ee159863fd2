"""Invitations made directly, and what the letters said: for the tests of mailing and progress."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dieutra.campaigns.models import Campaign
from dieutra.messages.models import Message
from dieutra.messages.sending import deliver
from dieutra.opinions import keys, mailing, tokens
from dieutra.opinions.models import Invitation, Letter, Round
from dieutra.rosters.models import Person
from tests.messages.conftest import relay
from tests.messages.relay import Relay
from tests.opinion_cast import OpinionWorld, opinions

__all__ = ["key_folder", "opinions", "relay"]
LINK = re.compile(r"/y-kien/#([A-Z2-9-]+)")


@pytest.fixture(autouse=True)
def key_folder(settings: Any, tmp_path: Path) -> Path:
    settings.KEYS_DIR = tmp_path / "keys"
    return tmp_path / "keys"


def invite(campaign: Campaign) -> int:
    """An invitation for each person of an accepted roster who has none."""
    keys.make(campaign)
    key = keys.of(campaign, "links")
    people = Person.objects.filter(
        campaign=campaign, standing=Person.Standing.IN, roster__state="accepted", invitation__isnull=True
    ).order_by("pk")
    made = [
        Invitation(
            campaign=campaign,
            person=it,
            survey=it.survey,
            path=it.path,
            group=it.group,
            token_hash=f"-{it.pk}",
        )
        for it in people
    ]
    Invitation.objects.bulk_create(made)
    for it in made:
        it.token_hash = tokens.hash_of(tokens.token_of(key, it.pk, it.epoch))
    Invitation.objects.bulk_update(made, ["token_hash"], batch_size=500)
    return len(made)


def body(world: OpinionWorld, survey: str, code: str) -> tuple[str, str]:
    return survey, world.area(code).path


def mailed(
    world: OpinionWorld, survey: str, code: str, numbers: dict[str, int], token: str = "0" * 16
) -> Round:
    """A body whose list is accepted, whose people are invited and whose letters are planned."""
    world.accepted(survey, code, numbers)
    invite(world.campaign)
    found = mailing.open_mailing(world.user("ba.bo"), world.campaign, [body(world, survey, code)], token)
    mailing.plan_invitations(world.campaign)
    return found


def turn(most: int = 50) -> None:
    for _ in range(most):
        if not deliver().done:
            return


def links(relay: Relay) -> Iterator[tuple[str, str]]:
    """(recipient, token) of every letter that arrived."""
    for it in relay.mails():
        part = it.get_body(("plain",))
        assert part is not None
        for token in dict.fromkeys(LINK.findall(part.get_content())):  # the same in each language
            yield str(it["To"]), tokens.tidy(token)


def first_letters(world: OpinionWorld) -> list[Message]:
    return [it.message for it in Letter.objects.filter(sort="first").select_related("message").order_by("pk")]


def holder(token: str) -> Person | None:
    found = Invitation.objects.select_related("person").filter(token_hash=tokens.hash_of(token)).first()
    return found.person if found else None
