"""Background work about assignments."""

from __future__ import annotations

import time

from dieutra.campaigns.models import Campaign
from dieutra.frames.models import Listing
from dieutra.jobs.actions import ask, beat, job
from dieutra.jobs.models import Job
from dieutra.supervision import bulk, holding
from dieutra.supervision.models import BulkApproval

TURN = 20.0  # seconds


@job("supervision.hold")
def hold(work: Job) -> None:
    """An accepted list has become cases: those in areas that are assigned find their supervisors."""
    listing = Listing.objects.select_related("campaign").get(pk=work.payload["listing"])
    holding.settle(listing.campaign, [listing.path])


@job("supervision.approve_all")
def approve_all(work: Job) -> None:
    """An order about a whole filter, in turns of some seconds so that other work is not kept waiting."""
    order = BulkApproval.objects.get(pk=work.payload["order"])
    until = time.monotonic() + TURN
    while left := bulk.go_on(order):
        beat(work, done=order.total - left, total=order.total)
        if time.monotonic() > until:
            part = int(work.payload.get("part", 0)) + 1
            ask(work.kind, f"{order.pk}.{part}", order=order.pk, part=part)
            return
    beat(work, done=order.total, total=order.total)


@job("supervision.mend")
def mend(work: Job) -> None:
    """Nightly: hold the cases against the assignments and put right what differs."""
    for campaign in Campaign.objects.all():
        holding.mend(campaign)
