"""Background work: copying an earlier list, asking the conversion, putting lines into the new list.

Each batch commits whole; begun again after a kill the work goes on where it stopped, and a line is never made twice.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dieutra.carrying.conversion import Successors, judge, seats
from dieutra.carrying.models import CarriedLine, Carry
from dieutra.carrying.placing import place_lines
from dieutra.events.actions import record
from dieutra.frames.models import Listing, Unit
from dieutra.jobs.actions import beat, job
from dieutra.jobs.models import Job
from dieutra.people.models import User
from dieutra.places.paths import under

BATCH = 500


@job("carrying.convert")
def convert(work: Job) -> None:
    """Copy the accepted lines of the source, then ask the conversion about each of them."""
    carry = _carry(work)
    if carry.source_id is not None and carry.converted_at is None:
        _copy(work, carry)
    waiting = carry.lines.filter(cause="")
    total = carry.lines.count()
    while batch := list(waiting.select_related("old_area")[:BATCH]):
        successors = Successors(carry, seats(batch))
        for line in batch:
            judge(line, successors, carry)
        with transaction.atomic():
            CarriedLine.objects.bulk_update(batch, ["cause", "verdict", "target"])
        beat(work, done=total - waiting.count(), total=total)
    _end(carry)


@transaction.atomic
def _end(carry: Carry) -> None:
    if Carry.objects.filter(pk=carry.pk, converted_at=None).update(converted_at=timezone.now()):
        open_lines = carry.lines.filter(verdict="").count()
        record(None, "carry.converted", carry, lines=carry.lines.count(), to_decide=open_lines)


def _copy(work: Job, carry: Carry) -> None:
    """The lines of accepted listings that were not removed, in the order of their keys."""
    source = Unit.objects.filter(
        under("path", carry.old_province.path),
        campaign=carry.source,
        listing__state=Listing.State.ACCEPTED,
        dropped_at=None,
    ).exclude(decision=Unit.Decision.REMOVE)
    total, after = source.count(), 0
    while units := list(source.filter(pk__gt=after).order_by("pk")[:BATCH]):
        lines = [
            CarriedLine(
                carry=carry, code=unit.code, name=unit.name, details=unit.details, old_area_id=unit.area_id
            )
            for unit in units
        ]
        CarriedLine.objects.bulk_create(lines, ignore_conflicts=True)
        after = units[-1].pk
        beat(work, done=carry.lines.count(), total=total)


@job("carrying.place")
def place(work: Job) -> None:
    """Make lines of the new base lists out of what is carried or decided."""
    carry, actor = _carry(work), User.objects.get(pk=work.payload["actor"])
    going = carry.lines.filter(verdict__in=(CarriedLine.Verdict.PLACE, CarriedLine.Verdict.PROVINCE))
    waiting = going.filter(unit=None).select_related("old_area__parent__parent", "target")
    total, after = going.count(), 0
    while batch := list(waiting.filter(pk__gt=after).order_by("pk")[:BATCH]):
        place_lines(actor, carry, batch)
        after = batch[-1].pk
        beat(work, done=total - waiting.count(), total=total)


def _carry(work: Job) -> Carry:
    found = Carry.objects.select_related("campaign", "old_province", "province")
    return found.get(pk=work.payload["carry"])
