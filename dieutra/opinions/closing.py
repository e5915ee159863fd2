"""The end: what waits is laid open, drafts are deleted, and some days later the key is destroyed."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import NotNow
from dieutra.events.actions import record
from dieutra.opinions import keys
from dieutra.opinions.models import Closing, Invitation, SealedDraft, SealedOpinion
from dieutra.opinions.releasing import laid_open_at_the_end, lay_open

log = logging.getLogger(__name__)


def close_due() -> int:
    """Close the campaigns whose last day is over, and destroy the keys whose days are; how many were closed.

    A campaign whose key is away stays open for the next run: its answers are not lost, and the log says so each time.
    """
    closed = 0
    over = Campaign.objects.filter(closes_on__lt=timezone.localdate())
    for campaign in over.filter(closing__isnull=True, pk__in=Invitation.objects.values("campaign")):
        try:
            closed += close(campaign)
        except NotNow:
            log.error("campaign %s cannot be closed: its key is not on this machine", campaign.slug)
    for closing in Closing.objects.filter(key_destroyed_on__isnull=True).select_related("campaign"):
        destroy_when_due(closing)
    return closed


def close(campaign: Campaign) -> bool:
    """The last laying open, the drafts, one event; False when it was closed before. NotNow too early or without key."""
    if timezone.localdate() <= campaign.closes_on:
        raise NotNow(f"Cuộc khảo sát còn nhận phiếu đến hết ngày {campaign.closes_on:%d/%m/%Y}.")
    laid = lay_open(campaign, everything=True)
    try:
        with transaction.atomic():
            end = laid_open_at_the_end(
                campaign
            )  # also what a run laid open that was killed before it came here
            drafts, _ = SealedDraft.objects.filter(invitation__campaign=campaign).delete()
            Closing.objects.create(
                campaign=campaign,
                closed_on=timezone.localdate(),
                released=end["count"],
                pooled=end["pooled"],
                destroyed=end["destroyed"],
                unreadable=laid.unreadable,
                drafts=drafts,
            )
            facts = {"released": end["count"], "unreadable": laid.unreadable, "drafts": drafts}
            facts |= {"pooled": end["pooled"], "destroyed": end["destroyed"]}
            record(None, "opinions.closed", campaign, path=campaign.path, campaign_id=campaign.pk, **facts)
    except IntegrityError:  # another run was quicker
        return False
    return True


def why_open(campaign: Campaign) -> str:
    """Why more answers may still come to be counted; blank when none can: nobody was asked, or it was closed."""
    last = Campaign.objects.values_list("closes_on", flat=True).get(pk=campaign.pk)  # it may have been moved
    if timezone.localdate() <= last:
        return f"Cuộc khảo sát còn nhận phiếu đến hết ngày {last:%d/%m/%Y}."
    asked = Invitation.objects.filter(campaign=campaign).exists()
    if asked and not Closing.objects.filter(campaign=campaign).exists():
        return (
            f"Cuộc khảo sát đã hết hạn trả lời ngày {last:%d/%m/%Y}, nhưng những phiếu cuối chưa được mở; máy tự mở "
            "trong vòng một ngày. Nếu lâu hơn, hãy báo người vận hành xem tệp khóa của cuộc khảo sát."
        )
    return ""


def destroy_when_due(closing: Closing) -> bool:
    """Destroy the key when its days are over and nothing readable waits for it."""
    campaign, today = closing.campaign, timezone.localdate()
    rules = campaign.kind.opinion
    if rules is None or today < campaign.closes_on + timedelta(days=rules.key_days):
        return False
    if SealedOpinion.objects.filter(campaign=campaign).count() > closing.unreadable:
        lay_open(campaign, everything=True)
        end = laid_open_at_the_end(campaign)
        Closing.objects.filter(pk=closing.pk).update(
            released=end["count"], pooled=end["pooled"], destroyed=end["destroyed"]
        )
    keys.destroy(campaign)
    with transaction.atomic():
        if not Closing.objects.filter(pk=closing.pk, key_destroyed_on__isnull=True).update(
            key_destroyed_on=today
        ):
            return False
        record(None, "opinions.key_destroyed", campaign, path=campaign.path, campaign_id=campaign.pk)
    return True
