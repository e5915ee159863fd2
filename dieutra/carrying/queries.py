"""Reading a carry: the report, the lines that wait, proposals, and what became of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.carrying.conversion import Candidate, Successors, candidates, seats
from dieutra.carrying.models import CarriedLine, Carry
from dieutra.frames.models import Listing, Unit
from dieutra.people.models import User
from dieutra.people.permission import visible_to
from dieutra.places.models import Area, Conversion, Level
from dieutra.places.paths import under

Cause, Verdict = CarriedLine.Cause, CarriedLine.Verdict


def carries(actor: User, campaign_id: int | None = None) -> QuerySet[Carry]:
    """What the actor may carry, newest first."""
    found = visible_to(Carry.objects.all(), actor, "frame.load")
    if campaign_id is not None:
        found = found.filter(campaign_id=campaign_id)
    return found.select_related("campaign", "old_province", "province", "source").order_by("-at")


def old_provinces(campaign: Campaign, provinces: Sequence[Area]) -> QuerySet[Area]:
    """The provinces of older catalogues that a conversion leads to these; none for a catalogue without one."""
    rows = Conversion.objects.filter(
        new_catalogue_id=campaign.catalogue_id, new_code__in=[area.code for area in provinces]
    )
    old = Area.objects.filter(
        level=Level.PROVINCE,
        catalogue__in=rows.values("old_catalogue"),
        code__in=rows.values("old_code"),
    )
    return old.select_related("catalogue").order_by("sort_key")


@dataclass(frozen=True)
class Report:
    """Every line of the old list once: carried by the conversion, decided by a person, or left."""

    lines: int
    asking: int  # not yet asked of the conversion
    carried: int
    decided: dict[str, int]  # verdict -> lines decided by a person
    left: dict[str, int]  # cause -> lines that wait for a person
    placed: int
    ready: int  # carried or decided, not in the new list yet
    stuck: int  # ready, but the listing is closed or the code is in use
    without_seat: int  # placed bodies whose seat the conversion does not name
    unaccepted: int  # listings of the source that are not accepted, hence left out

    @property
    def adds_up(self) -> bool:
        return self.lines == self.asking + self.carried + sum(self.decided.values()) + sum(self.left.values())

    def to_json(self) -> dict[str, object]:
        return {**self.__dict__, "adds_up": self.adds_up}


def report(carry: Carry) -> Report:
    lines = carry.lines.all()
    going = Q(verdict__in=(Verdict.PLACE, Verdict.PROVINCE))
    by_person = Q(decided_by__isnull=False)
    counts = lines.aggregate(
        lines=Count("pk"),
        asking=Count("pk", filter=Q(cause="")),
        carried=Count("pk", filter=~Q(verdict="") & ~by_person),
        placed=Count("pk", filter=Q(unit__isnull=False)),
        ready=Count("pk", filter=going & Q(unit=None)),
    )
    decided = lines.filter(by_person).values_list("verdict").annotate(n=Count("pk")).order_by()
    left = lines.filter(verdict="").exclude(cause="").values_list("cause").annotate(n=Count("pk")).order_by()
    return Report(
        **counts,
        decided=dict(decided),
        left=dict(left),
        stuck=_stuck(carry),
        without_seat=lines.filter(unit__isnull=False, unit__details__commune__isnull=True).count(),
        unaccepted=_unaccepted(carry),
    )


def _stuck(carry: Carry) -> int:
    """Ready lines that the new list cannot take: their code stands in it already, or their listing is closed."""
    ready = carry.lines.filter(verdict__in=(Verdict.PLACE, Verdict.PROVINCE), unit=None)
    in_use = Unit.objects.filter(campaign_id=carry.campaign_id, dropped_at=None).values("code")
    closed = (
        Listing.objects.filter(campaign_id=carry.campaign_id).exclude(state__in=Listing.OPEN).values("area")
    )
    return ready.filter(Q(code__in=in_use) | Q(target__in=closed)).count()


def _unaccepted(carry: Carry) -> int:
    if carry.source_id is None:
        return 0
    inside = Listing.objects.filter(under("path", carry.old_province.path), campaign_id=carry.source_id)
    return inside.exclude(state=Listing.State.ACCEPTED).count()


def lines(carry: Carry, show: str = "") -> QuerySet[CarriedLine]:
    """`show`: a cause (lines of it that wait), "decided" by a person, "one" (carried), or every line."""
    found = carry.lines.select_related("old_area__parent", "target", "into", "unit", "decided_by")
    if show == "decided":
        found = found.filter(decided_by__isnull=False)
    elif show == Cause.ONE:
        found = found.filter(cause=Cause.ONE)
    elif show in Cause.values:
        found = found.filter(cause=show, verdict="")
    return found.order_by("old_area__path", "code")


@dataclass(frozen=True)
class Choice:
    """A line that waits, with where it may go, and the one that is proposed."""

    line: CarriedLine
    candidates: Sequence[Candidate]
    proposed: Candidate | None


def choices(carry: Carry, page: Sequence[CarriedLine]) -> list[Choice]:
    """For the lines of one page. Proposed is only what the source of the catalogues itself points to in a split."""
    successors = Successors(carry, seats(page))
    found = []
    for line in page:
        offered = candidates(line, successors)
        pointed = [it for it in offered if it.suggested and it.area.path.startswith(carry.path)]
        proposed = pointed[0] if line.cause == Cause.SPLIT and len(pointed) == 1 else None
        found.append(Choice(line, offered, proposed))
    return found


@dataclass(frozen=True)
class Became:
    """An old area and where its lines went."""

    old_name: str
    district: str
    new_name: str
    how: str
    count: int


def became(carry: Carry) -> list[Became]:
    """Old area by old area what became of its lines; one GROUP BY."""
    rows = (
        carry.lines.values(
            "old_area__name", "old_area__parent__name", "target__name", "verdict", "cause", "old_area__path"
        )
        .annotate(n=Count("pk"), people=Count("decided_by"))
        .order_by("old_area__path", "target__name")
    )
    return [
        Became(
            row["old_area__name"],
            row["old_area__parent__name"] or "",
            row["target__name"] or "",
            _how(row["verdict"], row["cause"], row["people"]),
            row["n"],
        )
        for row in rows
    ]


def _how(verdict: str, cause: str, people: int) -> str:
    if not verdict:
        return f"Chờ quyết định: {Cause(cause).label.lower()}" if cause else "Đang tra danh mục"
    words = str(Verdict(verdict).label)
    return f"{words} (người quyết định)" if people else f"{words} (theo danh mục)"
