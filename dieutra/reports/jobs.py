"""By the clock: at each cut-off the reports of all areas of its level, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.report_rules import last_period, report_rules
from dieutra.jobs.actions import ask, beat, job
from dieutra.jobs.models import Job
from dieutra.people.models import Post, Role
from dieutra.places.models import Area
from dieutra.reports.actions import make_by_the_clock

AFTER_THE_END = timedelta(days=45)  # review goes on after the closing day


@job("reports.keep_time")
def keep_time(work: Job) -> None:
    """Ask for the round of each cut-off that has passed; a round is asked for once, however often this runs."""
    now = timezone.localtime()
    running = Campaign.objects.filter(opens_on__lte=now.date(), closes_on__gte=now.date() - AFTER_THE_END)
    for campaign in running:
        for cut_off in report_rules(campaign).cut_offs:
            period = last_period(campaign, cut_off, now)
            if period is None or period[1] < campaign.created_at:
                continue
            key = f"{campaign.pk}-{cut_off.name}-{period[1]:%Y%m%d%H%M}"
            since, until = (moment.isoformat() for moment in period)
            payload: dict[str, Any] = {
                "shape": cut_off.shape,
                "level": cut_off.level,
                "since": since,
                "until": until,
            }
            ask("reports.make_round", key, campaign=campaign.pk, rule=cut_off.name, **payload)


@job("reports.make_round")
def make_round(work: Job) -> None:
    """Report by report; begun again after a kill it goes on with those that are not there yet."""
    asked = work.payload
    campaign = Campaign.objects.get(pk=asked["campaign"])
    since, until = parse_datetime(asked["since"]), parse_datetime(asked["until"])
    if since is None or until is None:
        raise ValueError("A round has a period")
    staffed = Post.objects.filter(
        campaign=campaign, level=asked["level"], ended_at__isnull=True, role__in=[Role.QTV, Role.GSV]
    )
    areas = Area.objects.filter(
        catalogue_id=campaign.catalogue_id, level=asked["level"], path__in=staffed.values("path")
    ).order_by("path")
    total = areas.count()
    for done, area in enumerate(areas, start=1):
        make_by_the_clock(campaign, area, asked["shape"], (since, until), asked["rule"])
        beat(work, done=done, total=total)
