"""Carrying a list over, on the screen: no violation, nothing that runs out of a phone, a decision in two strokes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.site import Prepared

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
WIDTHS = {1280: 900, 390: 844}
PICTURES = os.environ.get("DIEUTRA_PICTURES", "")  # a folder, to look at what the test saw

SEED = """
import django; django.setup()
from datetime import timedelta
from pathlib import Path
from django.utils import timezone
from dieutra.campaigns.actions import appoint, create_campaign
from dieutra.carrying.actions import begin_from_campaign, decide
from dieutra.carrying.models import CarriedLine
from dieutra.frames import sending
from dieutra.frames.loading import load_base_list
from dieutra.frames.models import Listing
from dieutra.jobs.worker import work_once
from dieutra.people.actions import set_password
from dieutra.places.models import Area
from dieutra.reactions import REACTIONS
from dieutra.rehearsal.demo import area_rows
from dieutra.rehearsal.script import Line, base_list, base_list_workbook, read_script
from tests.cast import PASSWORD

KINDS, today = Path("campaign_kinds"), timezone.localdate()

def campaign(kind, slug, days):
    opens = today - timedelta(days=days)
    made = create_campaign(KINDS / kind, slug, kind, opens, today, today + timedelta(days=30))
    made.save()
    return made

def person(campaign, role, code, username):
    area = Area.objects.get(catalogue=campaign.catalogue, code=code)
    user = appoint(None, campaign, role, area, username=username, full_name=username).user
    set_password(user, PASSWORD)
    return user

def load(user, campaign, code, lines):
    area, kind = Area.objects.get(catalogue=campaign.catalogue, code=code), campaign.kind
    content = base_list_workbook(kind.frame_columns, kind.frame_sheet, lines, with_email=False)
    load_base_list(user, campaign, area, content, "nen.xlsx")

old = campaign("co-so-hanh-chinh-2021", "cu", 90)
reader = person(old, "qtv", "35", "cu.hanam")
province = Area.objects.get(catalogue=old.catalogue, code="35")
lines = base_list(read_script(KINDS / "co-so-hanh-chinh-2021"), old.rules["campaign"]["unit_kinds"],
                  area_rows(old, province), None)
load(reader, old, "35", lines)
Listing.objects.filter(campaign=old).update(state="accepted")
new = campaign("co-so-hanh-chinh-2026", "moi", 3)
user = person(new, "qtv", "37", "qtv.ninhbinh")
centre = person(new, "qtv", "VN", "qtv.moi")
carry = begin_from_campaign(centre, new, old, province)
while work_once(REACTIONS, {}):
    pass
line = CarriedLine.objects.filter(carry=carry, cause="split").order_by("old_area__path", "code").last()
decide(user, line, line.version, "place", area_code="13366", note="Trụ sở ở phần về Phường Hà Nam")
bo = campaign("tong-dieu-tra-kinh-te-2021", "bo", 3)
ministry = person(bo, "qtv", "BMP", "qtv.bo")
load(ministry, bo, "BMP", [Line("BMP-001", "Trung tâm Thông tin", "02", "tinh", "BMP", "", ""),
                           Line("BMP-002", "Trung tâm Đo lường", "02", "huyen", "BMP", "BMP02", "")])
listing = Listing.objects.get(campaign=bo)
sending.keep_all(ministry, listing, listing.version); listing.refresh_from_db()
sending.send(ministry, listing, listing.version)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Prepared(tmp_path_factory.mktemp("carry"), tmp_path_factory) as server:
        environment = {**server.environment, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", SEED], env=environment, cwd=ROOT, check=True)
        yield server


def sign_in(browser: Browser, place: Server, username: str, width: int) -> Page:
    context = browser.new_context(base_url=place.url, viewport={"width": width, "height": WIDTHS[width]})
    page = context.new_page()
    page.goto("/dang-nhap/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "dang-nhap" not in url)
    return page


def sound(page: Page, name: str, width: int) -> None:
    """No axe violation, and nothing wider than the window."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_screens_of_carrying_have_no_violation(place: Server, browser: Browser, width: int) -> None:
    page = sign_in(browser, place, "qtv.ninhbinh", width)
    page.goto("/bang-ke/chuyen-dia-ban/")
    sound(page, "carries", width)
    page.click("text=Tỉnh Hà Nam")
    sound(page, "carry", width)
    here = page.url.split("?")[0]
    for show in ("district", "decided", "one"):
        page.goto(f"{here}?xem={show}")
        sound(page, f"carry-{show}", width)
    page.goto(f"{here}so-sanh/")
    sound(page, "carry-compare", width)


def test_a_person_decides_one_line_and_a_proposal(place: Server, browser: Browser) -> None:
    page = sign_in(browser, place, "qtv.ninhbinh", 1280)
    page.goto("/bang-ke/chuyen-dia-ban/")
    page.click("text=Tỉnh Hà Nam")
    before = page.locator("form[action*=quyet-dinh]").count()
    page.locator("form[action*=quyet-dinh]").first.locator("input[type=radio]").first.check()
    page.locator("form[action*=quyet-dinh]").first.locator("button").click()
    page.wait_for_selector("text=Đã ghi quyết định")
    page.locator("input[name=agreed]").first.check()
    page.click("text=Ghi các đề xuất đã đánh dấu")
    page.wait_for_selector("text=Đã ghi 1 đề xuất")
    assert page.locator("form[action*=quyet-dinh]").count() == before - 2


@pytest.mark.parametrize("width", WIDTHS)
def test_the_ministry_s_list_and_progress_have_no_violation(
    place: Server, browser: Browser, width: int
) -> None:
    page = sign_in(browser, place, "qtv.bo", width)
    page.goto("/bang-ke/")
    sound(page, "ministry-listings", width)
    page.click("main table a")
    sound(page, "ministry-listing", width)
    assert page.locator("text=Biên nhận (PDF)").count() == 1
    page.goto("/tien-do/")
    sound(page, "ministry-progress", width)
