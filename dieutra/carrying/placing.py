"""Lines that go on become lines of the new campaign's base lists, pending like those of a loaded file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from dieutra.campaigns.kind import Kind
from dieutra.carrying.conversion import Successors, seats
from dieutra.carrying.models import CarriedLine, Carry
from dieutra.engine.text import search_key
from dieutra.events.actions import record
from dieutra.frames.checking import reviewed_at, taken_codes
from dieutra.frames.columns import COMMUNE, LEVEL, LEVEL_CODES, editable
from dieutra.frames.lines import as_line
from dieutra.frames.loading import make_listings
from dieutra.frames.models import Listing, Unit
from dieutra.people.models import User
from dieutra.places.models import Level
from dieutra.places.paths import unit_path

CODE_BEFORE, AREA_BEFORE = "code_2021", "area_2021"  # columns of the new list that remember the old one


def place_lines(actor: User, carry: Carry, lines: Sequence[CarriedLine]) -> int:
    """Add a batch to the open listings; lines of a closed listing or of a code in use stay where they are."""
    with transaction.atomic():
        listings = make_listings(carry.campaign, carry.province)
        kind = carry.campaign.kind
        taken = taken_codes(carry.campaign, (line.code for line in lines))
        lines = _still_going(lines)
        successors = Successors(carry, seats(lines))
        made = []
        for line in lines:
            listing = listings.get(reviewed_at(kind, line.target)) if line.target else None
            if listing is not None and listing.is_open and line.code.lower() not in taken:
                made.append((line, _unit(kind, carry, line, listing, successors)))
        Unit.objects.bulk_create([unit for _, unit in made])
        for line, unit in made:
            line.unit = unit
        CarriedLine.objects.bulk_update([line for line, _ in made], ["unit"])
        _tell(actor, [unit.listing for _, unit in made])
    return len(made)


def _still_going(lines: Sequence[CarriedLine]) -> list[CarriedLine]:
    """The lines as they stand now, locked: somebody may have taken a decision back meanwhile."""
    standing = CarriedLine.objects.select_for_update(of=("self",)).filter(
        pk__in=[line.pk for line in lines],
        unit=None,
        verdict__in=(CarriedLine.Verdict.PLACE, CarriedLine.Verdict.PROVINCE),
    )
    return list(standing.select_related("old_area__parent__parent", "target").order_by("pk"))


def _tell(actor: User, touched: Sequence[Listing]) -> None:
    """One event per listing; the listing's version moves, so that whoever is about to send it is told."""
    for listing, number in Counter(touched).items():
        Listing.objects.filter(pk=listing.pk).update(version=F("version") + 1)
        record(actor, "listing.loaded", listing, units=number, carried=True)


def _unit(kind: Kind, carry: Carry, line: CarriedLine, listing: Listing, successors: Successors) -> Unit:
    if line.target is None:
        raise ValueError(f"{line} has no area to go to")
    unit = Unit(
        campaign=carry.campaign,
        listing=listing,
        origin=listing,
        code=line.code,
        name=line.name,
        search_key=search_key(line.name)[:250],
        area=line.target,
        path=unit_path(line.target.path, line.code),
        details=_details(kind, line, successors),
    )
    unit.base = as_line(unit)
    return unit


def _details(kind: Kind, line: CarriedLine, successors: Successors) -> dict[str, str]:
    """What the old line knew and the new list has a column for; the seat only where the conversion names one area."""
    columns = {column.name for column in editable(kind.frame_columns)}
    details = {name: text for name, text in line.details.items() if name in columns}
    remembered = {CODE_BEFORE: line.code, AREA_BEFORE: _old_place(line)}
    details |= {name: text for name, text in remembered.items() if name in columns}
    area = line.target
    if area is not None:
        details[LEVEL] = LEVEL_CODES[area.level]
        if area.level == Level.COMMUNE:
            details[COMMUNE] = area.code
        elif seat := successors.only(line.details.get(COMMUNE, "")):
            details[COMMUNE] = seat.code
    return details


def _old_place(line: CarriedLine) -> str:
    names, area = [], line.old_area
    while area is not None and area.level > 0:
        names.append(area.name)
        area = area.parent  # type: ignore[assignment]
    return ", ".join(names)[:250]
