"""Sealed sheets: a page per account with a link that works once, no password, fold marks; and who may have them."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from dieutra.accounts import sheets
from dieutra.accounts.models import SheetOrder
from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Forbidden, NotNow
from dieutra.events.models import Event
from dieutra.jobs.models import Job
from dieutra.people import actions
from dieutra.people.models import Activation, Post, User
from dieutra.places.models import Area
from tests.cast import HA_NAM, PHU_LY, World
from tests.people.test_many_accounts import units_in, work_it_off


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: object) -> Path:
    settings.FILES_DIR = tmp_path  # type: ignore[attr-defined]
    return tmp_path


def area(world: World, code: str) -> Area:
    return Area.objects.get(catalogue=world.campaign.catalogue, code=code)


def without_mail(world: World, code: str = PHU_LY, number: int = 3) -> None:
    """Accounts of units that nobody has activated and that have no address."""
    from dieutra.accounts.actions import ask_from_frame

    units_in(world, code, number)
    ask_from_frame(world.user("ong.tinh"), world.campaign, area(world, code))
    work_it_off()


def ordered(world: World, actor: str = "co.huyen", code: str = PHU_LY) -> SheetOrder:
    order = sheets.order_sheets(world.user(actor), world.campaign, area(world, code))
    work_it_off()
    order.refresh_from_db()
    return order


def words(order: SheetOrder) -> str:
    if shutil.which("pdftotext") is None:
        pytest.fail("pdftotext is missing: apt-get install poppler-utils", pytrace=False)
    command = ["pdftotext", "-layout", str(sheets.path_of(order)), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def links(text: str) -> list[str]:
    return re.findall(r"/kich-hoat/([\w-]+)/", text)


def test_every_account_has_a_page_with_a_link_that_sets_its_password(world: World) -> None:
    without_mail(world)
    order = ordered(world)
    pages = words(order).split("\f")[:-1]
    assert len(pages) == 3
    for at, page in enumerate(pages):
        [token] = links(page)
        assert f"moi-{at:05}" in page
        assert "không có mật khẩu" in page
        assert actions.activate(token, "Mat-khau#2026").username == f"moi-{at:05}"
        with pytest.raises(NotNow, match="đã được dùng"):
            actions.open_activation(token)


def test_the_link_of_a_sheet_lives_as_long_as_the_kind_says(world: World) -> None:
    without_mail(world, number=1)
    ordered(world)
    end = Activation.objects.latest("pk").expires_at
    assert timezone.localdate(end) == world.campaign.closes_on
    rules = world.campaign.rules
    rules["campaign"]["accounts"]["sheet_valid"] = 72
    Campaign.objects.filter(pk=world.campaign.pk).update(rules=rules)
    hours = sheets.valid_until(Campaign.objects.get(pk=world.campaign.pk)) - timezone.now()
    assert timedelta(hours=71) < hours <= timedelta(hours=72)


def test_printing_again_ends_the_sheets_before(world: World) -> None:
    without_mail(world, number=1)
    [old] = links(words(ordered(world)))
    [new] = links(words(ordered(world)))
    with pytest.raises(NotNow, match="hết hạn"):
        actions.open_activation(old)
    assert actions.open_activation(new).user.username == "moi-00000"


def test_neither_database_nor_record_holds_a_link(world: World) -> None:
    without_mail(world, number=1)
    [token] = links(words(ordered(world)))
    kept = [*Job.objects.values_list("payload", flat=True), *Event.objects.values_list("facts", flat=True)]
    assert token not in str(kept)
    assert not Activation.objects.filter(token_hash=token).exists()


def test_only_who_asked_gets_the_file_and_each_time_is_an_event(
    world: World, at_the_desk: Callable[[str], Client]
) -> None:
    without_mail(world, number=1)
    order = ordered(world)
    answer = at_the_desk("co.huyen").get(f"/phieu-niem-phong/{order.pk}/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer.headers["Cache-Control"] == "no-store"
    for other in ("ong.tinh", "nguoi.la", "anh.giam.sat", "don.vi"):
        assert at_the_desk(other).get(f"/phieu-niem-phong/{order.pk}/").status_code == 404
    assert Event.objects.filter(verb="sheets.fetched", actor_id=world.user("co.huyen").pk).count() == 1


def test_the_file_goes_after_a_day(world: World, at_the_desk: Callable[[str], Client]) -> None:
    without_mail(world, number=1)
    order = ordered(world)
    SheetOrder.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    sheets.clear()
    assert not sheets.path_of(order).exists()
    page = at_the_desk("co.huyen").get(f"/phieu-niem-phong/{order.pk}/")
    assert page.status_code == 409
    assert "yêu cầu in lại" in page.content.decode()


def test_a_large_order_comes_in_parts_and_goes_on_after_a_fall(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import zipfile

    without_mail(world, number=7)
    monkeypatch.setattr(sheets, "IN_ONE_FILE", 3)
    order = sheets.order_sheets(world.user("co.huyen"), world.campaign, area(world, PHU_LY))
    assert sheets.draw_next(order), "the first part; then the worker dies"
    work_it_off()
    order.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(sheets.path_of(order).read_bytes())) as archive:
        names = archive.namelist()
    assert names == [f"phieu-niem-phong-{at:06}.pdf" for at in (1, 4, 7)]
    live = Activation.objects.filter(user__username__startswith="moi-", expires_at__gt=timezone.now())
    assert live.count() == 7


def test_a_province_prints_for_units_below_and_not_for_another_province(world: World) -> None:
    without_mail(world)
    assert sheets.waiting_for_sheet(world.user("ong.tinh"), world.campaign, area(world, HA_NAM)).count() == 3
    with pytest.raises(Forbidden):
        sheets.order_sheets(world.user("nguoi.la"), world.campaign, area(world, PHU_LY))
    with pytest.raises(Forbidden):
        sheets.order_sheets(world.user("anh.giam.sat"), world.campaign, area(world, PHU_LY))


def test_a_district_prints_no_sheet_for_the_supervisor_on_its_own_path(world: World) -> None:
    User.objects.filter(username="anh.giam.sat").update(password_changed_at=None, email="")
    found = sheets.waiting_for_sheet(world.user("co.huyen"), world.campaign, area(world, PHU_LY))
    assert not found.filter(user__username="anh.giam.sat").exists()
    above = sheets.waiting_for_sheet(world.user("ong.tinh"), world.campaign, area(world, PHU_LY))
    assert above.filter(user__username="anh.giam.sat").exists()


def test_those_with_an_address_are_left_out_unless_asked_for(world: World) -> None:
    Post.objects.get(user__username="don.vi")
    User.objects.filter(username="don.vi").update(password_changed_at=None)
    user, place = world.user("co.huyen"), area(world, PHU_LY)
    assert sheets.waiting_for_sheet(user, world.campaign, place).count() == 0
    assert sheets.waiting_for_sheet(user, world.campaign, place, with_mail=True).count() == 1
    with pytest.raises(NotNow, match="Không có tài khoản nào"):
        sheets.order_sheets(user, world.campaign, place)
