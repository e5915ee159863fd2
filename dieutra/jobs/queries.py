"""Reading background work."""

from __future__ import annotations

from dieutra.jobs.models import Job


def unfinished() -> int:
    """How many jobs wait or run."""
    return Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING]).count()


def failed() -> int:
    return Job.objects.filter(state=Job.State.FAILED).count()
