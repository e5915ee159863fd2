"""What may be shown of how far a survey is.

The rule of small groups. A group with fewer people than `smallest` of the kind has no rate and no number of answers, here
or anywhere. Nor can it be worked out: every sum (of a body, of a survey, of the country, of a day) is a sum of groups that
are shown, and says how many groups it leaves out. So what is shown stays the same, whatever happens in a group that is not:
there is nothing to subtract. That is stricter than hiding a second group beside a single small one, and it holds for
several totals over the same groups, for the line of the calendar and for the ranking alike.

0 % and 100 % are shown as they are, of groups of at least `smallest` people: that everybody has answered, or nobody, says
something of each of them. It is the price of rates at all; a kind that does not want to pay it raises `smallest`.

How many people are invited and how many letters arrived is no secret: the body itself has named them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max

from dieutra.campaigns.models import Campaign
from dieutra.opinions.models import Figure, FigureDay
from dieutra.places.models import Area


@dataclass(frozen=True)
class Shown:
    """A group, or a sum of groups. `answered` None: not shown. `among`: the people of the groups that `answered` counts.

    `left_out`: how many groups a sum does not count.
    """

    invited: int
    mailed: int
    bounced: int
    answered: int | None
    among: int
    left_out: int = 0

    @property
    def rate(self) -> float | None:
        """In per cent."""
        return None if self.answered is None or not self.among else 100 * self.answered / self.among


@dataclass(frozen=True)
class GroupLine:
    code: str
    name: str
    shown: Shown


@dataclass(frozen=True)
class BodyLine:
    """A body of a survey; `rank` among those that have a rate, equal rates share one."""

    area: Area
    shown: Shown
    groups: tuple[GroupLine, ...]
    rank: int | None = None


@dataclass(frozen=True)
class DayPoint:
    day: date
    among: int
    answered: int


def smallest_of(campaign: Campaign) -> int:
    rules = campaign.kind.opinion
    return rules.smallest if rules else 5


def shown(figure: Figure, smallest: int) -> Shown:
    """A group as it may be seen."""
    numbers = figure.invited, figure.mailed, figure.bounced
    if figure.invited < smallest:
        return Shown(*numbers, answered=None, among=0, left_out=1)
    return Shown(*numbers, answered=figure.answered, among=figure.invited)


def hidden(campaign: Campaign, survey: str) -> frozenset[tuple[str, str]]:
    """(path of the body, group) of which no number of answers may be told, nor be in any sum."""
    small = Figure.objects.filter(campaign=campaign, survey=survey, invited__lt=smallest_of(campaign))
    return frozenset(small.values_list("path", "group"))


def total(parts: Iterable[Shown]) -> Shown:
    """The sum of what is shown; `answered` is None when no part is."""
    some = list(parts)
    known = [it for it in some if it.answered is not None]
    return Shown(
        invited=sum(it.invited for it in some),
        mailed=sum(it.mailed for it in some),
        bounced=sum(it.bounced for it in some),
        answered=sum(it.answered or 0 for it in known) if known else None,
        among=sum(it.among for it in known),
        left_out=sum(it.left_out for it in some),
    )


def counted_at(campaign: Campaign) -> datetime | None:
    found: datetime | None = Figure.objects.filter(campaign=campaign).aggregate(at=Max("counted_at"))["at"]
    return found


def bodies(campaign: Campaign, survey: str, path: str = "") -> list[BodyLine]:
    """The bodies of a survey that have invited people, or the one at `path`, by rank and then by name."""
    rules = campaign.kind.opinion
    if rules is None:
        return []
    found = Figure.objects.filter(campaign=campaign, survey=survey)
    figures: dict[str, dict[str, Figure]] = {}
    for it in found.filter(path=path) if path else found:
        figures.setdefault(it.path, {})[it.group] = it
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id, path__in=figures).order_by("sort_key")
    lines = []
    for area in areas:
        mine = figures[area.path]
        groups = tuple(
            GroupLine(it.code, it.name, shown(mine[it.code], rules.smallest))
            for it in rules.groups_of(survey)
            if it.code in mine
        )
        lines.append(BodyLine(area, total(it.shown for it in groups), groups))
    return ranked(lines)


def ranked(lines: Sequence[BodyLine]) -> list[BodyLine]:
    """By rate, those without one last; equal rates share a rank."""
    rates = sorted((it.shown.rate for it in lines if it.shown.rate is not None), reverse=True)
    placed = [
        BodyLine(it.area, it.shown, it.groups, rates.index(it.shown.rate) + 1 if it.shown.rate is not None else None)
        for it in lines
    ]  # fmt: skip
    return sorted(placed, key=lambda it: it.rank or len(lines) + 1)


def days(campaign: Campaign, survey: str, path: str = "", group: str = "") -> list[DayPoint]:
    """Day by day, the groups that are shown on that day and today alike."""
    smallest = smallest_of(campaign)
    where = {"campaign": campaign, "survey": survey}
    if path:
        where["path"] = path
    if group:
        where["group"] = group
    now = Figure.objects.filter(**where, invited__gte=smallest)
    seen = set(now.values_list("path", "group"))
    points: dict[date, list[int]] = {}
    for it in FigureDay.objects.filter(**where, invited__gte=smallest):
        if (it.path, it.group) in seen:
            point = points.setdefault(it.day, [0, 0])
            point[0] += it.invited
            point[1] += it.answered
    return [DayPoint(day, *points[day]) for day in sorted(points)]
