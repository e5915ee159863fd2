"""What a listing's review changed against the base list. Only changed lines are read; SQL counts the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, Q

from dieutra.campaigns.kind import Kind
from dieutra.frames.columns import COMMUNE, DISTRICT, LEVEL
from dieutra.frames.lines import as_line
from dieutra.frames.models import Listing, Unit
from dieutra.frames.queries import Change, area_names, changes

Decision = Unit.Decision


@dataclass(frozen=True)
class Changed:
    """A line and how it differs from its base line."""

    unit: Unit
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Diff:
    """Lines by what became of them; a line that was moved and corrected stands in both lists."""

    base: int  # lines of the base list
    now: int  # lines that remain
    kept: int
    pending: int
    added: list[Changed] = field(default_factory=list)
    removed: list[Changed] = field(default_factory=list)
    corrected: list[Changed] = field(default_factory=list)
    moved_in: list[Changed] = field(default_factory=list)
    moved_out: list[Changed] = field(default_factory=list)
    moved_inside: list[Changed] = field(default_factory=list)

    @property
    def adds_up(self) -> bool:
        """Base lines − removed − moved out + moved in + added = lines that remain."""
        came, went = len(self.added) + len(self.moved_in), len(self.removed) + len(self.moved_out)
        return self.base + came - went == self.now


def diff(listing: Listing) -> Diff:
    """Compare a listing with its part of the base list."""
    standing = Unit.objects.filter(dropped_at__isnull=True, campaign_id=listing.campaign_id)
    here = standing.filter(listing=listing)
    counted = here.aggregate(
        now=Count("pk", filter=~Q(decision=Decision.REMOVE)),
        kept=Count("pk", filter=Q(decision=Decision.KEEP, origin=listing)),
        pending=Count("pk", filter=Q(decision=Decision.PENDING)),
    )
    result = Diff(base=standing.filter(origin=listing).count(), **counted)
    touched = here.filter(
        ~Q(decision__in=(Decision.PENDING, Decision.KEEP)) | ~Q(origin=listing) | Q(base=None)
    )
    away = standing.filter(origin=listing).exclude(listing=listing)
    changed = [*touched.select_related("area", "origin__area", "listing__area").order_by("path")]
    gone = [*away.select_related("area", "listing__area").order_by("path")]
    words = _Words(listing.campaign.kind, _names(listing, [*changed, *gone]))
    for unit in changed:
        _sort(result, listing, unit, words)
    result.moved_out.extend(Changed(unit, words.changes(unit)) for unit in gone)
    return result


def _names(listing: Listing, units: list[Unit]) -> dict[str, str]:
    codes = {unit.base["area"] for unit in units if unit.base} | {unit.area.code for unit in units}
    return area_names(listing.campaign.catalogue_id, codes)


class _Words:
    """Says in words how a line differs from its base line."""

    def __init__(self, kind: Kind, names: dict[str, str]) -> None:
        self.kind, self.names = kind, names
        seat = (column.header for column in kind.frame_columns if column.name in (DISTRICT, COMMUNE, LEVEL))
        self.of_place = frozenset({"Địa bàn", *seat})

    def changes(self, unit: Unit) -> tuple[Change, ...]:
        if unit.base is None:
            return ()
        return tuple(changes(self.kind, unit.base, as_line(unit), self.names))


def _sort(result: Diff, listing: Listing, unit: Unit, words: _Words) -> None:
    """Put a line where it belongs. A move alone changes the codes of the seat; that is no correction."""
    line = Changed(unit, words.changes(unit))
    if unit.base is None:
        result.added.append(line)
        return
    elsewhere = unit.origin_id != listing.pk
    if elsewhere:
        result.moved_in.append(line)
    if unit.decision == Decision.REMOVE:
        result.removed.append(line)
        return
    if not elsewhere and unit.base["area"] != unit.area.code:
        result.moved_inside.append(line)
    own = tuple(change for change in line.changes if change.header not in words.of_place)
    if own:
        result.corrected.append(Changed(unit, own))
