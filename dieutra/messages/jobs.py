"""Background work about messages: planning them. Sending is a loop of its own beside the worker, see sending.py."""

from __future__ import annotations

from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case
from dieutra.jobs.actions import job
from dieutra.jobs.models import Job
from dieutra.messages import clock, roster_letters, single
from dieutra.messages.models import Wave
from dieutra.messages.planning import plan
from dieutra.messages.sending import deliver_local
from dieutra.people.models import Post
from dieutra.rosters.models import Request, Roster


@job("messages.activation")
def activation(work: Job) -> None:
    """Plan the mail with a fresh activation link; the link itself is made when the mail is sent."""
    post = Post.objects.select_related("user", "campaign").get(pk=work.payload["post"])
    single.activation(post, occasion=work.key)
    deliver_local()


@job("messages.case_event")
def case_event(work: Job) -> None:
    """Tell of a case's return, and what the kind's rules say of an event."""
    case = Case.objects.select_related("campaign", "unit__area").get(pk=work.payload["case"])
    verb = str(work.payload.get("verb", "case.returned"))
    single.of_event(case, verb, occasion=work.key)
    deliver_local()


@job("messages.roster_event")
def roster_event(work: Job) -> None:
    """Tell a body that its list was received, accepted or returned."""
    roster = Roster.objects.select_related("campaign", "area").get(pk=work.payload["roster"])
    roster_letters.of_roster(roster, str(work.payload["verb"]), occasion=work.key)
    deliver_local()


@job("messages.request_answered")
def request_answered(work: Job) -> None:
    request = Request.objects.select_related("roster__campaign", "roster__area").get(
        pk=work.payload["request"]
    )
    roster_letters.of_request(request, occasion=work.key)
    deliver_local()


@job("messages.remind_bodies")
def remind_bodies(work: Job) -> None:
    """Hourly: bodies whose list is not sent, on the days of their campaign's rules."""
    for campaign in Campaign.objects.filter(closes_on__gte=timezone.localdate()):
        roster_letters.remind_bodies(campaign)
    deliver_local()


@job("messages.plan_wave")
def plan_wave(work: Job) -> None:
    wave = Wave.objects.select_related("campaign").get(pk=work.payload["wave"])
    plan(wave)
    deliver_local()


@job("messages.by_the_clock")
def by_the_clock(work: Job) -> None:
    """Hourly: the rules whose day has come, in all campaigns."""
    for campaign in Campaign.objects.all():
        clock.waves_due(campaign)
    deliver_local()
