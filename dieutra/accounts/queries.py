"""Reading orders about accounts."""

from __future__ import annotations

from django.db.models import Q

from dieutra.accounts.models import Run, SheetOrder
from dieutra.campaigns.models import Campaign
from dieutra.jobs.models import Job
from dieutra.people.models import User
from dieutra.people.permission import visible_to
from dieutra.places.models import Area

SHOWN = 5


def runs_at(actor: User, campaign: Campaign, area: Area) -> list[Run]:
    """The latest orders to make the accounts of an area's units, newest first."""
    runs = Run.objects.filter(campaign=campaign, path=area.path)
    return list(visible_to(runs, actor, "account.create").select_related("asked_by").order_by("-pk")[:SHOWN])


def job_failed(kind: str, pk: int) -> bool:
    """Whether the work of an order was given up, in whatever turn."""
    turns = Q(key=str(pk)) | Q(key__startswith=f"{pk}.")
    return Job.objects.filter(turns, kind=kind, state=Job.State.FAILED).exists()


def orders_of(actor: User, campaign: Campaign) -> list[SheetOrder]:
    """One's own orders of sheets that can be fetched or are being drawn, newest first."""
    orders = SheetOrder.objects.filter(campaign=campaign, asked_by_id=actor.pk, removed_at__isnull=True)
    return list(orders.select_related("area").order_by("-pk")[:SHOWN])


def order_failed(order: SheetOrder) -> bool:
    return Job.objects.filter(
        kind="accounts.sheets", key__startswith=f"{order.pk}.", state=Job.State.FAILED
    ).exists()
