"""Writes about messages that people ask for: urging those who are late, reading one's notices."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.action_rules import ActionRule, When, rules_of
from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.events.actions import record
from dieutra.messages.models import Channel, Message, Wave
from dieutra.messages.planning import cases_of, recipients
from dieutra.messages.sms.gateway import sms_is_on
from dieutra.messages.sms.words import sms_of
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Area

PLAIN = ActionRule("nhac", When(), "unit", "reminder")
WHY = "Bạn chỉ gửi thư đôn đốc trong địa bàn mình phụ trách."


def urging_rules(campaign: Campaign) -> list[ActionRule]:
    """What can be sent by hand: each letter of the kind's rules once per audience, or a plain reminder."""
    found: dict[tuple[str, str], ActionRule] = {}
    for rule in rules_of(campaign.rules["campaign"]):
        if not rule.when.event:
            found.setdefault((rule.what, rule.whom), rule)
    return list(found.values()) or [PLAIN]


def channels_for(campaign: Campaign, rule: ActionRule) -> list[str]:
    """How a letter can go: short messages only with a gateway and a text for phones."""
    short = sms_is_on() and bool(sms_of(campaign, rule.what, rule.language))
    return [it for it in Channel.values if it != Channel.SMS or short]


def wave_for(
    actor: User, campaign: Campaign, area: Area, rule_name: str, channels: list[str], *, late_only: bool
) -> Wave:
    """The wave that would be sent, not saved: for the preview. Raises Forbidden outside the actor's area."""
    require(actor, "message.send", Place(campaign.pk, area.path), why=WHY)
    rules = {it.name: it for it in urging_rules(campaign)}
    rule = rules.get(rule_name)
    chosen = [it for it in channels if rule is not None and it in channels_for(campaign, rule)]
    if rule is None or not chosen or area.catalogue_id != campaign.catalogue_id:
        raise Invalid(
            "Chưa chọn đủ nội dung gửi.",
            [Problem("Thư, kênh gửi", "Chọn một thư và ít nhất một kênh gửi.")],
        )
    return Wave(
        campaign=campaign,
        rule="",
        template=rule.what,
        whom=rule.whom,
        states=list(rule.states),
        channels=chosen,
        path=area.path,
        language=rule.language,
        obligatory=rule.obligatory,
        due_before=timezone.localdate() if late_only else None,
        by=actor,
    )


def urge(
    actor: User,
    campaign: Campaign,
    area: Area,
    rule_name: str,
    channels: list[str],
    *,
    late_only: bool,
    token: str,
) -> Wave:
    """Send to those whom the preview showed. `token` comes with the preview: sent twice it is one wave.

    A form that got this letter by hand today is not told again. Raises Forbidden, Invalid, NotNow when nobody is left.
    """
    wave = wave_for(actor, campaign, area, rule_name, channels, late_only=late_only)
    if not re.fullmatch(r"[0-9a-f]{16}", token):
        raise Invalid(
            "Trang xem trước đã cũ. Hãy mở lại trang rồi gửi.", [Problem("Xem trước", "Mở lại trang.")]
        )
    wave.occasion = f"{timezone.localdate():%Y-%m-%d}|{token}"
    standing = Wave.objects.filter(campaign=campaign, rule="", occasion=wave.occasion).first()
    if standing is not None:
        return standing
    if not recipients(wave).exists():
        raise NotNow("Không còn ai thuộc diện nhận thư này trong địa bàn đã chọn. Không có gì được gửi.")
    with transaction.atomic():
        wave.save()
        record(
            actor,
            "wave.asked",
            wave,
            template=wave.template,
            whom=wave.whom,
            channels=wave.channels,
            cases=cases_of(wave).count(),
        )
    return wave


def read_notices(actor: User) -> int:
    """Mark all of one's notices as read; how many were not."""
    return Message.objects.filter(user=actor, channel=Channel.NOTICE, read_at__isnull=True).update(
        read_at=timezone.now()
    )
