"""Passwords of administrators grow old: a notice and a letter, then another one is chosen before anything else.

QCVN 12:2026/BCA asks for two months; the kind of each campaign may say otherwise, and for whom. Of several campaigns
the strictest holds.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from dieutra.accounts.idle import in_use
from dieutra.campaigns.models import Campaign
from dieutra.jobs.actions import ask_many
from dieutra.jobs.models import Job
from dieutra.people.models import User
from dieutra.people.permission import posts_of


def due(user: User) -> tuple[datetime, datetime] | None:
    """(from when she is told, from when she must) for this person's password; None when it does not grow old."""
    if user.password_changed_at is None:
        return None
    own = [post for post in posts_of(user) if post.user_id == user.pk]
    campaigns = Campaign.objects.in_bulk({post.campaign_id for post in own})
    kinds = {(post.role, post.campaign_id): campaigns[post.campaign_id].kind.accounts for post in own}
    rules = [it for (role, _), it in kinds.items() if it.password_days and role in it.password_roles]
    if not rules:
        return None
    strictest = min(rules, key=lambda it: (it.password_days, -it.password_warn_days))
    must = user.password_changed_at + timedelta(days=strictest.password_days)
    return must - timedelta(days=strictest.password_warn_days), must


def warn(campaign: Campaign, now: datetime | None = None) -> int:
    """Ask for a letter to everybody whose password falls due soon, once per password and day; to how many.

    The day stands in the key: a campaign with another age of passwords makes another day, hence another letter.
    """
    rules, now = campaign.kind.accounts, now or timezone.now()
    if not rules.password_days or not rules.password_warn_days:
        return 0
    age = timedelta(days=rules.password_days)
    soon = now - timedelta(days=max(rules.password_days - rules.password_warn_days, 0))
    posts = in_use(campaign).filter(~Q(user__email=""), user__password_changed_at__lt=soon)
    rows = posts.filter(role__in=rules.password_roles).values_list(
        "user_id", "pk", "user__password_changed_at"
    )
    jobs = {
        user: Job(
            kind="accounts.send_password_due",
            key=f"{user}.{changed:%Y%m%d%H%M%S}.{changed + age:%Y%m%d}",
            payload={"post": pk},
        )
        for user, pk, changed in rows
    }
    known = Job.objects.filter(kind="accounts.send_password_due", key__in=[it.key for it in jobs.values()])
    new = set(known.values_list("key", flat=True))
    ask_many(it for it in jobs.values() if it.key not in new)
    return len(jobs) - len(new)
