"""A run that was asked for on the page."""

from __future__ import annotations

from dieutra.jobs.actions import job
from dieutra.jobs.models import Job
from dieutra.people.models import User
from dieutra.selfcheck.actions import make


@job("selfcheck.run")
def run(work: Job) -> None:
    """Run twice it makes one: the run bears the job's key."""
    make(User.objects.filter(pk=work.payload["actor"]).first(), occasion=work.key)
