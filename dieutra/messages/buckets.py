"""Token buckets in the database: so many messages a minute per campaign and per recipient domain, over all workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from dieutra.campaigns.models import Campaign
from dieutra.messages.models import Bucket


@dataclass(frozen=True)
class Limit:
    """`per_minute` tokens flow in; at most `burst` lie there."""

    per_minute: float
    burst: float


DEFAULTS = {"per_minute": 600, "burst": 60, "per_domain_per_minute": 120, "per_domain_burst": 30}


SMS_DEFAULTS = {"per_minute": 120, "burst": 20}


def sms_limit(campaign: Campaign) -> Limit:
    """Messages of a campaign, from [sms] of campaign.toml."""
    given: Mapping[str, float] = {**SMS_DEFAULTS, **campaign.rules["campaign"].get("sms", {})}
    return Limit(given["per_minute"], given["burst"])


def limits(campaign: Campaign) -> tuple[Limit, Limit]:
    """(for the campaign, for each recipient domain), from [mail] of campaign.toml."""
    given: Mapping[str, float] = {**DEFAULTS, **campaign.rules["campaign"].get("mail", {})}
    return (
        Limit(given["per_minute"], given["burst"]),
        Limit(given["per_domain_per_minute"], given["per_domain_burst"]),
    )


@transaction.atomic
def take(wanted: Mapping[str, Limit], now: datetime) -> str:
    """Take one token from every bucket, or none at all; the name of an empty one, or ""."""
    # locked in one order, so that two workers never wait for each other in a ring
    locked = Bucket.objects.select_for_update().filter(name__in=wanted).order_by("name")
    rows = list(locked)
    if len(rows) < len(wanted):
        new = [Bucket(name=name, tokens=limit.burst, at=now) for name, limit in sorted(wanted.items())]
        Bucket.objects.bulk_create(new, ignore_conflicts=True)
        rows = list(locked.all())
    for row in rows:
        limit = wanted[row.name]
        seconds = max(0.0, (now - row.at).total_seconds())
        row.tokens = min(limit.burst, row.tokens + seconds * limit.per_minute / 60)
        row.at = max(now, row.at)
        if row.tokens < 1:
            return row.name
        row.tokens -= 1
    for row in rows:
        Bucket.objects.filter(pk=row.pk).update(tokens=row.tokens, at=row.at)
    return ""
