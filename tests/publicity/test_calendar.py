"""The publicity calendar: planned, done with evidence, shown as a month, taken by other programs."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.publicity import planning
from dieutra.publicity.models import Activity
from tests.cast import World

Browser = Callable[[str], Client]


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path / "files"


def planned(world: World, days: int = -1, content: str = "Họp báo; giới thiệu, hỏi đáp") -> Activity:
    first = timezone.localdate() + timedelta(days=days)
    line = planning.Planned(content, "meeting", "Vụ Báo chí", first, first + timedelta(days=2))
    return planning.plan(world.user("ong.tinh"), world.campaign, "VN/35/", line)


def test_done_needs_something_that_shows_it(world: World) -> None:
    boss, activity = world.user("ong.tinh"), planned(world)
    with pytest.raises(Invalid, match="minh chứng"):
        planning.settle(boss, activity, 1, "done", "Đã họp", "", None)
    with pytest.raises(Invalid):
        planning.settle(boss, activity, 1, "done", "Đã họp", "javascript:alert(1)", None)
    with pytest.raises(Invalid):
        planning.settle(boss, activity, 1, "cancelled", "", "", None)
    planning.settle(boss, activity, 1, "done", "Đã họp", "https://bao.example/tin", None)
    with pytest.raises(Stale):
        planning.settle(boss, activity, 1, "planned", "", "", None)
    with pytest.raises(NotNow):
        planning.settle(boss, planned(world, days=5), 1, "done", "", "https://bao.example/tin", None)
    with pytest.raises(Forbidden):
        planning.settle(world.user("nguoi.la"), activity, 2, "planned", "", "", None)


def test_days_the_wrong_way_round_are_refused(world: World) -> None:
    boss = world.user("ong.tinh")
    for first, last in (
        (None, None),
        (date(2026, 5, 2), date(2026, 5, 1)),
        (date(2020, 1, 1), date(2026, 1, 1)),
    ):
        with pytest.raises(Invalid):
            line = planning.Planned("Họp", "press", "Vụ", first, last)
            planning.plan(boss, world.campaign, "VN/35/", line)


def test_another_program_reads_the_calendar(world: World, at_the_desk: Browser) -> None:
    activity, boss = planned(world), at_the_desk("ong.tinh")
    response = boss.get("/tuyen-truyen/lich/tep.ics")
    assert response.headers["Content-Type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    assert event["summary"] == "Hội nghị, họp báo: Họp báo; giới thiệu, hỏi đáp"
    assert event.decoded("dtstart") == activity.first_day
    assert event.decoded("dtend") == activity.last_day + timedelta(days=1)
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    book = openpyxl.load_workbook(io.BytesIO(boss.get("/tuyen-truyen/lich/tep.xlsx").content))
    assert "Vụ Báo chí" in [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert boss.get("/tuyen-truyen/lich/tep.pdf").content.startswith(b"%PDF")
    assert boss.get("/tuyen-truyen/lich/tep.doc").status_code == 404


def test_the_screens_from_planning_to_evidence(world: World, at_the_desk: Browser) -> None:
    boss, today = at_the_desk("ong.tinh"), timezone.localdate()
    assert boss.post("/tuyen-truyen/lich/them/", {"content": "Phát thanh"}).status_code == 422
    fields = {
        "content": "Phát thanh",
        "channel": "loudspeaker",
        "responsible": "Đài",
        "first_day": f"{today}",
    }
    boss.post("/tuyen-truyen/lich/them/", fields)
    activity = Activity.objects.get()
    assert activity.last_day == today
    assert "Phát thanh" in boss.get("/tuyen-truyen/lich/").content.decode()
    assert "Phát thanh" not in boss.get("/tuyen-truyen/lich/?kenh=sms").content.decode()
    month = boss.get(f"/tuyen-truyen/lich/?thang={today:%Y-%m}").content.decode()
    assert month.count("dt-month-item") == 1
    for odd in ("", "2026-13", "9999-12", "x"):
        assert boss.get(f"/tuyen-truyen/lich/?thang={odd}").status_code == 200
    url = f"/tuyen-truyen/lich/{activity.pk}/"
    assert boss.post(url + "ghi/", {"version": "1", "state": "done"}).status_code == 422
    assert boss.post(url + "sua/", {**fields, "version": "9"}).status_code == 409
    file = SimpleUploadedFile("bien-ban.pdf", b"%PDF-1.7 bien ban")
    boss.post(url + "ghi/", {"version": "1", "state": "done", "note": "Đã phát", "file": file})
    assert "bien-ban.pdf" in boss.get(url).content.decode()
    assert "attachment" in boss.get(url + "tep/").headers["Content-Disposition"]
    assert at_the_desk("nguoi.la").get(url).status_code == 404
