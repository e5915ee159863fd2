"""Reading the frame: listings with their counts, lines, a line's history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from dieutra.campaigns.kind import Kind
from dieutra.engine.text import search_key
from dieutra.events.models import Event
from dieutra.frames.columns import CODE, NAME, in_words
from dieutra.frames.models import Listing, Unit
from dieutra.frames.sending import digest_of
from dieutra.people.models import User
from dieutra.people.permission import may, visible_to
from dieutra.places.models import Area
from dieutra.places.paths import under

Decision = Unit.Decision
STANDING = Q(units__dropped_at__isnull=True)


def listings(actor: User, campaign_id: int | None = None) -> QuerySet[Any]:
    """The listings that the actor may read, each with `total` and `<decision>_count`, in one statement."""
    found = visible_to(Listing.objects.all(), actor, "frame.read")
    if campaign_id is not None:
        found = found.filter(campaign_id=campaign_id)
    every = {
        f"{decision}_count": Count("units", filter=STANDING & Q(units__decision=decision))
        for decision in Decision
    }
    counted = found.annotate(total=Count("units", filter=STANDING), **every)
    return counted.select_related("area", "area__parent", "campaign").order_by("path")


@dataclass(frozen=True)
class Sent:
    """The latest sending of a listing, as the record tells it. `agrees`: are the lines still those that were sent?"""

    number: str
    at: datetime
    by: str
    counts: dict[str, int]
    digest: str
    agrees: bool

    @property
    def lines(self) -> int:
        return sum(number for decision, number in self.counts.items() if decision != Decision.REMOVE)


def last_sending(listing: Listing) -> Sent | None:
    """What the receipt says; None before the first sending, and for one that the record kept without a digest."""
    event = (
        Event.objects.filter(verb="listing.sent", subject_type="listing", subject_id=listing.pk)
        .order_by("-pk")
        .first()
    )
    if event is None or "digest" not in event.facts:
        return None
    facts = dict(event.facts)
    digest = facts.pop("digest")
    by = User.objects.filter(pk=event.actor_id or 0).values_list("full_name", flat=True).first() or "Hệ thống"
    number = f"BK-{listing.pk:05}-{event.pk:07}"
    return Sent(number, event.at, by, facts, digest, digest == digest_of(listing))


def awaiting(actor: User, listing: Listing) -> str:
    """What the actor must do with a listing now: "review", "accept" or nothing."""
    if listing.is_open and may(actor, "frame.review", listing, level=listing.level):
        return "review"
    sent = listing.state == Listing.State.SENT
    return "accept" if sent and may(actor, "frame.accept", listing, level=listing.accepting_level) else ""


def lines(listing: Listing, decision: str = "", text: str = "", area: str = "") -> QuerySet[Unit]:
    """The standing lines of a listing; `text` finds names without tone marks and codes, `area` is a code."""
    found = Unit.objects.filter(listing=listing, dropped_at__isnull=True)
    if decision in Decision.values:
        found = found.filter(decision=decision)
    if text.strip():
        found = found.filter(Q(search_key__contains=search_key(text)) | Q(code__icontains=text.strip()))
    if area:
        found = found.filter(area__code=area)
    return found.select_related("area", "origin__area").order_by("path")


def areas_of(listing: Listing) -> QuerySet[Area]:
    """The areas whose units the listing holds: a district and its communes; a province alone where areas below list."""
    inside = Area.objects.filter(under("path", listing.path), catalogue_id=listing.area.catalogue_id)
    lower = [level for level in listing.campaign.kind.listing_levels if level > listing.level]
    if lower:
        inside = inside.filter(level__lt=min(lower))
    return inside.order_by("level", "sort_key", "code")


def areas_of_province(listing: Listing) -> QuerySet[Area]:
    """Every area of the listing's province: where a unit may be moved to."""
    province = "/".join(listing.path.split("/")[:2]) + "/"
    inside = Area.objects.filter(under("path", province), catalogue_id=listing.area.catalogue_id)
    return inside.select_related("parent").order_by("path")


@dataclass(frozen=True)
class Change:
    """One column of a line that differs, in the words of the screen."""

    header: str
    old: str
    new: str


def changes(
    kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any], areas: Mapping[str, str]
) -> Iterator[Change]:
    """Column by column what differs between two lines. `areas`: names by code, for the area that manages."""
    if old["area"] != new["area"]:
        yield Change("Địa bàn", areas.get(old["area"], old["area"]), areas.get(new["area"], new["area"]))
    for column in kind.frame_columns:
        before, after = (_value(line, column.name) for line in (old, new))
        if before != after and column.name != CODE:
            yield Change(column.header, in_words(column, before), in_words(column, after))


def _value(line: Mapping[str, Any], name: str) -> str:
    return str(line["name"] if name == NAME else line["details"].get(name, ""))


def area_names(catalogue_id: int, codes: set[str]) -> dict[str, str]:
    return dict(Area.objects.filter(catalogue_id=catalogue_id, code__in=codes).values_list("code", "name"))


@dataclass(frozen=True)
class Step:
    """One version of a line: when, by whom, which decision, and what changed since the version before."""

    number: int
    at: datetime | None
    who: str
    what: str
    note: str
    changes: tuple[Change, ...]


def history(unit: Unit) -> list[Step]:
    """A line from the base list to now, oldest first."""
    kind = unit.campaign.kind
    versions = list(unit.versions.select_related("actor").order_by("number"))
    codes = {version.line["area"] for version in versions} | ({unit.base["area"]} if unit.base else set())
    names = area_names(unit.campaign.catalogue_id, codes)
    steps, before = [], unit.base
    if unit.base is not None:
        steps.append(Step(1, None, "", "Danh sách nền", "", ()))
    for version in versions:
        line = version.line
        differs = tuple(changes(kind, before, line, names)) if before else ()
        steps.append(
            Step(
                number=version.number,
                at=version.at,
                who=version.actor.full_name if version.actor else "Hệ thống",
                what=_what(line, before),
                note=" – ".join(filter(None, [kind.removal_reasons.get(line["reason"], ""), line["note"]])),
                changes=differs,
            )
        )
        before = line
    return steps


def _what(line: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    if line["dropped"]:
        return "Đưa ra khỏi bảng kê"
    if line["decision"] == Decision.PENDING:
        moved = (
            before is not None and before["area"] != line["area"] and before.get("decision") != Decision.MOVE
        )
        return "Chuyển sang bảng kê khác, chờ rà soát" if moved else "Hoàn tác, chờ rà soát lại"
    return str(Decision(line["decision"]).label)
