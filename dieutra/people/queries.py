"""Reading people."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from dieutra.engine.text import search_key
from dieutra.people.models import Post, User
from dieutra.people.permission import visible_to


def accounts(actor: User, campaign_id: int, text: str = "", role: str = "") -> QuerySet[Post]:
    """The posts in the actor's care, those taken away too, most senior first."""
    posts = visible_to(Post.objects.filter(campaign_id=campaign_id), actor, "account.read")
    if role:
        posts = posts.filter(role=role)
    if text:
        posts = posts.filter(
            Q(user__search_key__contains=search_key(text)) | Q(user__username__contains=text.lower())
        )
    return posts.select_related("user").order_by("level", "path", "role", "user__username")
