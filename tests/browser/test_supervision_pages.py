"""Quotas, assignments and the proposal in a real browser: axe finds nothing at either width."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from dieutra.rehearsal.server import Server
from tests.browser.test_review_by_keyboard import Desk, clean, desk
from tests.site import ROOT, site

pytestmark = pytest.mark.browser
__all__ = ["desk", "site"]

SECOND = """
import django; django.setup()
from dieutra.campaigns.actions import appoint
from dieutra.campaigns.models import Campaign
from dieutra.places.models import Area
campaign = Campaign.objects.get(slug="thu")
area = Area.objects.get(catalogue=campaign.catalogue, code="347")
appoint(None, campaign, "gsv", area, username="chi.hai", full_name="Chị Giám Sát Hai")
"""


def test_the_pages_of_supervision_are_accessible_and_do_their_work(desk: Desk, site: Server) -> None:
    subprocess.run([sys.executable, "-c", SECOND], env=site.environment, cwd=ROOT, check=True)
    page = desk("ong.tinh", 1280)
    page.goto("/giam-sat/")
    clean(page, "supervision-1280")
    page.get_by_role("link", name="Định mức giám sát viên").click()
    clean(page, "quota-1280")
    page.get_by_role("link", name="Giám sát viên cấp huyện").click()
    page.get_by_label("Số xã cho mỗi giám sát viên").fill("6")
    page.get_by_role("button", name="Tính").click()
    clean(page, "quota-district-1280")
    page.goto("/giam-sat/347/")
    page.get_by_role("checkbox", name="Chọn Phường Quang Trung").check()
    page.get_by_label("Giao các dòng đã đánh dấu cho").select_option(label="Chị Giám Sát Hai (chi.hai)")
    page.get_by_role("button", name="Giao", exact=True).click()
    expect(page.get_by_text("Đã giao thêm 1 dòng.")).to_be_visible()
    clean(page, "assignment-1280")
    page.get_by_role("link", name="Đề xuất chia đều").click()
    clean(page, "proposal-1280")
    page.get_by_role("button", name="Nhận đề xuất").click()
    expect(page.get_by_text("theo đề xuất.")).to_be_visible()
    narrow = desk("co.huyen", 390)
    for address, name in (
        ("/giam-sat/347/", "assignment"),
        ("/giam-sat/347/de-xuat/", "proposal"),
        ("/giam-sat/dinh-muc/?cap=2&ty-le=6", "quota-district"),
    ):
        narrow.goto(address)
        clean(narrow, f"{name}-390")
