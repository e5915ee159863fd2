"""Reading people."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from dieutra.engine.text import search_key
from dieutra.people.actions import token_hash
from dieutra.people.models import AppUser, Post, User
from dieutra.people.permission import visible_to


def accounts(actor: User, campaign_id: int, text: str = "", role: str = "") -> QuerySet[Post]:
    """The posts in the actor's care, those taken away too, most senior first; phones have a list of their own."""
    posts = visible_to(Post.objects.filter(campaign_id=campaign_id), actor, "account.read")
    posts = posts.filter(user__app_user__isnull=True)
    if role:
        posts = posts.filter(role=role)
    if text:
        posts = posts.filter(
            Q(user__search_key__contains=search_key(text)) | Q(user__username__contains=text.lower())
        )
    return posts.select_related("user", "campaign").order_by("level", "path", "role", "user__username")


def app_users(actor: User, campaign_id: int | None = None) -> QuerySet[AppUser]:
    """The collectors' phones in the actor's care, the standing ones first."""
    found = visible_to(AppUser.objects.all(), actor, "app_user.manage")
    if campaign_id is not None:
        found = found.filter(campaign_id=campaign_id)
    standing_first = F("revoked_at").asc(nulls_first=True)
    return found.select_related("user", "created_by").order_by(standing_first, "path", "name", "pk")


def app_user_by_token(token: str) -> AppUser | None:
    """The standing phone that holds this token."""
    standing = AppUser.objects.filter(revoked_at__isnull=True, user__is_active=True)
    return standing.select_related("user").filter(token_hash=token_hash(token)).first()


def app_user_by_name(username: str) -> AppUser | None:
    standing = AppUser.objects.filter(revoked_at__isnull=True, user__is_active=True)
    return standing.select_related("user").filter(user__username=username).first()
