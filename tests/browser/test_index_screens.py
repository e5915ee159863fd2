"""The index in a real browser: self-assessment, verification, the preview, the public pages; at 1280 and 390 pixels."""

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
from tests.site import ROOT, Prepared

pytestmark = pytest.mark.browser

Desk = Callable[..., Page]
WIDTHS = (1280, 390)
PICTURES = os.environ.get("DIEUTRA_PICTURES", "")  # a folder, to look at the screens
SEED = "import django; django.setup(); from tests.indices import stage; stage.published(stage.make())"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The whole product with the world of an opinion survey in it."""
    with Prepared(tmp_path_factory.mktemp("site"), tmp_path_factory) as server:
        subprocess.run([sys.executable, "-c", SEED], env=server.environment, cwd=ROOT, check=True)
        yield server


@pytest.fixture
def desk(browser: Browser, asked: Server) -> Iterator[Desk]:
    opened = []

    def sign_in(username: str = "") -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900},
            locale="vi-VN",
            base_url=asked.url,
            java_script_enabled=True,
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
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page).response["violations"]
        assert not found, [(it["id"], [node["target"] for node in it["nodes"]]) for it in found]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px too wide at {width}"
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_ministry_assesses_itself_with_evidence_and_is_told_what_is_missing(desk: Desk) -> None:
    body = desk("anh.ngoai.giao")
    body.get_by_label("Mục chính").get_by_role("link", name="Chỉ số").click()
    body.wait_for_url("**/chi-so/ban-tu-cham/*/")
    body.get_by_label("Điểm tự chấm").first.fill("1,5")
    body.get_by_role("button", name="Lưu lĩnh vực 1").click()
    expect(body.get_by_role("alert")).to_contain_text("từ 0 đến 1")
    assert body.get_by_label("Điểm tự chấm").first.input_value() == "1,5"
    looks_right(body, "assessment-refused")
    body.get_by_label("Điểm tự chấm").first.fill("0,75")
    body.get_by_label("Giải trình").first.fill("Kế hoạch ban hành ngày 10/01/2022.")
    file = {"name": "ke-hoach.txt", "mimeType": "text/plain", "buffer": "Kế hoạch cải cách".encode()}
    body.get_by_label("Thêm tệp minh chứng").first.set_input_files(file)  # type: ignore[arg-type]
    body.get_by_role("button", name="Lưu lĩnh vực 1").click()
    expect(body.get_by_role("status")).to_contain_text("Đã lưu")
    expect(body.get_by_role("link", name="ke-hoach.txt")).to_have_count(1)
    looks_right(body, "assessment")
    body.get_by_role("button", name="Gửi bản tự chấm").click()
    expect(body.get_by_role("alert")).to_contain_text("chưa gửi được")


def test_the_centre_verifies_and_looks_at_the_preview(desk: Desk) -> None:
    centre = desk("ba.bo")
    centre.goto("/chi-so/")
    looks_right(centre, "index-home")
    centre.get_by_role("link", name="Khảo sát Chỉ số cải cách hành chính cấp tỉnh").click()
    looks_right(centre, "index-survey")
    centre.get_by_role("link", name="Xem bộ tiêu chí và quy tắc tính").click()
    looks_right(centre, "index-criteria")
    centre.goto("/chi-so/tinh/nam-truoc/")
    looks_right(centre, "index-former")
    centre.goto("/chi-so/tinh/?tinh-trang=sent")
    centre.get_by_role("link", name="Tỉnh Nghệ An").click()
    centre.get_by_label("Điểm thẩm định").first.fill("0,2")
    centre.get_by_role("button", name="Lưu lĩnh vực 1").click()
    expect(centre.get_by_role("alert")).to_contain_text("lý do khác điểm tự chấm")
    centre.get_by_label("Lý do, nếu khác điểm tự chấm").first.fill("Kế hoạch ban hành muộn.")
    centre.get_by_role("button", name="Lưu lĩnh vực 1").click()
    expect(centre.get_by_role("status")).to_contain_text("Đã lưu điểm thẩm định")
    looks_right(centre, "verification")
    centre.goto("/chi-so/tinh/")
    centre.locator("a[href*='/chi-so/lan-tinh/']").first.click()
    centre.get_by_text("Độ chắc của thứ hạng").click()
    looks_right(centre, "reckoning")


def test_anybody_reads_what_is_published(desk: Desk) -> None:
    reader = desk()
    reader.goto("/cong-khai/chi-so/")
    looks_right(reader, "public-list")
    reader.get_by_role("link", name="cấp tỉnh").click()
    expect(reader.locator(".dt-index tbody tr")).to_have_count(3)
    reader.get_by_text("Độ chắc của thứ hạng").click()
    looks_right(reader, "public")
    with reader.expect_download() as taken:
        reader.get_by_role("link", name="chi-so.xlsx").click()
    assert taken.value.suggested_filename == "chi-so-thu-tinh-ban-1-chi-so.xlsx"
    reader.get_by_role("link", name="Tỉnh Hà Nam").click()
    expect(reader.locator(".dt-of-body")).to_have_count(1)
    looks_right(reader, "public-body")
