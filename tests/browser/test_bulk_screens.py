"""A whole filter approved at once, in a real browser: faultless wide and narrow, and by keyboard alone."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from dieutra.rehearsal.server import Server
from tests.browser.test_account_screens import look
from tests.browser.test_review_by_keyboard import SENT, Desk, desk
from tests.site import ROOT, site

pytestmark = pytest.mark.browser
__all__ = ["desk", "site"]


def test_all_of_a_filter_is_approved_and_the_result_is_shown(desk: Desk, site: Server) -> None:
    command = [sys.executable, "-c", SENT]
    subprocess.run(command, env=site.environment, cwd=ROOT, check=True)
    page = desk("anh.giam.sat", 1280)
    page.goto("/duyet/?loc=khong-canh-bao")
    page.get_by_role("link", name="Duyệt tất cả phiếu không có cảnh báo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Duyệt cả bộ lọc")
    look(page, "bulk-order")
    page.get_by_role("button", name="Duyệt").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/duyet/ca-bo-loc/*/")
    expect(page.get_by_text("Đã duyệt")).to_be_visible(timeout=30_000)
    look(page, "bulk-result")


def test_the_ratio_of_the_quota_is_kept(desk: Desk) -> None:
    page = desk("ong.tinh", 1280)
    page.goto("/giam-sat/dinh-muc/?cap=2")
    page.get_by_label("Số xã cho mỗi giám sát viên").fill("6")
    page.get_by_role("button", name="Tính").click()
    look(page, "quota-tried")
    page.get_by_role("button", name="Dùng tỷ lệ 6").click()
    expect(page.get_by_text("Đang dùng: 6 xã")).to_be_visible()
    look(page, "quota-kept")
