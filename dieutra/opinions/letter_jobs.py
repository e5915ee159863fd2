"""Background work about letters to respondents and the hourly count."""

from __future__ import annotations

from dieutra.campaigns.queries import asking_people
from dieutra.jobs.actions import job
from dieutra.jobs.models import Job
from dieutra.messages.sending import deliver_local
from dieutra.opinions import figures, mailing, reminding
from dieutra.opinions.models import Round


@job("opinions.plan_invitations")
def plan_invitations(work: Job) -> None:
    mailing.plan_invitations(Round.objects.select_related("campaign").get(pk=work.payload["round"]).campaign)
    deliver_local()


@job("opinions.keep_mailing")
def keep_mailing(work: Job) -> None:
    """Every few minutes: letters of people who came later, and telling bodies whose letters are all out."""
    for campaign in asking_people():
        mailing.plan_invitations(campaign)
        mailing.tell_bodies(campaign)
    deliver_local()


@job("opinions.remind")
def remind(work: Job) -> None:
    """Hourly: the reminders whose day has come."""
    for campaign in asking_people():
        reminding.by_the_clock(campaign)
    deliver_local()


@job("opinions.count")
def count(work: Job) -> None:
    """Hourly: the figures that screens show, until after the end."""
    for campaign in asking_people():
        if figures.due(campaign) and not figures.are_final(campaign):
            figures.count(campaign)
