"""Security incidents: seen by the centre's administrators alone, logged for good, closed with a report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.incidents import security
from dieutra.incidents.models import Incident, LogLine
from tests.cast import PEOPLE, UNITS, World

Browser = Callable[[str], Client]
REPORT = {
    "cause": "Mật khẩu yếu",
    "harm": "Không",
    "measures": "Đổi mật khẩu",
    "lessons": "Bật xác thực hai lớp",
}


def registered(world: World) -> Incident:
    hour_ago = timezone.now() - timedelta(hours=1)
    centre = world.user("ba.trung.uong")
    return security.register(centre, world.campaign, "Dò mật khẩu", 2, hour_ago, "Nhiều lần đăng nhập sai")


@pytest.mark.parametrize("username", sorted({*PEOPLE, *UNITS} - {"ba.trung.uong"}))
def test_nobody_but_the_centre_sees_or_writes_incidents(
    username: str, world: World, at_the_desk: Browser
) -> None:
    incident = registered(world)
    client = at_the_desk(username)
    assert client.get("/su-co/").status_code == 403
    assert client.get(f"/su-co/{incident.pk}/").status_code == 404
    with pytest.raises(Forbidden):
        security.write(world.user(username), incident, "Ghi lén", timezone.now())
    assert "Sự cố" not in client.get("/hoi-dap/").content.decode()


def test_an_incident_from_beginning_to_end(world: World, at_the_desk: Browser) -> None:
    client = at_the_desk("ba.trung.uong")
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    fields = {"title": "Dò mật khẩu", "severity": "2", "at": now, "text": "Nhiều lần đăng nhập sai"}
    assert client.post("/su-co/moi/", {**fields, "severity": ""}).status_code == 422
    client.post("/su-co/moi/", fields)
    incident = Incident.objects.get()
    url = f"/su-co/{incident.pk}/"
    client.post(url + "ghi/", {"text": "Đã khóa tài khoản", "at": now, "told": ""})
    client.post(url + "ghi/", {"text": "Báo qua điện thoại", "at": now, "told": "Cục An ninh mạng"})
    client.post(url + "muc-do/", {"version": "1", "severity": "3", "text": "Lan ra nhiều tài khoản"})
    client.post(url + "ngan-chan/", {"version": "2", "text": "Chặn địa chỉ"})
    assert client.post(url + "ket-thuc/", {"version": "3", "cause": "Mật khẩu yếu"}).status_code == 422
    client.post(url + "ket-thuc/", {"version": "3", **REPORT})
    incident.refresh_from_db()
    assert (incident.state, incident.severity) == ("closed", 3)
    assert list(incident.lines.order_by("pk").values_list("sort", flat=True)) == [
        "registered", "done", "told", "severity", "contained", "closed",
    ]  # fmt: skip
    page = client.get(url).content.decode()
    assert "Cục An ninh mạng" in page and "Bật xác thực hai lớp" in page
    assert "Mật khẩu yếu" not in str(list(Event.objects.values_list("facts", flat=True)))


@pytest.mark.parametrize(
    "change", ["UPDATE incidents_logline SET text = 'khác'", "DELETE FROM incidents_logline"]
)
def test_the_log_is_kept_by_the_database_itself(world: World, change: str) -> None:
    from django.db import connection

    registered(world)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert LogLine.objects.get().text == "Nhiều lần đăng nhập sai"


def test_a_closed_incident_takes_no_more_lines_until_it_is_opened_again(world: World) -> None:
    incident, centre = registered(world), world.user("ba.trung.uong")
    security.close(centre, incident, incident.version, REPORT)
    with pytest.raises(NotNow):
        security.write(centre, incident, "Thêm", timezone.now())
    security.reopen(centre, incident, incident.version, "Còn dấu vết")
    security.write(centre, incident, "Thêm", timezone.now())
    assert incident.lines.filter(sort="closed").get().text.startswith("Nguyên nhân: Mật khẩu yếu")


def test_of_two_who_close_at_once_one_is_told(world: World) -> None:
    incident, centre = registered(world), world.user("ba.trung.uong")
    seen = Incident.objects.get(pk=incident.pk)
    security.contain(centre, incident, incident.version, "Chặn")
    with pytest.raises(Stale):
        security.close(centre, seen, seen.version, REPORT)
    assert not incident.lines.filter(sort="closed").exists()


def test_nothing_happens_in_the_future(world: World) -> None:
    with pytest.raises(Invalid):
        security.write(
            world.user("ba.trung.uong"), registered(world), "Sẽ làm", timezone.now() + timedelta(days=1)
        )
