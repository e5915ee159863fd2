"""“See as”: an administrator looks at the site as somebody below sees it. Nothing can be written on the way.

There is no “sign in as”: nobody ever acts under another person's name.
"""

from __future__ import annotations

from django.db import transaction

from dieutra.accounts.care import looks_after
from dieutra.engine.refusals import Forbidden, NotNow
from dieutra.events.actions import record
from dieutra.people.models import Post, User
from dieutra.people.permission import granting


def may_see_as(actor: User, post: Post) -> bool:
    """Is every standing post of this person below the actor's own, or hers to look after?"""
    if actor.pk == post.user_id or actor.seen_by is not None:
        return False
    posts = post.user.posts.filter(ended_at__isnull=True).select_related("campaign")
    standing = list(posts)
    return bool(standing) and all(_below(actor, it) or looks_after(actor, it) for it in standing)


def _below(actor: User, post: Post) -> bool:
    return any(mine.level < post.level for mine in granting(actor, "account.read", post))


def begin(actor: User, post: Post) -> None:
    """Raises Forbidden for who is not below the actor, NotNow for an account that nobody can use."""
    if not may_see_as(actor, post):
        raise Forbidden("Bạn chỉ xem được như người ở dưới địa bàn bạn quản lý.")
    if not post.user.is_active or post.ended_at or hasattr(post.user, "app_user"):
        raise NotNow("Tài khoản này đang khóa hoặc không còn vai trò, không xem như được.")
    with transaction.atomic():
        record(actor, "account.seen_as", post, user=post.user_id)


def end(actor: User, post: Post) -> None:
    with transaction.atomic():
        record(actor, "account.seen_as_ended", post, user=post.user_id)
