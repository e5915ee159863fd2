"""Who may do what, and who sees what.

`may(actor, verb, thing)` asks: has the actor a post in the thing's campaign, at or above its path, whose role is granted
the verb? `AT_ITS_LEVEL` verbs also ask that the post's level is the thing's level (a district supervisor does not
approve in the province's place). Scope in SQL is `visible_to(queryset, actor)`: the same posts as range predicates.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from dieutra.engine.refusals import Forbidden
from dieutra.people.models import Post, Role
from dieutra.places.paths import under

GRANTS: dict[str, frozenset[str]] = {
    "progress.read": frozenset({Role.QTV, Role.GSV, Role.BCD, Role.TK}),
    "account.read": frozenset({Role.QTV}),
    "account.create": frozenset({Role.QTV}),
    "frame.read": frozenset({Role.QTV, Role.GSV, Role.BCD, Role.TK}),
    "frame.load": frozenset({Role.QTV}),
    "frame.review": frozenset({Role.QTV}),
    "frame.accept": frozenset({Role.QTV}),
    "app_user.manage": frozenset({Role.QTV}),
    "case.read": frozenset({Role.DV, Role.DTV, Role.QTV, Role.GSV}),
    "case.fill": frozenset({Role.DV, Role.DTV}),
    "case.review": frozenset({Role.GSV}),
    "case.take_back": frozenset({Role.GSV, Role.QTV}),  # from above alone, see cases/reviewing.py
    "supervision.manage": frozenset({Role.QTV}),  # quotas, who supervises what, who stands in for whom
    "form.publish": frozenset({Role.QTV}),  # at the campaign's own path: the centre
    "message.send": frozenset({Role.QTV, Role.GSV}),
    "workbook.hand_out": frozenset({Role.QTV, Role.GSV}),
    "question.ask": frozenset({Role.DV, Role.DTV, Role.QTV, Role.GSV}),
    "question.read": frozenset({Role.QTV, Role.GSV, Role.BCD}),
    "question.answer": frozenset({Role.QTV, Role.GSV, Role.BCD}),
    "incident.manage": frozenset({Role.QTV}),  # at the campaign's own path: the centre
    "report.read": frozenset({Role.QTV, Role.GSV, Role.BCD, Role.TK}),
    "report.make": frozenset({Role.QTV, Role.GSV}),
    "team.read": frozenset({Role.QTV, Role.GSV, Role.BCD, Role.TK}),
    "team.manage": frozenset({Role.QTV}),  # and the group's own leader, see teams/actions.py
    "selfcheck.read": frozenset(
        {Role.QTV, Role.BCD, Role.TK}
    ),  # these four at the campaign's own path: the centre
    "selfcheck.run": frozenset({Role.QTV}),
    "selfcheck.answer": frozenset({Role.QTV}),
    "selfcheck.second": frozenset({Role.BCD, Role.TK}),
    "publicity.read": frozenset({Role.QTV, Role.GSV, Role.BCD, Role.TK}),
    "publicity.manage": frozenset({Role.QTV}),
    # opinion surveys; what is marked “centre” is asked at the campaign's own path
    "roster.read": frozenset({Role.QTV, Role.GSV, Role.BCD}),
    "roster.edit": frozenset({Role.QTV}),
    "roster.accept": frozenset({Role.QTV, Role.GSV}),  # centre
    "opinion.progress": frozenset({Role.QTV, Role.GSV, Role.BCD, Role.TK}),
    "opinion.manage": frozenset({Role.QTV}),  # centre: mailing, links, release, closing
    "sample.read": frozenset({Role.QTV, Role.GSV, Role.BCD}),
    "sample.draw": frozenset({Role.QTV}),  # frame, draw and the list made of it
    "signal.read": frozenset({Role.QTV, Role.GSV}),  # centre
    "signal.run": frozenset({Role.QTV, Role.GSV}),  # centre
    "annulment.decide": frozenset(
        {Role.QTV, Role.GSV}
    ),  # centre: proposing and confirming, never by one person
    "index.read": frozenset({Role.QTV, Role.GSV, Role.BCD}),
    "index.assess": frozenset({Role.QTV}),  # a body about itself
    "index.verify": frozenset({Role.QTV, Role.GSV}),  # centre
    "index.publish": frozenset({Role.QTV}),  # centre
    "faq.read": frozenset(Role),
    "faq.publish": frozenset({Role.QTV, Role.GSV, Role.BCD}),
}
READ_ONLY = (
    "Bạn đang xem như người khác nên chỉ đọc. Hãy bấm “Thôi xem như” để làm việc bằng tài khoản của mình."
)
AT_ITS_LEVEL = frozenset(
    {"frame.review", "frame.accept", "case.review", "question.answer", "roster.edit", "index.assess"}
)


class Placed(Protocol):
    """A thing with a place: a case, a unit, a listing, a post."""

    @property
    def path(self) -> Any: ...
    @property
    def campaign_id(self) -> Any: ...


class HasPosts(Protocol):
    @property
    def pk(self) -> Any: ...
    @property
    def is_authenticated(self) -> Any: ...


def posts_of(actor: HasPosts, campaign_id: int | None = None) -> list[Post]:
    """The actor's standing posts, then those that she stands in for today; read once per actor object."""
    if not actor.is_authenticated:
        return []
    kept = getattr(actor, "_standing_posts", None)
    if kept is None:
        today = timezone.localdate()
        stands_in = Q(
            role=Role.GSV,
            absences__substitute_id=actor.pk,
            absences__first_day__lte=today,
            absences__last_day__gte=today,
            absences__ended_at__isnull=True,
        )
        found = Post.objects.filter(Q(user_id=actor.pk) | stands_in, ended_at__isnull=True).distinct()
        ordered = sorted(found.order_by("level", "path"), key=lambda post: post.user_id != actor.pk)
        # whoever stands in supervises in the campaign herself; when her own post ends, so does that
        own = {post.campaign_id for post in ordered if post.user_id == actor.pk and post.role == Role.GSV}
        kept = [post for post in ordered if post.user_id == actor.pk or post.campaign_id in own]
        actor._standing_posts = kept  # type: ignore[attr-defined]
    return [post for post in kept if campaign_id is None or post.campaign_id == campaign_id]


def granting(actor: HasPosts, verb: str, thing: Placed, level: int | None = None) -> list[Post]:
    """The actor's posts that grant the verb on the thing; `level` narrows the verbs of AT_ITS_LEVEL."""
    return [
        post
        for post in posts_of(actor, thing.campaign_id)
        if post.role in GRANTS[verb]
        and thing.path.startswith(post.path)
        and (verb not in AT_ITS_LEVEL or level is None or post.level == level)
    ]


def may(actor: HasPosts, verb: str, thing: Placed, level: int | None = None) -> bool:
    return bool(granting(actor, verb, thing, level))


def acting_for(actor: HasPosts, post: Post) -> dict[str, Any]:
    """For the event: whose post it is when the actor stands in for somebody; empty when it is her own."""
    return {} if post.user_id == actor.pk else {"acting_for": post.user_id}


def require(actor: HasPosts, verb: str, thing: Placed, level: int | None = None, why: str = "") -> Post:
    """The first granting post, or Forbidden; who only looks on as somebody else reads and does nothing."""
    if getattr(actor, "seen_by", None) is not None and not verb.endswith(".read"):
        raise Forbidden(READ_ONLY)
    posts = granting(actor, verb, thing, level)
    if not posts:
        raise Forbidden(why) if why else Forbidden()
    return posts[0]


M = TypeVar("M", bound=Model)


def visible_to(queryset: QuerySet[M], actor: HasPosts, verb: str, field: str = "path") -> QuerySet[M]:
    """Narrow a queryset of placed things to what the actor may <verb>: a range per post, said in SQL."""
    posts = [post for post in posts_of(actor) if post.role in GRANTS[verb]]
    scope = Q(pk__in=[])
    for post in _widest(posts):
        scope |= Q(campaign_id=post.campaign_id) & under(field, post.path)
    return queryset.filter(scope)


def _widest(posts: Iterable[Post]) -> list[Post]:
    """Posts without those that lie inside another one of the same campaign."""
    kept: list[Post] = []
    for post in sorted(posts, key=lambda post: (post.campaign_id, post.path)):
        if not (kept and kept[-1].campaign_id == post.campaign_id and post.path.startswith(kept[-1].path)):
            kept.append(post)
    return kept
