"""Putting a report together: figures of an area and a period under the campaign's own heads and signatures."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.report_rules import report_rules
from dieutra.places.models import Area
from dieutra.reports.figures import SHAPES, Period
from dieutra.reports.sheet import Sheet

TITLES = {
    "activity": "BÁO CÁO HOẠT ĐỘNG CỦA QUẢN TRỊ VIÊN, GIÁM SÁT VIÊN",
    "progress": "BÁO CÁO TIẾN ĐỘ VÀ CHẤT LƯỢNG PHIẾU",
}


def compose(campaign: Campaign, area: Area, shape: str, period: Period) -> Sheet:
    """The whole report; nothing is kept."""
    rules = report_rules(campaign)
    upper, body = rules.bodies.get(area.level, ("", "BAN CHỈ ĐẠO ĐIỀU TRA"))
    now = timezone.localtime()
    return Sheet(
        upper_body=_named(upper, area),
        body=_named(body, area),
        title=rules.titles.get(shape, TITLES[shape]),
        subtitle=f"{campaign.name} – {area.name}",
        period=f"Từ {moment(period[0])} đến {moment(period[1])}. Số liệu lập lúc {moment(now)}.",
        place_and_day=f"{area.name}, {day(now)}",
        simulated=campaign.kind.simulated,
        tables=SHAPES[shape](campaign, area, period),
        signatures=tuple(
            _named(line, area) for line in rules.signatures.get(area.level, ("NGƯỜI LẬP BÁO CÁO",))
        ),
    )


def _named(words: str, area: Area) -> str:
    return words.replace("{area}", area.name).replace("{AREA}", area.name.upper())


def day(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"ngày {local.day:02} tháng {local.month:02} năm {local.year}"


def moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M %d/%m/%Y}"
