"""The supervisor's queue and one case, by keyboard in a real browser; axe finds nothing at either width."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.site import ROOT, site

pytestmark = pytest.mark.browser
__all__ = ["site"]

SENT = """
import django; django.setup()
from dieutra.cases import actions
from dieutra.frames.models import Unit
from tests.cast import World, good_answers, path_of
from dieutra.campaigns.models import Campaign
world = World(Campaign.objects.get(slug="thu"))
for name in ("don.vi", "don.vi.hai"):
    unit = Unit.objects.get(path=world.case(name).path)
    Unit.objects.filter(pk=unit.pk).update(details={**unit.details, "workers_2017": "60"})
    case = world.case(name)
    actions.save_draft(world.user(name), case, 0, good_answers(case), {})
    actions.submit(world.user(name), world.case(name), 1)
case = world.case("don.vi")
actions.give_back(world.user("anh.giam.sat"), case, case.version, "Xem lại năm thành lập", {})
draft = world.case("don.vi").draft
changed = {path_of(case, "nam_thanh_lap"): "1999"}
actions.save_draft(world.user("don.vi"), world.case("don.vi"), draft.version, changed, {})
actions.submit(world.user("don.vi"), world.case("don.vi"), draft.version + 1)
"""

Desk = Callable[[str, int], Page]


@pytest.fixture
def desk(browser: Browser, site: Server) -> Iterator[Desk]:
    """`desk("anh.giam.sat", 1280)`: a page of somebody who has signed in by the form."""
    opened = []

    def sign_in(username: str, width: int) -> Page:
        size = {"width": width, "height": 900 if width > 600 else 844}
        context = browser.new_context(viewport=size, locale="vi-VN", base_url=site.url)
        opened.append(context)
        page = context.new_page()
        page.goto("/dang-nhap/")
        page.fill("#id_login", username)
        page.fill("#id_password", PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url(lambda url: "/dang-nhap/" not in url)
        return page

    yield sign_in
    for context in opened:
        context.close()


def clean(page: Page, name: str) -> None:
    """No violation; a picture of it where DIEUTRA_PICTURES says."""
    if folder := os.environ.get("DIEUTRA_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_the_queue_is_reviewed_by_keyboard_and_every_page_is_accessible(desk: Desk, site: Server) -> None:
    subprocess.run([sys.executable, "-c", SENT], env=site.environment, cwd=ROOT, check=True)
    page = desk("anh.giam.sat", 1280)
    page.goto("/duyet/")
    expect(page.get_by_role("button", name="Duyệt các phiếu đã chọn")).to_be_disabled()
    page.keyboard.press("?")
    expect(page.get_by_text("Xuống phiếu sau, lên phiếu trước")).to_be_visible()
    clean(page, "queue-1280")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("[data-count]")).to_have_text("Đã chọn 1 phiếu.")
    page.keyboard.press("a")
    expect(page.locator("[data-count]")).to_have_text("")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/duyet/*/")
    clean(page, "review-1280")
    page.keyboard.press("k")
    page.wait_for_load_state()
    expect(page.locator("[data-after]")).to_be_visible()
    page.keyboard.press("r")
    page.get_by_role("link", name="Giải trình chưa rõ").click()
    expect(page.locator("#text")).to_have_value(
        "Phần giải trình của đơn vị chưa nêu được nguyên nhân cụ thể. Đề nghị ghi rõ vì sao số liệu khác thường, "
        "kèm số và ngày của văn bản liên quan nếu có, rồi gửi lại phiếu."
    )
    page.locator("#text").press_sequentially(" jka")
    assert page.locator("#text").input_value().endswith(" jka"), "typed letters are no shortcuts"
    narrow = desk("anh.giam.sat", 390)
    narrow.goto("/duyet/")
    clean(narrow, "queue-390")
    narrow.locator("[data-row] a").first.click()
    narrow.wait_for_url("**/duyet/*/")
    clean(narrow, "review-390")
    page.goto("/duyet/")
    page.get_by_role("checkbox", name="Chọn mọi phiếu không có cảnh báo trên trang này").check()
    page.get_by_role("button", name="Duyệt các phiếu đã chọn").click()
    expect(page.get_by_text("Đã duyệt 2 phiếu.")).to_be_visible()
    clean(page, "approved-many-1280")
    above = desk("chi.giam.sat.tinh", 390)
    above.goto("/duyet/")
    above.locator("[data-row] a").first.click()
    above.get_by_role("link", name="Bỏ duyệt…").click()
    clean(above, "take-back-390")
    above.get_by_label("Lý do bỏ duyệt").fill("Lao động chưa hợp lý")
    above.get_by_role("button", name="Bỏ duyệt").click()
    expect(above.get_by_text("Cấp trên đã bỏ duyệt")).to_be_visible()
