"""Whose accounts a person looks after: those her posts create, and for the centre every administrator's."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Forbidden
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import granting, posts_of
from dieutra.places.models import Level
from dieutra.places.paths import under

Pair = tuple[str, int]


def _pairs(campaign: Campaign, mine: Post) -> frozenset[Pair]:
    """The (role, level) pairs that one post looks after."""
    pairs = campaign.kind.may_create(mine.role, mine.level)
    if mine.role == Role.QTV and mine.level == Level.COUNTRY:
        pairs |= {(Role.QTV.value, level) for level in campaign.kind.levels if level > Level.COUNTRY}
    return pairs


def looks_after(actor: User, post: Post) -> bool:
    """Is the post hers to look after?"""
    mine = granting(actor, "account.create", post)
    return any((post.role, post.level) in _pairs(post.campaign, it) for it in mine)


def require_care(actor: User, post: Post) -> None:
    """Forbidden unless the post is the actor's to look after, and so is every other post that its holder has.

    An account opens all of a person's posts: who resets it or locks it must stand above all of them.
    """
    if not looks_after(actor, post):
        raise Forbidden("Bạn không được quản lý tài khoản này. Hãy liên hệ quản trị viên đã cấp tài khoản.")
    others = post.user.posts.filter(ended_at__isnull=True).exclude(pk=post.pk).select_related("campaign")
    if any(not looks_after(actor, other) for other in others):
        raise Forbidden(
            f"{post.user.full_name} còn giữ vai trò ngoài phạm vi bạn quản lý. Hãy đề nghị quản trị viên cấp trên."
        )


def in_care(actor: User, campaign: Campaign) -> QuerySet[Post]:
    """The standing posts that the actor looks after, said in SQL; collectors' phones have a list of their own."""
    scope = Q(pk__in=[])
    for mine in posts_of(actor, campaign.pk):
        for role, level in _pairs(campaign, mine):
            scope |= under("path", mine.path) & Q(role=role, level=level)
    posts = Post.objects.filter(scope, campaign=campaign, ended_at__isnull=True, user__app_user__isnull=True)
    return posts.select_related("user", "campaign")
