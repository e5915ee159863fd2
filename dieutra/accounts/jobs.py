"""Background work about accounts."""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from dieutra.accounts import idle, letters, password_age, sheets
from dieutra.accounts.models import Run, SheetOrder
from dieutra.campaigns.models import Campaign
from dieutra.cases.unit_accounts import open_accounts, without_account
from dieutra.jobs.actions import ask, beat, job
from dieutra.jobs.models import Job
from dieutra.messages import single
from dieutra.messages.sending import deliver_local
from dieutra.people.models import Post, User

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


@job("accounts.idle")
def look_for_idle(work: Job) -> None:
    """Daily: close what was idle for too long, then warn those who come next, and those whose password grows old."""
    for campaign in Campaign.objects.all():
        idle.close_idle(campaign)
        idle.warn_idle(campaign)
        password_age.warn(campaign)


@job("accounts.send_warning")
def send_warning(work: Job) -> None:
    post = _post(work)
    days = post.campaign.kind.accounts.idle_days
    found = idle.in_use(post.campaign).filter(pk=post.pk).values_list("seen", flat=True).first()
    if found is None or found > timezone.now() - timedelta(days=1):
        return  # closed, or back at work
    end = timezone.localtime(found + timedelta(days=days))
    _send(
        work,
        post,
        "idle",
        letters.IDLE,
        post.user,
        post.user.email,
        han=f"{end:%d/%m/%Y}",
        lien_ket=settings.SITE_URL,
    )


@job("accounts.send_password_due")
def send_password_due(work: Job) -> None:
    post = _post(work)
    days = password_age.due(post.user)
    if days is None or days[0] > timezone.now() or not post.user.is_active:
        return  # changed meanwhile, or no longer her role
    end = timezone.localtime(days[1])
    _send(
        work,
        post,
        "password",
        letters.PASSWORD,
        post.user,
        post.user.email,
        han=f"{end:%H:%M ngày %d/%m/%Y}",
        lien_ket=settings.SITE_URL,
    )


@job("accounts.deliver")
def deliver_notice(work: Job) -> None:
    """What was done to an account lies in the outbox since then, with its address; a job holds no address."""
    deliver_local()


@job("accounts.send_forgotten")
def send_forgotten(work: Job) -> None:
    """Plan the letter with a link to set another password. Run twice it is one letter."""
    user = User.objects.get(pk=work.payload["user"])
    post = user.posts.filter(ended_at__isnull=True).select_related("campaign", "user").order_by("-pk").first()
    if post is None or not user.is_active or not user.email:
        return
    single.forgotten(post, work.key, letters.FORGOTTEN)
    deliver_local()


def _post(work: Job) -> Post:
    return Post.objects.select_related("user", "campaign").get(pk=work.payload["post"])


def _send(work: Job, post: Post, name: str, otherwise: str, user: User, address: str, **facts: str) -> None:
    single.of_account(post, name, work.key, otherwise, user=user, address=address, **facts)
    deliver_local()
