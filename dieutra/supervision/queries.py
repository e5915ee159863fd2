"""Reading assignments: a supervisor's own queue, who has what, gaps and overlaps, and a balanced proposal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case
from dieutra.cases.queries import at, queue, waiting_at
from dieutra.engine.flow.sharing import shared
from dieutra.frames.models import Unit
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import posts_of, visible_to
from dieutra.places.models import Area
from dieutra.places.paths import under
from dieutra.supervision.holding import held_by
from dieutra.supervision.models import Assignment
from dieutra.supervision.scope import assigned, shares


@dataclass(frozen=True)
class Place:
    """An area whose supervisors share its forms: its posts stand on its path, at its level."""

    campaign: Campaign
    area: Area

    @property
    def campaign_id(self) -> int:
        return self.campaign.pk

    @property
    def path(self) -> str:
        return self.area.path


def supervisors(place: Place) -> list[Post]:
    posts = Post.objects.filter(
        campaign=place.campaign, role=Role.GSV, path=place.path, level=place.area.level, ended_at__isnull=True
    )
    return list(posts.select_related("user").order_by("user__full_name", "pk"))


def standing(place: Place) -> list[Assignment]:
    """The place's assignments, by path; those of a post that was taken away count for nothing."""
    found = Assignment.objects.filter(post__in=supervisors(place), ended_at__isnull=True)
    return list(found.select_related("post__user").order_by("path", "pk"))


def my_queue(actor: User) -> QuerySet[Case]:
    """What waits for the actor, narrowed to what is assigned to her wherever assignments are used."""
    posts = [post for post in posts_of(actor) if post.role == Role.GSV]
    shared_out = [post for post in posts if shares(post)]
    if not shared_out:
        return queue(actor)
    free = [at(post) for post in posts if post not in shared_out]
    return waiting_at([assigned(shared_out), *free])


def nobodys(actor: User) -> QuerySet[Case]:
    """What waits at the actor's levels in places that use assignments, and is assigned to nobody: a gap."""
    scopes = []
    for post in posts_of(actor):
        if post.role == Role.GSV and shares(post):
            everybody = Post.objects.filter(
                campaign_id=post.campaign_id,
                path=post.path,
                level=post.level,
                role=Role.GSV,
                ended_at__isnull=True,
            )
            scopes.append(at(post) & ~Q(holders__in=held_by(everybody.values_list("pk", flat=True))))
    return waiting_at(scopes)


@dataclass
class Row:
    """An area or a unit of a place: its forms, who has it, and how many of its forms nobody has."""

    path: str
    name: str
    cases: int
    code: str = ""  # of an area that can be opened further
    holders: list[str] = field(default_factory=list)  # names; of a part of it: “…, một phần”
    keys: list[int] = field(default_factory=list)  # assignments of exactly this path
    gap: int = 0

    @property
    def overlap(self) -> bool:
        return len({name.removesuffix(PART) for name in self.holders}) > 1 and not all(
            name.endswith(PART) for name in self.holders
        )


PART = ", một phần"


def rows(place: Place, inside: Area) -> list[Row]:
    """What lies right below `inside`: its areas, then its own units."""
    areas = list(Area.objects.filter(parent=inside).order_by("sort_key"))
    below = [Row(it.path, it.name, 0, it.code) for it in areas]
    units = Unit.objects.filter(campaign=place.campaign, area=inside, case__isnull=False).order_by("path")
    own = [Row(path, name, 1) for path, name in units.values_list("path", "name")]
    counts = _by_area(_cases(place, inside))
    gaps = _by_area(uncovered(place, inside))
    open_units = set(uncovered(place, inside).filter(unit__area=inside).values_list("path", flat=True))
    for row in below:
        row.cases, row.gap = _sum(counts, row.path), _sum(gaps, row.path)
    for row in own:
        row.gap = int(row.path in open_units)
    found = standing(place)
    for row in (*below, *own):
        _hold(row, found)
    return [row for row in below if row.cases or row.holders] + own


def _hold(row: Row, found: Iterable[Assignment]) -> None:
    for it in found:
        name = it.post.user.full_name
        if row.path.startswith(it.path):
            row.holders.append(name)
        elif it.path.startswith(row.path) and name + PART not in row.holders:
            row.holders.append(name + PART)
        if it.path == row.path:
            row.keys.append(it.pk)


def _cases(place: Place, inside: Area) -> QuerySet[Case]:
    """The place's forms: those that its level reviews."""
    return Case.objects.filter(
        under("path", inside.path), campaign=place.campaign, unit_level__gte=place.area.level
    )


def uncovered(place: Place, inside: Area | None = None) -> QuerySet[Case]:
    """Forms that no supervisor of the place has."""
    return _cases(place, inside or place.area).exclude(
        holders__in=held_by(it.pk for it in supervisors(place))
    )


def _by_area(cases: QuerySet[Case]) -> dict[str, int]:
    return dict(cases.values_list("unit__area__path").annotate(number=Count("pk")).order_by())


def _sum(counts: dict[str, int], path: str) -> int:
    return sum(number for at, number in counts.items() if at.startswith(path))


@dataclass(frozen=True)
class Overlap:
    path: str
    name: str
    people: tuple[str, str]


def overlaps(place: Place) -> list[Overlap]:
    """Where two supervisors have the same area or unit, one of them perhaps through a larger area."""
    found, open_ranges = list[tuple[str, str, str]](), list[Assignment]()
    for it in standing(place):
        open_ranges = [outer for outer in open_ranges if it.path.startswith(outer.path)]
        found += [
            (it.path, outer.post.user.full_name, it.post.user.full_name)
            for outer in open_ranges
            if outer.post_id != it.post_id
        ]
        open_ranges.append(it)
    names = names_of(place, [path for path, *_ in found])
    return [Overlap(path, names.get(path, path), (one, other)) for path, one, other in found]


def names_of(place: Place, paths: Iterable[str]) -> dict[str, str]:
    """Areas and units by path, in words."""
    wanted = list(paths)
    areas = Area.objects.filter(catalogue_id=place.campaign.catalogue_id, path__in=wanted)
    units = Unit.objects.filter(campaign=place.campaign, path__in=wanted, dropped_at__isnull=True)
    return dict(areas.values_list("path", "name")) | dict(units.values_list("path", "name"))


@dataclass(frozen=True)
class Share:
    post: Post
    rows: tuple[Row, ...]

    @property
    def cases(self) -> int:
        return sum(row.cases for row in self.rows)


def proposal(place: Place) -> list[Share]:
    """Who should have what: areas in their order, then the place's own units, the loads as even as runs allow."""
    people = supervisors(place)
    if not people:
        return []
    listed = [row for row in rows(place, place.area) if row.cases]
    parts: list[list[Row]] = [[] for _ in people]
    for row, number in zip(listed, shared([row.cases for row in listed], len(people)), strict=True):
        parts[number].append(row)
    return [Share(post, tuple(part)) for post, part in zip(people, parts, strict=True)]


def seal(shares: Iterable[Share]) -> str:
    """A digest of a proposal: what is taken must be what was shown."""
    text = ";".join(f"{it.post.pk}:{','.join(row.path for row in it.rows)}" for it in shares)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def places_of(actor: User, campaign: Campaign) -> list[Area]:
    """The areas with supervisors of their own whose assignments the actor looks after."""
    posts = Post.objects.filter(campaign=campaign, role=Role.GSV, ended_at__isnull=True)
    paths = set(visible_to(posts, actor, "supervision.manage").values_list("path", flat=True))
    return list(Area.objects.filter(catalogue_id=campaign.catalogue_id, path__in=paths).order_by("path"))
