"""The rules that go by the clock: their waves, each made once."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.action_rules import ActionRule, rules_of
from dieutra.campaigns.models import Campaign
from dieutra.messages.models import Wave
from dieutra.messages.planning import plan

LATE = timedelta(days=3)  # a worker that stood still longer than this sends no stale reminder


def waves_due(campaign: Campaign) -> list[Wave]:
    """Make and plan the waves whose day has come."""
    rules = [it for it in rules_of(campaign.rules["campaign"]) if not it.when.event]
    made = [_by_date(campaign, it) if it.when.of else _by_state(campaign, it) for it in rules]
    return [wave for wave in made if wave is not None]


def _by_date(campaign: Campaign, rule: ActionRule) -> Wave | None:
    dates = {"opens": campaign.opens_on, "list_due": campaign.list_due_on, "closes": campaign.closes_on}
    day, today = rule.when.day(dates), timezone.localdate()
    if not day <= today <= day + LATE:
        return None
    return _make(campaign, rule, f"{day:%Y-%m-%d}", {})


def _by_state(campaign: Campaign, rule: ActionRule) -> Wave | None:
    """Cases that have come to stand so many days since the last round: each is told of once per stay in a state."""
    today = timezone.localdate()
    if not campaign.opens_on <= today <= campaign.closes_on + timedelta(days=60):
        return None
    until = timezone.now() - timedelta(days=rule.when.stood)
    last = Wave.objects.filter(campaign=campaign, rule=rule.name).order_by("-until").first()
    return _make(campaign, rule, f"{today:%Y-%m-%d}", {"since": last.until if last else None, "until": until})


@transaction.atomic
def _make(campaign: Campaign, rule: ActionRule, occasion: str, window: dict[str, object]) -> Wave | None:
    wave, made = Wave.objects.get_or_create(
        campaign=campaign,
        rule=rule.name,
        occasion=occasion,
        defaults={
            "template": rule.what,
            "whom": rule.whom,
            "channels": list(rule.channels),
            "states": list(rule.states),
            "path": campaign.path,
            **window,
        },
    )
    if not made:
        return None
    plan(wave, rule.language, obligatory=rule.obligatory)
    return wave
