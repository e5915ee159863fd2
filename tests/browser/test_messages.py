"""The screens about messages in a real browser: preview, sending, log, report, addresses, the bell."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import Browser, expect

from dieutra.rehearsal.server import Server
from tests.browser.test_form_authoring import Desk, desk, look
from tests.cast import PHU_LY
from tests.site import ROOT, site

pytestmark = pytest.mark.browser
__all__ = ["desk", "site"]

BOUNCE = """
import django; django.setup()
from dieutra.messages.models import Message
from dieutra.messages.suppressing import suppress
message = Message.objects.filter(template="reminder", channel="email").earliest("pk")
Message.objects.filter(pk=message.pk).update(state="bounced", reason="550 5.1.1 no such user", code="550 5.1.1")
suppress(message.to, "all", "550 5.1.1 no such user", message)
"""


def test_those_who_are_late_are_urged_from_the_progress_screen(
    browser: Browser, site: Server, desk: Desk
) -> None:
    page = desk("co.huyen")
    page.goto(f"/tien-do/{PHU_LY}/")
    page.get_by_role("link", name="Đôn đốc đơn vị chưa gửi phiếu").click()
    expect(page.get_by_text("Gửi cho 2 người")).to_be_visible()
    look(page, "messages-urge")
    page.get_by_role("button", name="Gửi cho 2 người").click()
    for _ in range(60):
        page.reload()
        if page.get_by_text("Đã gửi", exact=True).count() >= 4:
            break
        page.wait_for_timeout(500)
    expect(page.get_by_text("don.vi.hai@example.gov.vn")).to_be_visible()
    look(page, "messages-wave")
    page.goto("/thong-bao/")
    look(page, "messages-waves")
    subprocess.run([sys.executable, "-c", BOUNCE], env=site.environment, cwd=ROOT, check=True)
    page.goto("/thong-bao/bao-cao/")
    expect(page.get_by_text("550 5.1.1")).to_be_visible()
    look(page, "messages-report")
    page.goto("/thong-bao/dia-chi/")
    look(page, "messages-suppressions")
    page.get_by_role("button", name="Mở lại").click()
    expect(page.get_by_text("Không có địa chỉ nào bị ngừng gửi")).to_be_visible()

    unit = desk("don.vi.hai")
    expect(unit.locator(".dt-bell-count")).to_have_text("1")
    unit.locator(".dt-bell").click()
    look(unit, "messages-notices")
    unit.get_by_role("button", name="Đánh dấu đã đọc tất cả").click()
    expect(unit.locator(".dt-bell-count")).to_have_count(0)
