"""Accounts of the units of accepted lists: which are still to be made, and making a batch of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.frames.models import Listing, Unit
from dieutra.people.bulk import NewAccount, create_accounts, taken
from dieutra.people.models import Post, Role
from dieutra.places.paths import under


def without_account(campaign: Campaign, path: str) -> QuerySet[Unit]:
    """The units of accepted lists below a path that nobody can answer for yet, in the order of their paths."""
    holders = Post.objects.filter(
        campaign_id=campaign.pk, path=OuterRef("path"), role=Role.DV, ended_at__isnull=True
    )
    units = Unit.objects.filter(
        under("path", path),
        campaign=campaign,
        listing__state=Listing.State.ACCEPTED,
        dropped_at__isnull=True,
    )
    units = units.exclude(decision=Unit.Decision.REMOVE)
    return units.filter(~Exists(holders)).select_related("area").order_by("path")


def open_accounts(campaign: Campaign, units: Sequence[Unit]) -> int:
    """An account for each of these units that has none; how many were made. All in one transaction."""
    paths = [unit.path for unit in units]
    held = set(
        Post.objects.filter(
            campaign=campaign, path__in=paths, role=Role.DV, ended_at__isnull=True
        ).values_list("path", flat=True)
    )
    waiting = [unit for unit in units if unit.path not in held]
    names = taken([unit.code.lower() for unit in waiting])
    made = create_accounts(None, campaign.pk, [_account(campaign, unit, names) for unit in waiting], {})
    return len(made)


def _account(campaign: Campaign, unit: Unit, names: set[str]) -> NewAccount:
    """A unit signs in with its code; with the campaign's number before it where the code is taken."""
    code = unit.code.lower()
    return NewAccount(
        username=f"c{campaign.pk}.{code}" if code in names else code,
        full_name=unit.name[:120],
        email=str(unit.details.get("email", "")),
        role=Role.DV,
        level=campaign.kind.managing_level(unit.area.level),
        path=unit.path,
        phone=str(unit.details.get("phone", ""))[:20],
    )
