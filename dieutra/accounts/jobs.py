"""Background work about accounts."""

from __future__ import annotations

import time

from django.utils import timezone

from dieutra.accounts import sheets
from dieutra.accounts.models import Run, SheetOrder
from dieutra.cases.unit_accounts import open_accounts, without_account
from dieutra.jobs.actions import ask, beat, job
from dieutra.jobs.models import Job

BATCH = 500
TURN = 20.0  # seconds


@job("accounts.from_frame")
def create_from_frame(work: Job) -> None:
    """In batches that commit whole; begun again after a kill it goes on with the units that have no account yet.

    Two workers that meet on a unit: the database lets one account stand, the other batch is undone and tried again.
    """
    run = Run.objects.select_related("campaign").get(pk=work.payload["run"])
    if run.ended_at:
        return
    left = without_account(run.campaign, run.path).count()
    total, last = max(run.total, run.done + left), run.path
    while batch := list(without_account(run.campaign, run.path).filter(path__gte=last)[:BATCH]):
        open_accounts(run.campaign, batch)
        left, last = left - len(batch), batch[-1].path
        done = max(0, total - left)
        Run.objects.filter(pk=run.pk).update(done=done, total=total)
        beat(work, done=done, total=total)
    Run.objects.filter(pk=run.pk, ended_at__isnull=True).update(ended_at=timezone.now(), done=total)


@job("accounts.sheets")
def draw_sheets(work: Job) -> None:
    """In turns of some seconds, so that mails and other work are not kept waiting."""
    order = SheetOrder.objects.select_related("campaign", "asked_by").get(pk=work.payload["order"])
    if order.ready_at or order.removed_at:
        return
    until = time.monotonic() + TURN
    while sheets.draw_next(order):
        beat(work, done=order.done, total=order.total)
        if time.monotonic() > until and order.done < order.total:
            part = int(work.payload["part"]) + 1
            ask(work.kind, f"{order.pk}.{part}", order=order.pk, part=part)
            return
    sheets.close(order)


@job("accounts.clear")
def clear(work: Job) -> None:
    """Hourly: files with working links do not stay."""
    sheets.clear()
