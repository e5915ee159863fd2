"""Background work about lists of people."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from dieutra.jobs.actions import job
from dieutra.jobs.models import Job
from dieutra.rosters.models import Load

KEPT = timedelta(days=3)


@job("rosters.clear")
def clear(work: Job) -> None:
    """Lines read from a file that nobody confirmed do not lie about for ever."""
    Load.objects.filter(at__lt=timezone.now() - KEPT).delete()
