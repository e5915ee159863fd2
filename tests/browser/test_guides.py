"""The user guides in a real browser: with the keyboard, at 1280 and 390 pixels; and, heavy, their pictures."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dieutra.guides.markup import PICTURES
from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.guides.camera import MOST, Studio, stage
from tests.guides.pictures import SHOTS
from tests.site import site

pytestmark = pytest.mark.browser
__all__ = ["site"]

Desk = Callable[[str], Page]
LOOKED_AT = os.environ.get("DIEUTRA_PICTURES", "")  # a folder, to look at the screens


@pytest.fixture
def desk(browser: Browser, site: Server) -> Iterator[Desk]:
    opened = []

    def sign_in(username: str = "") -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="vi-VN", base_url=site.url
        )
        opened.append(context)
        page = context.new_page()
        if username:
            page.goto("/dang-nhap/")
            page.fill("#id_login", username)
            page.fill("#id_password", PASSWORD)
            page.get_by_role("button", name="Đăng nhập").click()
            page.wait_for_url(lambda url: "/dang-nhap/" not in url)
        return page

    yield sign_in
    for context in opened:
        context.close()


def looks_right(page: Page, name: str) -> None:
    """No violation found by axe and nothing wider than the screen, at both widths."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page).response["violations"]
        assert not found, [(it["id"], [node["target"] for node in it["nodes"]]) for it in found]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px too wide at {width}"
        if LOOKED_AT:
            page.screenshot(path=str(Path(LOOKED_AT) / f"{name}-{width}.png"), full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_unit_opens_the_chapter_of_her_screen_and_finds_others(desk: Desk) -> None:
    page = desk("don.vi")
    looks_right(page, "guide-link")
    page.get_by_role("link", name=re.compile("^Hướng dẫn ?: Nhập và gửi phiếu trong 10 phút")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nhập và gửi phiếu trong 10 phút")
    picture = page.locator(".dt-guide img").first
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("it => it.naturalWidth") == 1000
    looks_right(page, "guide-chapter")
    page.get_by_role("link", name="Kiểm tra, gửi phiếu và biên nhận ›").click()
    looks_right(page, "guide-table")
    page.fill("#q", "tra lai")
    page.keyboard.press("Enter")
    expect(page.locator(".dt-hits li").first).to_contain_text("Khi phiếu bị trả lại")
    looks_right(page, "guide-search")
    page.get_by_role("link", name="Hướng dẫn", exact=False).first.click()
    looks_right(page, "guide-shelf")


def test_a_guide_is_read_with_the_keyboard_alone(desk: Desk) -> None:
    page = desk()
    page.goto("/huong-dan/don-vi/")
    looks_right(page, "guide-contents")
    chapter = page.get_by_role("link", name="Nhập và gửi phiếu trong 10 phút")
    for _ in range(12):
        page.keyboard.press("Tab")
        if chapter.evaluate("it => it === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/huong-dan/don-vi/nhap-va-gui-phieu/")
    inside = page.get_by_role("navigation", name="Trong bài này").get_by_role("link").nth(1)
    inside.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#cac-buoc")
    page.goto("/huong-dan/don-vi/in/")
    looks_right(page, "guide-print")


@pytest.mark.heavy
def test_the_pictures_can_be_taken_again(browser: Browser) -> None:
    """Every address answers and every marked place is still on its screen."""
    with stage() as (server, facts):
        studio = Studio(browser, server.url, facts)
        for shot in SHOTS:
            picture = studio.take(shot)
            assert picture[8:12] == b"WEBP" and len(picture) <= MOST, shot.name
            kept = (PICTURES / f"{shot.name}.webp").read_bytes()
            assert studio.share_that_differs(kept, picture) < 0.5, f"{shot.name} shows another screen"
