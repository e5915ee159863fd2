"""Background work about assignments."""

from __future__ import annotations

from dieutra.campaigns.models import Campaign
from dieutra.frames.models import Listing
from dieutra.jobs.actions import job
from dieutra.jobs.models import Job
from dieutra.supervision import holding


@job("supervision.hold")
def hold(work: Job) -> None:
    """An accepted list has become cases: those in areas that are assigned find their supervisors."""
    listing = Listing.objects.select_related("campaign").get(pk=work.payload["listing"])
    holding.settle(listing.campaign, [listing.path])


@job("supervision.mend")
def mend(work: Job) -> None:
    """Nightly: hold the cases against the assignments and put right what differs."""
    for campaign in Campaign.objects.all():
        holding.mend(campaign)
