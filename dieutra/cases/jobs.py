"""Background work about cases."""

from __future__ import annotations

import time

from django.db import transaction

from dieutra.campaigns.account_rules import AT_ACCEPTANCE
from dieutra.campaigns.models import Campaign
from dieutra.cases import adopting, tally
from dieutra.cases.actions import open_cases
from dieutra.cases.models import State
from dieutra.cases.queries import behind_the_campaign
from dieutra.cases.unit_accounts import open_accounts
from dieutra.events.actions import record
from dieutra.frames.models import Listing, Unit
from dieutra.jobs.actions import ask, beat, job
from dieutra.jobs.models import Job

BATCH = 100


@job("cases.open_from_listing")
def open_from_listing(work: Job) -> None:
    """An accepted listing becomes cases, and each of its units gets an account, unless the kind leaves that for later.

    Done in batches that commit whole; begun again after a kill it goes on with the units that have no case yet.
    """
    listing = Listing.objects.select_related("campaign").get(pk=work.payload["listing"])
    units = Unit.objects.filter(listing=listing).exclude(decision=Unit.Decision.REMOVE).select_related("area")
    waiting = list(units.filter(case__isnull=True).order_by("path"))
    total = units.count()
    for start in range(0, len(waiting), BATCH):
        _open_batch(listing.campaign, waiting[start : start + BATCH])
        beat(work, done=total - len(waiting) + min(start + BATCH, len(waiting)), total=total)
    record(None, "listing.opened", listing, cases=total)


@transaction.atomic
def _open_batch(campaign: Campaign, units: list[Unit]) -> None:
    open_cases(campaign, units)
    if campaign.kind.accounts.from_frame == AT_ACCEPTANCE:
        open_accounts(campaign, units)


@job("cases.adopt_form")
def adopt_form(work: Job) -> None:
    """The cases that their units may fill go on with the version that the campaign goes by.

    In batches that commit whole; begun again after a kill it goes on with those that still stand on another version.
    A case whose unit saved at the same moment comes round again.
    """
    campaign = Campaign.objects.get(pk=work.payload["campaign"])
    left = behind_the_campaign(campaign).count()
    total = work.done + left
    while left:
        done = _adopt_batch(campaign)
        left = behind_the_campaign(campaign).count()
        beat(work, done=max(0, total - left), total=total)
        if not done and left:
            time.sleep(0.2)  # all of the batch were being saved just now


def _adopt_batch(campaign: Campaign) -> int:
    """How many cases of one batch were taken over."""
    behind = behind_the_campaign(campaign).select_related("unit__area__parent__parent", "campaign")
    cases = list(behind.order_by("form_id", "pk")[:BATCH])
    new = [case for case in cases if case.state == State.NEW]
    done = adopting.take_over_new(new, campaign.form_id) if new else 0
    renames: dict[int, dict[str, str]] = {}
    with transaction.atomic():
        for case in (case for case in cases if case.state != State.NEW):
            if case.form_id not in renames:
                renames[case.form_id] = adopting.renames_since(campaign, case.form_id)
            way = adopting.way_between(case.form_id, campaign.form_id, renames[case.form_id])
            done += adopting.take_over(case, campaign.form_id, way)
    return done


@job("cases.adopt_left_over")
def adopt_left_over(work: Job) -> None:
    """Now and then: a case that came back or was opened in the very moment of an adoption was passed over by it."""
    for campaign in Campaign.objects.filter(adoptions__isnull=False).distinct():
        if behind_the_campaign(campaign).exists():
            ask("cases.adopt_form", f"left-over-{work.pk}-{campaign.pk}", campaign=campaign.pk)


@job("cases.recount")
def recount(work: Job) -> None:
    """Nightly: hold the tally against the cases and mend what differs."""
    for campaign in Campaign.objects.all():
        tally.mend(campaign)
