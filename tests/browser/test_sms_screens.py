"""A wave of short messages in a real browser: its text, segments and price before it leaves, and what became of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from dieutra.rehearsal.server import Server
from tests.browser.test_form_authoring import Desk, desk, look
from tests.cast import PHU_LY
from tests.messages.conftest import HTTP, KEY
from tests.messages.gateway_server import GatewayServer
from tests.site import ROOT, Seeded

pytestmark = pytest.mark.browser
__all__ = ["desk"]

PHONES = """
import django; django.setup()
from dieutra.people.models import User
User.objects.filter(username="don.vi").update(phone="0912 345 678")
User.objects.filter(username="don.vi.hai").update(phone="+84987654321")
"""


@pytest.fixture(scope="module")
def gateway() -> Iterator[GatewayServer]:
    with GatewayServer() as server:
        server.rule = lambda to, tries: "drop after" if to.endswith("321") else None
        yield server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, gateway: GatewayServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "sms.toml").write_text(HTTP.format(port=gateway.port, more=""))
    server = Seeded(folder, tmp_path_factory)
    server.environment |= {"DIEUTRA_SMS": str(folder / "sms.toml"), "TEST_SMS_KEY": KEY}
    with server:
        subprocess.run([sys.executable, "-c", PHONES], env=server.environment, cwd=ROOT, check=True)
        yield server


def test_a_wave_of_short_messages_is_seen_before_it_leaves_and_after(
    site: Server, desk: Desk, gateway: GatewayServer
) -> None:
    page = desk("co.huyen")
    page.goto(f"/thong-bao/gui/?dia-ban={PHU_LY}")
    page.get_by_label("Thư điện tử").uncheck()
    page.get_by_label("Thông báo trong phần mềm").uncheck()
    page.get_by_label("Tin nhắn SMS").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Xem lại người nhận").click()
    expect(page.get_by_text("Nội dung như người nhận đầu tiên sẽ thấy")).to_be_visible()
    expect(page.get_by_text("+84987654321")).to_be_visible()
    look(page, "sms-urge")
    page.get_by_role("button", name="Gửi cho 2 người").click()
    for _ in range(60):
        page.reload()
        if page.get_by_text("Không rõ kết quả", exact=True).count():
            break
        page.wait_for_timeout(500)
    expect(page.get_by_text("RemoteProtocolError").or_(page.get_by_text("ReadError"))).to_be_visible()
    expect(page.locator(".dt-badge-m-sent")).to_have_count(1)
    look(page, "sms-wave")
    page.goto("/thong-bao/bao-cao/?kenh=sms")
    look(page, "sms-report")
    assert len(gateway.taken) == 2
