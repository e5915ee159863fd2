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
    Bucket.objects.bulk_create(
        [Bucket(name=name, tokens=limit.burst, at=now) for name, limit in wanted.items()],
        ignore_conflicts=True,
    )
    # locked in one order, so that two workers never wait for each other in a ring
    rows = list(Bucket.objects.select_for_update().filter(name__in=wanted).order_by("name"))
    for row in rows:
        limit = wanted[row.name]
        seconds = max(0.0, (now - row.at).total_seconds())
        row.tokens = min(limit.burst, row.tokens + seconds * limit.per_minute / 60)
        row.at = max(now, row.at)
        if row.tokens < 1:
            return row.name
        row.tokens -= 1
    Bucket.objects.bulk_update(rows, ["tokens", "at"])
    return ""
