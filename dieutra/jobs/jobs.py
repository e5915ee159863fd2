"""Housekeeping that belongs to no other room."""

from __future__ import annotations

from dieutra.events.actions import seal
from dieutra.jobs.actions import job
from dieutra.jobs.models import Job


@job("events.seal")
def seal_events(work: Job) -> None:
    seal()
