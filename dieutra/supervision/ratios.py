"""The ratio that a quota rule leaves open: set for a place and all below it, with who set it and when."""

from __future__ import annotations

from django.db import transaction

from dieutra.campaigns.kind import QuotaRule
from dieutra.campaigns.models import Campaign
from dieutra.engine.flow.quota import Rule
from dieutra.engine.refusals import Invalid, Problem
from dieutra.events.actions import record
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Area
from dieutra.places.paths import lineage
from dieutra.supervision.models import Ratio
from dieutra.supervision.queries import Place

MOST = 1000
WORDS = {1: "tỉnh", 2: "huyện", 3: "xã"}


def standing(campaign: Campaign, level: int, path: str) -> Ratio | None:
    """The ratio that holds at this path: the latest of the nearest place that has one."""
    at = Ratio.objects.filter(campaign=campaign, level=level, path__in=lineage(path)).select_related("set_by")
    return max(at, key=lambda it: (len(it.path), it.pk), default=None)


def by_path(campaign: Campaign, level: int) -> dict[str, int]:
    """The ratios that hold, by the place for which they were set."""
    return dict(
        Ratio.objects.filter(campaign=campaign, level=level).order_by("pk").values_list("path", "each")
    )


def set_ratio(actor: User, campaign: Campaign, area: Area, rule: QuotaRule, each: int) -> Ratio:
    """Set how many areas one supervisor takes here and below. Invalid where the rule states it or forbids the number."""
    require(actor, "supervision.manage", Place(campaign, area), why="Bạn không phụ trách địa bàn này.")
    if rule.each is not None:
        raise Invalid("Quy tắc của cấp này đã nêu tỷ lệ nên không đặt tỷ lệ khác.")
    Rule(WORDS[rule.of], each, rule.extra_from, rule.at_most)  # says what is wrong with the number
    if each > MOST:
        message = f"Tỷ lệ nhiều nhất là {MOST}. Hãy nhập lại."
        raise Invalid(message, [Problem(f"Số {WORDS[rule.of]} cho mỗi giám sát viên", message)])
    with transaction.atomic():
        former = standing(campaign, rule.level, area.path)
        made = Ratio.objects.create(
            campaign=campaign, path=area.path, level=rule.level, each=each, set_by=actor
        )
        record(actor, "ratio.set", made, level=rule.level, each=each, former=former.each if former else None)
    return made
