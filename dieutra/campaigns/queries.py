"""Reading campaigns."""

from __future__ import annotations

from django.db.models import QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.people.models import User
from dieutra.people.permission import posts_of


def campaigns_of(actor: User) -> QuerySet[Campaign]:
    """The campaigns in which the actor holds a post, newest first."""
    ids = {post.campaign_id for post in posts_of(actor)}
    return (
        Campaign.objects.filter(pk__in=ids).select_related("form", "catalogue").order_by("-opens_on", "-pk")
    )
