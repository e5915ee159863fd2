"""The units of a collector go to her phone: names, addresses, telephones. The record says who took how many, and when."""

from __future__ import annotations

from django.db import transaction

from dieutra.channels.openrosa import served
from dieutra.channels.openrosa.lists import Offered, media
from dieutra.events.actions import record
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, posts_of


def hand_out(actor: User, offered: Offered, name: str) -> bytes | None:
    """A file that goes with a form, None when there is none of this name. Collect asks again only when it has changed."""
    content = next((found for known, found in media(actor, offered) if known == name), None)
    if content is not None and name == served.LIST_FILE:
        units = content.count(b"\n") - 1
        with transaction.atomic():
            for campaign in offered.campaigns:
                tops = [it.path for it in posts_of(actor, campaign.pk) if it.role in GRANTS["case.fill"]]
                record(actor, "units.handed_out", campaign, path=min(tops, key=len), units=units)
    return content
