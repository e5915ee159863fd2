"""Background work of opinion surveys."""

from __future__ import annotations

from django.utils import timezone

from dieutra.jobs.actions import beat, job
from dieutra.jobs.models import Job
from dieutra.opinions.closing import close_due
from dieutra.opinions.invitations import invite
from dieutra.opinions.releasing import lay_open_everywhere
from dieutra.rosters.models import Roster


@job("opinions.invite")
def make_invitations(work: Job) -> None:
    """For the list whose acceptance asked for it."""
    invite(Roster.objects.select_related("campaign").get(pk=work.payload["roster"]))


@job("opinions.keep_invitations")
def keep_invitations(work: Job) -> None:
    """Whoever came into an accepted list later is invited, whoever was taken off it is withdrawn."""
    running = Roster.objects.filter(
        state=Roster.State.ACCEPTED, campaign__closes_on__gte=timezone.localdate()
    )
    for roster in running.select_related("campaign").iterator():
        invite(roster)
        beat(work)


@job("opinions.lay_open")
def lay_open(work: Job) -> None:
    lay_open_everywhere()


@job("opinions.close")
def close(work: Job) -> None:
    close_due()
