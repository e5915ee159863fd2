"""The screens of accounts in a real browser, wide and narrow: no fault of accessibility, nothing sticks out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.site import site

pytestmark = pytest.mark.browser
__all__ = ["site"]

PICTURES = os.environ.get("DIEUTRA_PICTURES", "")  # a folder that keeps what was seen
Desk = Callable[[str], Page]


@pytest.fixture
def desk(browser: Browser, site: Server) -> Iterator[Desk]:
    opened = []

    def sign_in(username: str) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="vi-VN", base_url=site.url
        )
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


def look(page: Page, name: str) -> None:
    """Faultless for axe and not wider than the window, at 1280 and at 390 pixels."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
        found = Axe().run(page).response["violations"]
        assert not found, (name, width, [(it["id"], it["nodes"][0]["html"]) for it in found])
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (name, width, wide)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_every_screen_of_accounts_is_faultless_wide_and_narrow(desk: Desk) -> None:
    page = desk("ong.tinh")
    for name, address in {
        "accounts": "/tai-khoan/",
        "from-list": "/tai-khoan/tu-danh-sach/",
        "from-frame": "/tai-khoan/tu-bang-ke/",
        "sheets": "/phieu-niem-phong/",
        "review": "/tai-khoan/ra-soat/",
        "second-factor": "/xac-thuc-hai-buoc/",
    }.items():
        page.goto(address)
        look(page, name)


def test_an_account_is_looked_after_in_a_browser(desk: Desk) -> None:
    page = desk("ong.tinh")
    page.goto("/tai-khoan/?q=anh.giam.sat")
    page.get_by_role("link", name="anh.giam.sat").click()
    page.get_by_text("Bàn giao cho người khác").click()
    look(page, "account")
    page.get_by_role("button", name="Khóa tài khoản").click()
    page.get_by_text("mọi phiên đăng nhập đã kết thúc").wait_for()
    look(page, "account-locked")
    page.get_by_role("button", name="Mở khóa tài khoản").click()
    page.get_by_text("Đã mở khóa").wait_for()


def test_seeing_as_somebody_stands_under_a_banner(desk: Desk) -> None:
    page = desk("ong.tinh")
    page.goto("/tai-khoan/?q=co.huyen")
    page.get_by_role("link", name="co.huyen").click()
    page.get_by_role("button", name="Xem như người này").click()
    page.get_by_role("complementary", name="Đang xem như người khác").wait_for()
    look(page, "see-as")
    page.get_by_role("button", name="Thôi xem như").click()
    page.wait_for_url(re.compile(r"/tai-khoan/\d+/"))
    assert not page.get_by_role("button", name="Thôi xem như").count()


def test_the_pages_before_the_door_are_faultless(browser: Browser, site: Server, desk: Desk) -> None:
    context = browser.new_context(locale="vi-VN", base_url=site.url)
    page = context.new_page()
    page.goto("/quen-mat-khau/")
    look(page, "forgotten")
    page.fill("#username", "khong.co.ai")
    page.get_by_role("button", name="Gửi liên kết").click()
    page.get_by_text("Nếu tài khoản đang dùng").wait_for()
    look(page, "forgotten-asked")
    page.goto("/tai-khoan-khoa/")
    look(page, "inactive")
    context.close()


def test_a_second_factor_is_set_up_in_a_browser(desk: Desk) -> None:
    page = desk("chi.giam.sat.tinh")
    page.goto("/xac-thuc-hai-buoc/totp/activate/")
    look(page, "password-again")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Xác nhận").click()
    page.get_by_role("heading", name="Bật xác thực hai bước").wait_for()
    look(page, "set-up")
    page.fill("#code", "000000")
    page.get_by_role("button", name="Bật xác thực hai bước").click()
    page.get_by_text("Mã không đúng").wait_for()
    look(page, "set-up-wrong")
