"""Samples on the screen: no violation, nothing that runs out of a phone, from the file to the list by hand."""

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
from tests.samples.cast import frame_lines, workbook
from tests.site import Prepared

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
WIDTHS = {1280: 900, 390: 844}
PICTURES = os.environ.get("DIEUTRA_PICTURES", "")  # a folder, to look at what the test saw

SEED = """
import django; django.setup()
from tests.samples.cast import make_sample_world
from tests.samples.test_results import answer
world = make_sample_world()
world.load()
world.draw("bốc thăm ngày 08/01/2024: 73915", ("3", "2", "20"))
for group, levels in {
    "dat-dai": "1" * 3 + "2" * 12 + "3" * 45 + "4" * 180 + "5" * 60,
    "ho-tich": "3" * 9 + "4" * 60 + "5" * 41 + "-" * 6,
    "xay-dung": "2" * 4 + "4" * 14,
    "giao-thong": "5" * 3,
}.items():
    answer(world, group, levels)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Prepared(tmp_path_factory.mktemp("samples"), tmp_path_factory) as server:
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
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_the_screens_of_samples_have_no_violation(place: Server, browser: Browser, width: int) -> None:
    page = sign_in(browser, place, "ba.bo", width)
    page.goto("/chon-mau/")
    sound(page, "samples", width)
    page.click("text=Tỉnh Hà Nam")
    sound(page, "sample-place", width)
    page.click("text=Lần số")
    page.click("text=Chọn lại để kiểm tra")
    sound(page, "sample-drawn", width)
    page.goto("/chon-mau/35/ket-qua/")
    sound(page, "sample-results", width)
    page.goto("/chon-mau/40/")
    sound(page, "sample-empty", width)
    page.goto("/chon-mau/35/?e=abc&district=0")
    sound(page, "sample-wrong", width)
    page.goto("/huong-dan/chon-mau/chon-mau/")
    sound(page, "sample-guide", width)


def test_the_province_loads_counts_draws_and_makes_its_list(
    place: Server, browser: Browser, tmp_path: Path
) -> None:
    page = sign_in(browser, place, "co.nghe.an", 1280)
    page.goto("/chon-mau/")
    wrong = tmp_path / "khung.xlsx"
    wrong.write_bytes(workbook(frame_lines(1)))  # districts of another province
    page.set_input_files("#file", wrong)
    page.click("text=Kiểm tra và nạp")
    assert "không phải mã huyện của Tỉnh Nghệ An" in page.inner_text("[role=alert]")
    page = sign_in(browser, place, "chi.ha.nam", 1280)
    page.goto("/chon-mau/")
    page.fill("#district", "4")
    page.fill("#commune", "3")
    page.fill("#person", "25")
    page.click("text=Tính cỡ mẫu")
    assert "300" in page.inner_text("table >> nth=0")
    page.fill("#seed", "bốc thăm lại: 20481")
    page.fill("#reason", "Tăng số huyện theo ý kiến của Trung ương")
    page.click("main >> button:has-text('Chọn lại')")
    assert "300 trong 720" in page.inner_text("dl")
    page.click("text=Lập danh sách người được hỏi")
    assert "Danh sách đúng như mẫu" in page.inner_text("main")
    page.goto("/chon-mau/35/")
    assert page.locator("#seed").count() == 0
