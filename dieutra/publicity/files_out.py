"""The publicity calendar for other programs: iCalendar, Excel, PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event

from dieutra.campaigns.models import Campaign
from dieutra.publicity.models import Activity
from dieutra.reports.sheet import Sheet, Table

STATUS = {"planned": "TENTATIVE", "done": "CONFIRMED", "cancelled": "CANCELLED"}
COLUMNS = ("Nội dung", "Kênh", "Thực hiện", "Từ ngày", "Đến ngày", "Tình trạng", "Kết quả, minh chứng")


def ical(campaign: Campaign, activities: Sequence[Activity]) -> bytes:
    """Whole-day events; the identity of each stays, so that a program which reads again replaces them."""
    made = Calendar()
    made.add("prodid", "-//dieutra//lich tuyen truyen//VI")
    made.add("version", "2.0")
    made.add("x-wr-calname", f"Lịch tuyên truyền: {campaign.name}")
    host = urlsplit(settings.SITE_URL).hostname
    for it in activities:
        event = Event()
        event.add("uid", f"tuyen-truyen-{it.pk}@{host}")
        event.add("dtstamp", it.changed_at)
        event.add("dtstart", it.first_day)
        event.add("dtend", it.last_day + timedelta(days=1))  # exclusive, RFC 5545 3.6.1
        event.add("summary", f"{it.get_channel_display()}: {it.content}")
        event.add("description", f"Thực hiện: {it.responsible}. {it.get_state_display()}. {it.note}".strip())
        event.add("status", STATUS[it.state])
        event.add("sequence", it.version - 1)
        event.add("transp", "TRANSPARENT")
        if it.link:
            event.add("url", it.link)
        made.add_component(event)
    content: bytes = made.to_ical()
    return content


def sheet(campaign: Campaign, activities: Sequence[Activity]) -> Sheet:
    """For reports/excel.py and reports/paper.py, which draw it."""
    rows = tuple(
        (
            it.content, it.get_channel_display(), it.responsible, f"{it.first_day:%d/%m/%Y}", f"{it.last_day:%d/%m/%Y}",
            it.get_state_display(), " ".join(filter(None, (it.note, it.link, it.file_name))),
        )
        for it in activities
    )  # fmt: skip
    today = timezone.localdate()
    return Sheet(
        upper_body="",
        body="",
        title="LỊCH TUYÊN TRUYỀN",
        subtitle=campaign.name,
        period=f"Tính đến ngày {today:%d/%m/%Y}",
        place_and_day=f"Ngày {today.day} tháng {today.month} năm {today.year}",
        simulated=campaign.kind.simulated,
        tables=(Table("Các hoạt động", tuple((it, "text") for it in COLUMNS), rows),),
        signatures=("NGƯỜI LẬP",),
    )
