"""Choosing between two opinion surveys in a real browser, at 1280 and 390 pixels, with two tabs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from dieutra.rehearsal.server import Server
from tests.browser.test_index_screens import Desk, desk, looks_right
from tests.opinions.twice import FIRST, SECOND
from tests.site import ROOT, Prepared

pytestmark = pytest.mark.browser
__all__ = ["desk"]
SEED = "import django; django.setup(); from tests.opinions.twice import make; make()"
CHOOSER = "Chọn đợt điều tra"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Prepared(tmp_path_factory.mktemp("site"), tmp_path_factory) as server:
        subprocess.run([sys.executable, "-c", SEED], env=server.environment, cwd=ROOT, check=True)
        yield server


def test_the_centre_chooses_once_and_each_door_keeps_to_it(desk: Desk, browser: Browser) -> None:
    centre = desk("ba.bo")
    menu, chooser = centre.get_by_label("Mục chính"), centre.get_by_label(CHOOSER)
    looks_right(centre, "two-home")
    menu.get_by_role("link", name="Gửi phiếu").click()
    expect(chooser.locator("[aria-current]")).to_have_text(SECOND)
    chooser.get_by_role("link", name=FIRST).focus()
    centre.keyboard.press("Enter")
    expect(chooser.locator("[aria-current]")).to_have_text(FIRST)
    looks_right(centre, "two-mailing")
    for door in ("Tiến độ khảo sát", "Dấu hiệu", "Chỉ số", "Danh sách đối tượng"):
        menu.get_by_role("link", name=door, exact=True).click()
        expect(chooser.locator("[aria-current]")).to_have_text(FIRST)
        looks_right(centre, f"two-{door}")


def test_a_tab_sends_in_its_own_campaign_after_another_tab_chose(desk: Desk, browser: Browser) -> None:
    centre = desk("ba.bo")
    centre.goto("/khao-sat/gui/?cuoc=tinh&dot=khao-sat-sau")
    centre.get_by_label(CHOOSER).get_by_role("link", name=FIRST).click()
    centre.get_by_role("link", name="cấp tỉnh").click()
    centre.get_by_role("button", name="Xem trước rồi gửi").click()
    other = centre.context.new_page()
    other.goto("/khao-sat/gui/?dot=khao-sat-sau")
    centre.get_by_role("button", name="Gửi phiếu: 120 thư").click()
    expect(centre.get_by_role("status")).to_contain_text("Đã mở gửi phiếu cho 1 cơ quan")
    expect(centre.get_by_label(CHOOSER).locator("[aria-current]")).to_have_text(FIRST)


def test_a_body_chooses_too(desk: Desk, browser: Browser) -> None:
    body = desk("chi.ha.nam")
    body.goto("/khao-sat/tien-do/")
    body.get_by_label(CHOOSER).get_by_role("link", name=FIRST).click()
    expect(body.get_by_role("heading", name="Tiến độ khảo sát: Tỉnh Hà Nam")).to_be_visible()
    looks_right(body, "two-body")
