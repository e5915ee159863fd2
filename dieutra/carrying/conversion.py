"""What the conversion of the catalogues says about many old areas at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from dieutra.carrying.models import CarriedLine, Carry
from dieutra.places.models import Area, Conversion, Level

Cause = CarriedLine.Cause


@dataclass(frozen=True)
class Candidate:
    """A new area that received the old one or a part of it. `hint`: what the source notes about it."""

    area: Area
    hint: str

    @property
    def suggested(self) -> bool:
        """Does the source of the catalogues itself point to this one?"""
        return self.hint.startswith("nguồn gợi ý")


class Successors:
    """The successors of old areas by code: two queries for any number of them."""

    def __init__(self, carry: Carry, codes: Iterable[str]) -> None:
        rows = Conversion.objects.filter(
            old_catalogue_id=carry.old_province.catalogue_id,
            new_catalogue_id=carry.province.catalogue_id,
            old_code__in=set(codes),
        ).values_list("old_code", "new_code", "note", "needs_person")
        found = list(rows)
        areas = Area.objects.filter(
            catalogue_id=carry.province.catalogue_id, code__in={new for _, new, _, _ in found}
        )
        by_code = {area.code: area for area in areas.select_related("parent")}
        self.of: dict[str, list[Candidate]] = defaultdict(list)
        self.open: set[str] = set()  # old areas that need a person whatever their number of successors
        for old, new, note, needs_person in found:
            if new in by_code:
                self.of[old].append(Candidate(by_code[new], note))
            if needs_person:
                self.open.add(old)

    def only(self, code: str) -> Area | None:
        """The one successor of an old area that needs no person; None otherwise."""
        found = self.of.get(code, [])
        return found[0].area if len(found) == 1 and code not in self.open else None


def seats(lines: Iterable[CarriedLine]) -> set[str]:
    """The codes that must be asked about: the managing areas and the communes of the seats."""
    return {code for line in lines for code in (line.old_area.code, line.details.get("commune", "")) if code}


def judge(line: CarriedLine, successors: Successors, carry: Carry) -> None:
    """Set the line's cause, and its target where exactly one area is named. Nothing is guessed."""
    if line.old_area.level == Level.DISTRICT:
        line.cause = Cause.DISTRICT
        return
    if line.old_area.level == Level.PROVINCE:
        line.cause, line.verdict, line.target = Cause.ONE, CarriedLine.Verdict.PLACE, carry.province
        return
    only = successors.only(line.old_area.code)
    if only is not None:
        line.cause, line.verdict, line.target = Cause.ONE, CarriedLine.Verdict.PLACE, only
    else:
        line.cause = Cause.SPLIT if successors.of.get(line.old_area.code) else Cause.UNKNOWN


def candidates(line: CarriedLine, successors: Successors) -> list[Candidate]:
    """Where a person may send the line: the successors of its area, for a district's body those of its seat."""
    code = line.old_area.code
    if line.old_area.level == Level.DISTRICT:
        code = line.details.get("commune", "") or code
    return successors.of.get(code, [])
