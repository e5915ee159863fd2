"""Housekeeping that belongs to no other room."""

from __future__ import annotations

from dieutra.events.actions import record, seal
from dieutra.events.models import Seal
from dieutra.events.queries import broken_seal
from dieutra.jobs.actions import beat, job
from dieutra.jobs.models import Job


@job("events.seal")
def seal_events(work: Job) -> None:
    seal()


@job("events.verify")
def verify_seals(work: Job) -> None:
    """Compute every seal again and note the outcome: the last one looked at, and the first that is broken or 0."""
    last = Seal.objects.order_by("-last_event").first()
    if last is None:
        return
    broken = broken_seal(lambda: beat(work))
    record(None, "seals.verified", last, upto=last.last_event, broken=broken.pk if broken else 0)
