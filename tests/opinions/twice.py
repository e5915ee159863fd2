"""A second opinion survey with the people of the first."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from dieutra.campaigns.actions import create_campaign
from dieutra.campaigns.models import Campaign
from dieutra.people.models import Post
from tests.opinion_cast import CATALOGUE, KIND
from tests.opinions import mailing_stage

FIRST, SECOND = "Khảo sát thử", "Khảo sát năm sau"


def make() -> None:
    """Both for the screens, the first in its second week."""
    world = mailing_stage.make()
    again(world.campaign, KIND, "khao-sat-sau", SECOND, CATALOGUE)


def again(campaign: Campaign, folder: Path, slug: str, name: str, catalogue: str) -> Campaign:
    """A later campaign of the kind in which the same people hold the same posts."""
    day = timedelta(days=1)
    opens, due, closes = campaign.opens_on + day, campaign.list_due_on + day, campaign.closes_on + day
    later = create_campaign(folder, slug, name, opens, due, closes, catalogue)
    for post in Post.objects.filter(campaign=campaign):
        post.pk, post.campaign = None, later
        post.save(force_insert=True)
    return later
