"""The working group, news, the publicity calendar and the self-check in a real browser, at both widths."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, expect

from dieutra.rehearsal.server import Server
from tests.browser.test_review_by_keyboard import Desk, clean, desk
from tests.site import ROOT, site

pytestmark = pytest.mark.browser
__all__ = ["desk", "site"]

STANDING = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from dieutra.campaigns.models import Campaign
from dieutra.publicity import actions as news, planning
from dieutra.selfcheck import actions as selfcheck
from dieutra.teams import actions, tasks
from tests.cast import World
world = World(Campaign.objects.get(slug="thu"))
boss, today = world.user("ong.tinh"), timezone.localdate()
group = actions.set_up(boss, world.campaign, "VN/35/", "Tổ công tác tỉnh", "Quyết định số 107/QĐ ngày 29/01/2021")
lead = actions.add_member(boss, group, "bac.ban.chi.dao", "lead", "Chỉ đạo chung")
member = actions.add_member(boss, group, "chi.giam.sat.tinh", "member", "Đôn đốc thành phố Phủ Lý")
actions.give_charge(boss, member, ["347", "SNV"])
for title, days, who, measure in (
    ("Gửi văn bản hướng dẫn các đơn vị", -2, lead, ""), ("Đôn đốc gửi phiếu", 6, member, "sent"),
    ("Kiểm tra tài khoản", 3, member, "accounts"), ("Họp báo", 4, None, ""),
):
    due, key = today + timedelta(days=days), who.pk if who else 0
    task = tasks.add(boss, group, tasks.Given(title, "Theo kế hoạch.", due, key, measure))
tasks.move(boss, task, 1, "doing", "Đã gửi giấy mời")
body = "# Mốc thời gian\\n\\n- **Mở**: hôm nay\\n\\n| Cấp | Hạn |\\n|---|---|\\n| Tỉnh | 30/11 |"
text = news.Text("Khai mạc cuộc điều tra", "Bắt đầu từ hôm nay.", body)
item = news.compose(boss, world.campaign, "VN/35/", text)
news.publish(boss, item, 1, None)
first = today - timedelta(days=3)
line = planning.Planned("Phát thanh trên hệ thống thông tin cơ sở", "loudspeaker", "Đài phát thanh", first, today)
planning.plan(boss, world.campaign, "VN/35/", line)
late = planning.Planned("Họp báo", "meeting", "Sở Nội vụ", first, first)
planning.plan(boss, world.campaign, "VN/35/", late)
selfcheck.make(world.user("ba.trung.uong"))
selfcheck.answer(world.user("ba.trung.uong"), world.campaign, "backups", "pass", "Ba bản, hai nơi.", None)
"""
PROVINCE = (
    ("/to-cong-tac/", "teams"),
    ("/to-cong-tac/1/", "board"),
    ("/to-cong-tac/1/nguoi/", "people"),
    ("/to-cong-tac/1/them-viec/", "task-add"),
    ("/to-cong-tac/viec/2/", "task"),
    ("/tuyen-truyen/", "news-list"),
    ("/tuyen-truyen/tin/moi/", "news-compose"),
    ("/tuyen-truyen/tin/1/", "news-edit"),
    ("/tuyen-truyen/lich/", "calendar"),
    ("/tuyen-truyen/lich/?thang=", "month"),
    ("/tuyen-truyen/lich/2/", "activity"),
)
CENTRE = (
    ("/tu-danh-gia/", "selfcheck"),
    ("/tu-danh-gia/1/", "selfcheck-run"),
    ("/tu-danh-gia/muc/backups/", "selfcheck-line"),
)
ANYBODY = (
    ("/tin/", "tin"),
    ("/tin/thu/", "tin-list"),
    ("/tin/thu/1/", "tin-item"),
    ("/tin/thu/nhung/", "tin-embed"),
)


@pytest.fixture(scope="module")
def standing(site: Server) -> None:
    subprocess.run([sys.executable, "-c", STANDING], env=site.environment, cwd=ROOT, check=True)


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible(desk: Desk, standing: None, width: int) -> None:
    for username, pages in (
        ("ong.tinh", PROVINCE),
        ("ba.trung.uong", CENTRE),
        ("chi.giam.sat.tinh", (("/viec-cua-toi/", "mine"),)),
    ):
        page = desk(username, width)
        for address, name in pages:
            page.goto(address)
            clean(page, f"{name}-{width}")


@pytest.fixture
def portal() -> Iterator[Callable[[str], str]]:
    """Another site: `portal(html)` is the address of a page of it."""
    shown = [b""]

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(shown[0])

        def log_message(self, *_: object) -> None: ...

    def put(content: str) -> str:
        shown[0] = content.encode()
        return f"http://localhost:{server.server_port}/"

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield put
        server.shutdown()


@pytest.mark.parametrize("width", [1280, 390])
def test_public_pages_are_accessible_and_another_site_frames_one_of_them_only(
    browser: Browser, site: Server, standing: None, portal: Callable[[str], str], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="vi-VN")
    page = context.new_page()
    for address, name in ANYBODY:
        page.goto(site.url + address)
        clean(page, f"{name}-{width}")
    for address, shown in (("/tin/thu/nhung/", True), ("/tin/thu/1/", False)):
        page.goto(portal(f'<iframe src="{site.url}{address}" title="t" width="400" height="300"></iframe>'))
        inside = page.frame_locator("iframe").get_by_role("link", name="Khai mạc cuộc điều tra")
        if shown:
            expect(inside).to_be_visible()
        else:
            page.wait_for_timeout(1000)
            expect(page.frame_locator("iframe").get_by_text("Khai mạc")).to_have_count(0)
    context.close()


def test_a_member_says_by_keyboard_that_her_task_is_done(desk: Desk, standing: None) -> None:
    page = desk("chi.giam.sat.tinh", 1280)
    page.goto("/viec-cua-toi/")
    page.get_by_role("link", name="Đôn đốc gửi phiếu").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Tình trạng mới").select_option("done")
    page.get_by_role("button", name="Ghi", exact=True).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("nói rõ vì sao")
    page.get_by_label("Ghi chú").fill("Đơn vị còn lại xin gửi muộn")
    page.get_by_role("button", name="Ghi", exact=True).press("Enter")
    expect(page.get_by_text("Đã ghi: đã xong.")).to_be_visible()
