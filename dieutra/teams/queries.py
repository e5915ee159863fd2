"""Reading groups: who sees which, one's own tasks, the board, each person's load, and progress from the figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.cases.models import Case, State
from dieutra.frames.models import Listing
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import GRANTS, posts_of, visible_to
from dieutra.places.models import Area
from dieutra.places.paths import under
from dieutra.teams.models import OPEN, Group, Member, Task

SENT = (State.SUBMITTED, State.IN_REVIEW, State.ACCEPTED)
SOON = timedelta(days=3)


@dataclass(frozen=True)
class Measured:
    done: int
    total: int

    @property
    def words(self) -> str:
        return f"{self.done}/{self.total}"

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def own_areas(actor: User) -> list[tuple[Campaign, list[Area]]]:
    """Where the actor may set a group up: by campaign, the newest first, the areas of her own posts."""
    found = []
    for campaign in campaigns_of(actor):
        paths = [it.path for it in posts_of(actor, campaign.pk) if it.role in GRANTS["team.manage"]]
        areas = Area.objects.filter(catalogue_id=campaign.catalogue_id, path__in=paths).order_by("path")
        found.append((campaign, list(areas)))
    return [(campaign, areas) for campaign, areas in found if areas]


def groups_of(actor: User) -> QuerySet[Group]:
    """The groups in the actor's area, and those that she sits in while she holds a post of their campaign."""
    campaigns = {post.campaign_id for post in posts_of(actor)}
    seen = visible_to(Group.objects.all(), actor, "team.read")
    sits = Q(members__user_id=actor.pk, members__ended_at__isnull=True, campaign__in=campaigns)
    found = Group.objects.filter(Q(pk__in=seen.values("pk")) | sits).distinct()
    return found.select_related("campaign").order_by("-campaign__opens_on", "path", "name")


def my_tasks(actor: User) -> QuerySet[Task]:
    """What the actor has to do herself, the nearest day first."""
    mine = Task.objects.filter(member__user_id=actor.pk, member__ended_at__isnull=True, state__in=OPEN)
    campaigns = {post.campaign_id for post in posts_of(actor)}
    found = mine.filter(group__campaign__in=campaigns)
    return found.select_related("group__campaign", "member__user").order_by("due_on", "pk")


def tasks_of(group: Group) -> QuerySet[Task]:
    found = group.tasks.select_related("member__user", "group__campaign")
    return found.order_by("due_on", "pk")


def measured(task: Task) -> Measured | None:
    """A task's progress as the figures of its member's areas and units have it, or of the whole group's area."""
    if not task.measure:
        return None
    paths = _paths(task.member) if task.member else []
    return figures(task.group, paths or [task.group.path], task.measure)


def _paths(member: Member) -> list[str]:
    return list(member.charges.filter(ended_at__isnull=True).values_list("path", flat=True))


def figures(group: Group, paths: Iterable[str], measure: str) -> Measured:
    """One count over everything at or below the paths; what two of them hold is counted once."""
    scope = Q(pk__in=[])
    for path in paths:
        scope |= under("path", path)
    if measure == "list_sent":
        sent = Q(state__in=["sent", "accepted"])
        return _count(Listing.objects.filter(scope, campaign_id=group.campaign_id), sent)
    if measure == "accounts":
        posts = Post.objects.filter(scope, campaign_id=group.campaign_id, role=Role.DV, ended_at__isnull=True)
        return _count(posts, Q(user__password_changed_at__isnull=False))
    states = SENT if measure == "sent" else (State.ACCEPTED,)
    return _count(Case.objects.filter(scope, campaign_id=group.campaign_id), Q(state__in=states))


def _count(things: QuerySet[Listing] | QuerySet[Post] | QuerySet[Case], done: Q) -> Measured:
    found = things.aggregate(total=Count("pk"), done=Count("pk", filter=done))
    return Measured(found["done"], found["total"])


@dataclass(frozen=True)
class Load:
    """One person of a group: what she is in charge of, what she has to do, how far her units are."""

    member: Member
    charges: list[str]
    open: int
    late: int
    done: int
    sent: Measured | None
    accepted: Measured | None


def loads(group: Group) -> list[Load]:
    """Everybody of the group, the leader first."""
    today = timezone.localdate()
    late = Q(tasks__state__in=OPEN, tasks__due_on__lt=today)
    members = group.members.filter(ended_at__isnull=True).select_related("user").prefetch_related("charges")
    counted = members.annotate(
        n_open=Count("tasks", filter=Q(tasks__state__in=OPEN)),
        n_late=Count("tasks", filter=late),
        n_done=Count("tasks", filter=Q(tasks__state="done")),
    )
    order = ["lead", "deputy", "member", "assistant"]
    found = []
    for member in sorted(counted, key=lambda it: (order.index(it.capacity), it.user.search_key)):
        charges = [it for it in member.charges.all() if it.ended_at is None]
        paths = [it.path for it in charges]
        figures_of = [figures(group, paths, name) if paths else None for name in ("sent", "accepted")]
        found.append(
            Load(
                member, [it.name for it in charges], member.n_open, member.n_late, member.n_done, *figures_of
            )
        )
    return found


def to_remind() -> QuerySet[Task]:
    """Open tasks with a person whose day is near or past."""
    soon = timezone.localdate() + SOON
    found = Task.objects.filter(state__in=OPEN, due_on__lte=soon, member__ended_at__isnull=True)
    return found.exclude(member=None).select_related("group__campaign", "member__user")
