"""A passkey as the second factor, with Chromium's own virtual authenticator: set up, signed in with, kept, refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from dieutra.rehearsal.server import Server
from tests.browser.test_account_screens import look
from tests.cast import PASSWORD
from tests.site import site as plain_site

pytestmark = pytest.mark.browser
__all__ = ["plain_site"]


@pytest.fixture(scope="module")
def demanding() -> Iterator[None]:
    before = os.environ.get("DIEUTRA_SECOND_FACTOR")
    os.environ["DIEUTRA_SECOND_FACTOR"] = "required"
    yield
    os.environ.pop("DIEUTRA_SECOND_FACTOR")
    if before is not None:
        os.environ["DIEUTRA_SECOND_FACTOR"] = before


@pytest.fixture(scope="module")
def site(demanding: None, plain_site: Server) -> Server:
    return plain_site


@pytest.fixture
def context(browser: Browser, site: Server) -> Iterator[BrowserContext]:
    # a passkey belongs to a name; an address of numbers has none
    opened = browser.new_context(locale="vi-VN", base_url=site.url.replace("127.0.0.1", "localhost"))
    yield opened
    opened.close()


def sign_in(page: Page, username: str) -> None:
    page.goto("/dang-nhap/")
    page.fill("#id_login", username)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(lambda url: "/dang-nhap/" not in url)


def device(page: Page) -> tuple[CDPSession, str]:
    """A laptop that knows its owner's finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def test_an_administrator_sets_a_passkey_up_and_signs_in_with_it(context: BrowserContext) -> None:
    page = context.new_page()
    session, its = device(page)
    sign_in(page, "ong.tinh")
    page.wait_for_url("**/xac-nhan-mat-khau/**")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Xác nhận").click()
    page.get_by_role("link", name="dùng khóa truy cập").click()
    look(page, "passkey-add")
    page.fill("#name", "Máy ở Sở")
    page.get_by_role("button", name="Thêm khóa").click()
    page.get_by_text("Đã thêm khóa truy cập.").wait_for()
    assert len(session.send("WebAuthn.getCredentials", {"authenticatorId": its})["credentials"]) == 1
    page.goto("/tien-do/")
    assert page.get_by_role("heading", level=1).is_visible()
    page.goto("/xac-thuc-hai-buoc/")
    look(page, "second-factor")
    page.get_by_role("link", name="Xem các khóa").click()
    page.get_by_text("Máy ở Sở").first.wait_for()
    look(page, "passkeys")
    page.get_by_role("link", name="Bỏ Máy ở Sở").click()
    page.get_by_text("cách xác thực hai bước duy nhất").wait_for()
    look(page, "passkey-last")
    context.clear_cookies()
    sign_in(page, "ong.tinh")
    page.get_by_role("button", name="Dùng khóa truy cập").wait_for()
    look(page, "passkey-sign-in")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": its, "isUserVerified": True})
    page.get_by_role("button", name="Dùng khóa truy cập").click()
    page.wait_for_url(lambda url: "/xac-thuc-hai-buoc/" not in url)
    page.goto("/tien-do/")
    assert page.get_by_role("heading", level=1).is_visible()


def test_another_device_and_a_stopped_gesture_open_nothing(context: BrowserContext) -> None:
    page = context.new_page()
    session, its = device(page)
    sign_in(page, "ong.tinh")  # who has a passkey since the test above, on another device
    page.get_by_role("button", name="Dùng khóa truy cập").click()
    page.get_by_text("Chưa xác nhận được bằng khóa truy cập").wait_for()
    page.goto("/tien-do/")
    assert not urlsplit(page.url).path.startswith("/tien-do/"), page.url
    forged = {"credential": '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}'}
    token = next(it["value"] for it in context.cookies() if it["name"] == "csrftoken")
    answer = context.request.post(
        "/xac-thuc-hai-buoc/authenticate/", form={**forged, "csrfmiddlewaretoken": token}
    )
    assert "Mã không đúng" in answer.text(), answer.url
    page.goto("/tien-do/")
    assert not urlsplit(page.url).path.startswith("/tien-do/"), page.url
    assert session.send("WebAuthn.getCredentials", {"authenticatorId": its})["credentials"] == []


def test_a_supervisor_too_and_the_same_device_is_not_added_twice(context: BrowserContext) -> None:
    page = context.new_page()
    device(page)
    sign_in(page, "anh.giam.sat")
    page.wait_for_url("**/xac-nhan-mat-khau/**")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Xác nhận").click()
    for sentence in ("Đã thêm khóa truy cập.", "Chưa thêm được khóa truy cập"):
        page.goto("/xac-thuc-hai-buoc/webauthn/add/")
        page.get_by_role("button", name="Thêm khóa").click()
        page.get_by_text(sentence).wait_for()
