"""Reading campaigns."""

from __future__ import annotations

from django.db.models import QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, posts_of


def campaigns_of(actor: User) -> QuerySet[Campaign]:
    """The campaigns in which the actor holds a post, newest first."""
    ids = {post.campaign_id for post in posts_of(actor)}
    return (
        Campaign.objects.filter(pk__in=ids).select_related("form", "catalogue").order_by("-opens_on", "-pk")
    )


def opinion_campaigns(actor: User) -> list[Campaign]:
    """Those of them that ask people, newest first."""
    return [it for it in campaigns_of(actor) if it.kind.opinion is not None]


def opinion_campaigns_with(actor: User, verb: str) -> list[Campaign]:
    """Those in which a post of the actor, wherever it stands, grants the verb."""
    held = {it.campaign_id for it in posts_of(actor) if it.role in GRANTS[verb]}
    return [it for it in opinion_campaigns(actor) if it.pk in held]


def asking_people() -> list[Campaign]:
    """All campaigns that ask people, for work in the background."""
    return [it for it in Campaign.objects.all() if it.kind.opinion is not None]
