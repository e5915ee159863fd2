"""Accounts that nobody uses: a warning, then the account is closed (QCVN 12:2026/BCA: 45 days)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.events.actions import record_many
from dieutra.jobs.actions import ask_many
from dieutra.jobs.models import Job
from dieutra.people.models import Locked, Post, Role, User
from dieutra.places.models import Level


def in_use(campaign: Campaign) -> QuerySet[Any]:
    """Standing posts whose accounts are open, with `seen`: the last sign-in, setting of a password or unlocking.

    An account that was never activated opens nothing and is no subject here, nor is a collector's phone.
    """
    posts = Post.objects.filter(
        campaign=campaign,
        ended_at__isnull=True,
        user__is_active=True,
        user__password_changed_at__isnull=False,
        user__app_user__isnull=True,
    )
    changed = F("user__password_changed_at")
    seen = Greatest(changed, Coalesce("user__last_login", changed), Coalesce("user__idle_from", changed))
    return posts.annotate(seen=seen)


def close_idle(campaign: Campaign, now: datetime | None = None) -> int:
    """Close the accounts that were idle for too long; how many. One administrator of the centre always stays."""
    days = campaign.kind.accounts.idle_days
    if not days:
        return 0
    before = (now or timezone.now()) - timedelta(days=days)
    idle = in_use(campaign).filter(seen__lt=before)
    kept = _last_of_the_centre(campaign, before)
    posts = list(idle.exclude(user_id=kept).values_list("pk", "user_id"))
    with transaction.atomic():
        users = User.objects.filter(pk__in={user for _, user in posts}, is_active=True)
        closed = users.update(is_active=False, locked=Locked.IDLE, session_epoch=F("session_epoch") + 1)
        found = Post.objects.filter(pk__in=[pk for pk, _ in posts], user__locked=Locked.IDLE)
        record_many(None, "account.idled", list(found), lambda _: {"days": days})
    return closed


def _last_of_the_centre(campaign: Campaign, before: datetime) -> int:
    """Were all administrators of the centre idle, nobody could open an account again: the latest seen stays."""
    centre = in_use(campaign).filter(role=Role.QTV, level=Level.COUNTRY)
    latest = centre.order_by("-seen", "pk").values_list("user_id", "seen").first()
    return latest[0] if latest and latest[1] < before else 0


def warn_idle(campaign: Campaign, now: datetime | None = None) -> int:
    """Ask for a letter to everybody whose account will be closed soon, once per idle time; how many."""
    rules = campaign.kind.accounts
    if not rules.idle_days or not rules.warn_days:
        return 0
    now = now or timezone.now()
    soon = now - timedelta(days=max(rules.idle_days - rules.warn_days, 1))
    unwarned = Q(user__warned_at__isnull=True) | Q(user__warned_at__lt=F("seen"))
    posts = in_use(campaign).filter(unwarned, seen__lt=soon).exclude(user__email="")
    waiting = {user: (pk, seen) for pk, user, seen in posts.values_list("pk", "user_id", "seen")}
    with transaction.atomic():
        User.objects.filter(pk__in=waiting).update(warned_at=now)
        ask_many(
            Job(kind="accounts.send_warning", key=f"{user}.{seen:%Y%m%d%H%M%S}", payload={"post": pk})
            for user, (pk, seen) in waiting.items()
        )
    return len(waiting)
