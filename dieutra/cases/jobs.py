"""Background work about cases."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from dieutra.campaigns.letters import compose
from dieutra.campaigns.models import Campaign
from dieutra.cases import tally
from dieutra.cases.actions import open_cases
from dieutra.cases.models import Case
from dieutra.frames.models import Listing, Unit
from dieutra.jobs.actions import beat, job
from dieutra.jobs.models import Job
from dieutra.people.actions import create_account
from dieutra.people.models import Post, Role, User

BATCH = 100


@job("cases.open_from_listing")
def open_from_listing(work: Job) -> None:
    """An accepted listing becomes cases, and each of its units gets an account.

    Done in batches that commit whole; begun again after a kill it goes on with the units that have no case yet.
    """
    listing = Listing.objects.select_related("campaign").get(pk=work.payload["listing"])
    actor = User.objects.get(pk=work.payload["actor"])
    units = Unit.objects.filter(listing=listing).exclude(decision=Unit.Decision.REMOVE).select_related("area")
    waiting = list(units.filter(case__isnull=True).order_by("path"))
    total = units.count()
    for start in range(0, len(waiting), BATCH):
        _open_batch(listing.campaign, waiting[start : start + BATCH], actor)
        beat(work, done=total - len(waiting) + min(start + BATCH, len(waiting)), total=total)


@transaction.atomic
def _open_batch(campaign: Campaign, units: list[Unit], actor: User) -> None:
    open_cases(campaign, units)
    for unit in units:
        _account_for(campaign, unit, actor)


def _account_for(campaign: Campaign, unit: Unit, actor: User) -> None:
    if Post.objects.filter(campaign=campaign, path=unit.path, role=Role.DV, ended_at__isnull=True).exists():
        return
    create_account(
        None,
        campaign_id=campaign.pk,
        role=Role.DV,
        level=min(unit.area.level, 2),
        path=unit.path,
        username=username_for(campaign, unit),
        full_name=unit.name[:120],
        email=str(unit.details.get("email", "")),
    )


def username_for(campaign: Campaign, unit: Unit) -> str:
    """A unit signs in with its code; with the campaign's number before it where the code is taken."""
    code = unit.code.lower()
    return f"c{campaign.pk}.{code}" if User.objects.filter(username=code).exists() else code


@job("cases.send_returned")
def send_returned(work: Job) -> None:
    """Tell the unit by mail that its form came back; what the remarks say stays on the site."""
    case = Case.objects.select_related("campaign", "unit").get(pk=work.payload["case"])
    posts = Post.objects.filter(campaign=case.campaign, path=case.path, role=Role.DV, ended_at__isnull=True)
    people = [post.user for post in posts.select_related("user") if post.user.email]
    for user in people:
        facts = {
            "ten": user.full_name,
            "lien_ket": f"{settings.SITE_URL}/phieu/{case.pk}/",
            "han": f"{case.due_on:%d/%m/%Y}",
        }
        if letter := compose(case.campaign, "returned", facts):
            send_mail(*letter, None, [user.email])


@job("cases.recount")
def recount(work: Job) -> None:
    """Nightly: hold the tally against the cases and mend what differs."""
    for campaign in Campaign.objects.all():
        tally.mend(campaign)
