"""The centre's work on its questionnaire in a real browser, and the unit whose page is open meanwhile."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.engine.markdown import xlsx
from tests.site import site
from tests.web.test_form_screens import WRONG, next_workbook

pytestmark = pytest.mark.browser
__all__ = ["site"]

Desk = Callable[[str], Page]
PICTURES = os.environ.get("DIEUTRA_PICTURES", "")


@pytest.fixture
def desk(browser: Browser, site: Server) -> Desk:
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
    """Accessible, and nothing wider than the screen, on a desk and on a telephone."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        if PICTURES:
            whole = page.evaluate("document.documentElement.scrollHeight") < 4000
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=whole)
        found = Axe().run(page).response["violations"]
        assert [(it["id"], it["nodes"][0]["html"][:200]) for it in found] == [], name
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (name, width, wide)
    page.set_viewport_size({"width": 1280, "height": 900})


def put_up(page: Page, name: str, content: bytes) -> None:
    page.goto("/mau-phieu/")
    page.set_input_files("#file", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
    page.get_by_role("button", name="Nạp và kiểm tra").click()


def test_the_centre_checks_previews_publishes_and_goes_over_while_a_unit_is_typing(desk: Desk) -> None:
    centre, unit = desk("ba.trung.uong"), desk("don.vi")
    unit.goto("/phieu/")
    unit.wait_for_selector("[data-ready]")
    address = unit.get_by_label(re.compile("^A9"))
    address.fill("Số 1 đường Lê Lợi")
    address.press("Tab")
    expect(unit.locator("[data-status]")).to_have_text(re.compile(r"^Đã lưu lúc"))

    put_up(centre, "phieu-sai.xlsx", xlsx(WRONG))
    expect(centre.get_by_text("survey!D3")).to_be_visible()
    look(centre, "loi")
    put_up(centre, "phieu-2021-2.xlsx", next_workbook())
    expect(centre.get_by_role("heading", name="Công bố phiên bản 2021.2")).to_be_visible()
    look(centre, "tep")

    # the preview works as the page does, and keeps nothing
    with centre.context.expect_page() as opened:
        centre.get_by_role("link", name=re.compile("^Trang web")).click()
    preview = opened.value
    preview.wait_for_selector("[data-ready]")
    preview.locator('[id$="lao_dong_r02_c1"]').fill("5")
    preview.keyboard.press("Tab")
    expect(preview.locator('[id$="lao_dong_r01_c1"]')).to_have_value("5")
    preview.reload()
    expect(preview.locator('[id$="lao_dong_r02_c1"]')).to_have_value("")
    look(preview, "xem-thu")
    preview.close()
    for name, picture in (("Từ điển dữ liệu", "tu-dien"), ("So sánh", "so-sanh")):
        centre.get_by_role("link", name=re.compile(f"^{name}")).click()
        look(centre, picture)
        centre.go_back()

    centre.get_by_role("button", name="Công bố").click()
    expect(centre.get_by_role("heading", name=re.compile("^Đổi cuộc điều tra"))).to_be_visible()
    look(centre, "phien-ban")
    centre.get_by_role("button", name="Dùng phiên bản 2021.2 cho cuộc điều tra").click()
    expect(centre.get_by_role("heading", name="Mẫu phiếu", exact=True)).to_be_visible()
    for _ in range(60):
        centre.goto("/mau-phieu/")
        if centre.get_by_text("Đang chuyển các phiếu").count() == 0:
            break
        centre.wait_for_timeout(500)
    look(centre, "danh-sach")
    centre.get_by_role("link", name="Xem danh sách").click()
    look(centre, "mat-cau")

    # the unit types on in the old page: told, nothing overwritten, and what it typed comes along
    maker = unit.get_by_label(re.compile("Người lập"))
    (maker if maker.count() == 1 else unit.locator('[id$="/nguoi_lap"]')).fill("Trần Thị Bình")
    unit.keyboard.press("Tab")
    unit.get_by_role("button", name="Tải lại trang").click()
    unit.wait_for_selector("[data-ready]")
    expect(unit.get_by_text("Mẫu phiếu có phiên bản mới (2021.2).")).to_be_visible()
    expect(unit.locator('[id$="/nguoi_lap"]')).to_have_value("Trần Thị Bình")
    expect(unit.locator("[data-status]")).to_have_text(re.compile(r"^Đã lưu lúc"))
    unit.get_by_text("câu trả lời không chuyển được").click()
    expect(unit.get_by_text("Số 1 đường Lê Lợi")).to_be_visible()
    look(unit, "don-vi")
