"""Which forms a supervisor's post is about: one answer for the queue, for messages and for reports.

Where the supervisors of a place have shared its forms out, it is what is assigned to the post; everywhere else all that
lies below the post. `assigned` and `shares` speak of given posts; `shared_out`, `number_of` and `about` are the same said
in SQL of every post of a queryset.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case as Choice
from django.db.models import (
    Count,
    Exists,
    Expression,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models import When as Then
from django.db.models.functions import Coalesce, Concat, Left, Length

from dieutra.cases.models import Case
from dieutra.people.models import Post
from dieutra.places.paths import under
from dieutra.supervision.holding import held_by
from dieutra.supervision.models import Assignment


def assigned(posts: Iterable[Post]) -> Q:
    """Waits at the level of one of these posts and is assigned to it."""
    found = Q(pk__in=[])
    for (campaign, level), some in _by_level(posts).items():
        found |= Q(campaign_id=campaign, level=level, holders__in=held_by(it.pk for it in some))
    return found


def _by_level(posts: Iterable[Post]) -> dict[tuple[int, int], list[Post]]:
    found: dict[tuple[int, int], list[Post]] = {}
    for post in posts:
        found.setdefault((post.campaign_id, post.level), []).append(post)
    return found


def shares(post: Post) -> bool:
    """Whether the supervisors of this post's place have shared it out."""
    return Post.objects.filter(shared_out(), pk=post.pk).exists()


def in_care(posts: Iterable[Post]) -> Q:
    """The forms that these supervisors' posts are about, in whatever state."""
    care = Q(pk__in=[])
    for post in posts:
        if shares(post):
            care |= Q(campaign_id=post.campaign_id, holders__in=held_by([post.pk]))
        else:
            care |= Q(campaign_id=post.campaign_id) & under("path", post.path)
    return care


def shared_out() -> Exists:
    """Whether a post of the same place has an assignment; by way of the posts, which are few at a place."""
    holds = Assignment.objects.filter(post=OuterRef("pk"), ended_at__isnull=True)
    return Exists(
        Post.objects.filter(
            Exists(holds),
            campaign_id=OuterRef("campaign_id"),
            path=OuterRef("path"),
            level=OuterRef("level"),
            ended_at__isnull=True,
        )
    )


def number_of(cases: QuerySet[Case], *, at_level: bool) -> Expression:
    """How many of the cases each post is about; `at_level`: of those that wait at its level."""
    return Choice(
        Then(shared_out(), then=Coalesce(_in_assignments(cases, at_level), 0)),
        default=Coalesce(number_below(cases, at_level=at_level), 0),
        output_field=IntegerField(),
    )


def number_below(cases: QuerySet[Case], *, at_level: bool = False) -> Subquery:
    """How many of the cases lie below each post, whoever they are assigned to."""
    beyond = Concat(Left(OuterRef("path"), Length(OuterRef("path")) - 1), Value("0"))
    inside = cases.filter(path__gte=OuterRef("path"), path__lt=beyond)
    return _count(inside.filter(level=OuterRef("level")) if at_level else inside)


def _count(cases: QuerySet[Case]) -> Subquery:
    counted = cases.order_by().values("campaign_id").annotate(n=Count("pk")).values("n")
    return Subquery(counted, output_field=IntegerField())


def _in_assignments(cases: QuerySet[Case], at_level: bool) -> Subquery:
    """The sum over the post's assignments, without those that lie inside another of them."""
    wider = Assignment.objects.filter(
        post=OuterRef("post"),
        ended_at__isnull=True,
        path__lt=OuterRef("path"),
        beyond__gte=OuterRef("beyond"),
    )
    inside = cases.filter(
        campaign_id=OuterRef("campaign_id"), path__gte=OuterRef("path"), path__lt=OuterRef("beyond")
    )
    if at_level:
        inside = inside.filter(level=OuterRef("post__level"))
    standing = Assignment.objects.filter(~Exists(wider), post=OuterRef("pk"), ended_at__isnull=True)
    each = standing.order_by().annotate(n=Coalesce(_count(inside), 0))
    return Subquery(each.values("post").annotate(sum=Sum("n")).values("sum"), output_field=IntegerField())


def about(posts: QuerySet[Post], case: Case) -> QuerySet[Post]:
    """Of supervisors' posts above a case those that it is assigned to, where it is shared out at all."""
    hers = Assignment.objects.filter(
        post=OuterRef("pk"), ended_at__isnull=True, path__lte=case.path, beyond__gt=case.path
    )
    return posts.filter(~shared_out() | Exists(hers))
