"""Questions, incidents and reports in a real browser: with the keyboard, without JavaScript, at 1280 and 390 pixels."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.site import site

pytestmark = pytest.mark.browser
__all__ = ["site"]

Desk = Callable[..., Page]
WIDTHS = (1280, 390)
PICTURES = os.environ.get("DIEUTRA_PICTURES", "")  # a folder, to look at the screens


@pytest.fixture
def desk(browser: Browser, site: Server) -> Iterator[Desk]:
    opened = []

    def sign_in(username: str, scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900},
            locale="vi-VN",
            base_url=site.url,
            java_script_enabled=scripts,
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


def test_a_unit_asks_beside_a_question_while_typing_and_the_supervisor_answers(desk: Desk) -> None:
    unit = desk("don.vi")
    unit.goto("/phieu/")
    unit.wait_for_selector("[data-ready]")
    field = unit.locator('[data-question$="/nam_sinh"] input')
    field.fill("19")
    with unit.context.expect_page() as opened:
        unit.locator('[data-question$="/nam_sinh"] .dt-ask-link').click()
    asking = opened.value
    assert field.input_value() == "19"
    looks_right(asking, "ask")
    expect(asking.locator("#cau option:checked")).to_contain_text("B2. Năm sinh")
    asking.fill("#subject", "Không nhớ năm sinh trên giấy tờ")
    asking.fill("#text", "Ghi theo căn cước hay theo hồ sơ cán bộ?")
    asking.get_by_role("button", name="Gửi câu hỏi").click()
    asking.wait_for_url("**/hoi-dap/*/")
    looks_right(asking, "thread-open")
    number = asking.url.rstrip("/").rpartition("/")[2]

    supervisor = desk("anh.giam.sat")
    looks_right(supervisor, "home")
    supervisor.goto("/hoi-dap/can-tra-loi/")
    looks_right(supervisor, "desk")
    supervisor.get_by_role("link", name="Không nhớ năm sinh").click()
    supervisor.fill("#text", "Ghi theo hồ sơ cán bộ do cơ quan quản lý.")
    supervisor.get_by_role("button", name="Trả lời", exact=True).click()
    expect(supervisor.get_by_role("status")).to_contain_text("Đã trả lời")
    supervisor.get_by_text("Đưa vào Hỏi đáp", exact=True).first.click()
    looks_right(supervisor, "thread-answered")
    supervisor.get_by_role("button", name="Đưa vào Hỏi đáp").click()
    expect(supervisor.locator(".dt-callout")).to_contain_text("Đã có trong Hỏi đáp")

    unit.goto(f"/hoi-dap/{number}/")
    unit.get_by_label("5 – Rất hài lòng").check()
    looks_right(unit, "thread-asker")
    unit.get_by_role("button", name="Đóng câu hỏi").click()
    expect(unit.locator(".dt-facts")).to_contain_text("5/5")
    unit.goto("/hoi-dap/?q=can+cuoc+ho+so")
    expect(unit.locator(".dt-faq")).to_have_count(1)
    looks_right(unit, "help")
    other = desk("don.vi.hai")
    other.goto("/phieu/")
    other.wait_for_selector("[data-ready]")
    entry = other.locator('[data-question$="/nam_sinh"] .dt-faq')
    expect(entry).to_have_count(1)
    entry.locator("summary").click()
    looks_right(other, "form")


def test_the_tab_key_goes_from_answer_to_answer(desk: Desk) -> None:
    """The links beside the questions are left out; the way for the keyboard is above the form."""
    unit = desk("don.vi.hai")
    unit.goto("/phieu/")
    unit.wait_for_selector("[data-ready]")
    unit.locator('[data-question$="/nam_sinh"] input').focus()
    unit.keyboard.press("Tab")
    assert "dt-ask-link" not in unit.evaluate("document.activeElement.className")
    expect(unit.get_by_role("link", name="Hỏi về phiếu này")).to_have_count(1)


def test_a_question_is_asked_without_javascript(desk: Desk) -> None:
    unit = desk("don.vi.la", scripts=False)
    unit.goto("/phieu/")
    address = unit.locator('[data-question$="/nam_sinh"] .dt-ask-link').get_attribute("href")
    assert address
    unit.goto(address)
    unit.fill("#subject", "Hỏi không cần JavaScript")
    unit.fill("#text", "Có gửi được không?")
    unit.get_by_role("button", name="Gửi câu hỏi").click()
    expect(unit.locator("h1")).to_have_text("Hỏi không cần JavaScript")


def test_an_incident_is_written_down_and_closed(desk: Desk) -> None:
    centre = desk("ba.trung.uong")
    centre.goto("/su-co/")
    looks_right(centre, "incidents-empty")
    centre.get_by_role("link", name="Ghi nhận sự cố").click()
    looks_right(centre, "incident-register")
    centre.fill("#title", "Dò mật khẩu tài khoản quản trị viên")
    centre.select_option("#severity", "3")
    centre.fill("#text", "Hơn 200 lần đăng nhập sai từ một địa chỉ.")
    centre.get_by_role("button", name="Ghi nhận").click()
    centre.fill("#text", "Đã báo qua điện thoại và văn bản.")
    centre.fill("#told", "Đơn vị chuyên trách an toàn thông tin")
    centre.get_by_role("button", name="Ghi", exact=True).click()
    looks_right(centre, "incident")
    centre.get_by_text("Báo cáo kết thúc", exact=True).click()
    for part in ("cause", "harm", "measures", "lessons"):
        centre.fill(f"#r-{part}", "Đã làm rõ.")
    centre.get_by_role("button", name="Đóng sự cố").click()
    expect(centre.locator("#bao-cao")).to_be_visible()
    looks_right(centre, "incident-closed")
    centre.goto("/su-co/")
    looks_right(centre, "incidents")


def test_a_report_is_chosen_seen_kept_and_taken(desk: Desk) -> None:
    manager = desk("ong.tinh")
    manager.goto("/bao-cao/")
    looks_right(manager, "reports-empty")
    manager.get_by_role("button", name="Xem").click()
    looks_right(manager, "report-look")
    manager.get_by_role("button", name="Lập và lưu báo cáo").click()
    looks_right(manager, "report")
    with manager.expect_download() as taken:
        manager.get_by_role("link", name="Word").click()
    assert taken.value.suggested_filename.endswith(".docx")
    manager.goto("/bao-cao/")
    looks_right(manager, "reports")
    manager.select_option("#loai", "activity")
    manager.get_by_role("button", name="Xem").click()
    looks_right(manager, "report-activity")
