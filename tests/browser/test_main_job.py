"""The main job in a real browser on the real product: a unit fills and sends, a supervisor returns and approves."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import load_xlsform
from dieutra.rehearsal.script import Script, read_script
from dieutra.rehearsal.server import Server
from tests.cast import KIND, PASSWORD
from tests.site import site

pytestmark = pytest.mark.browser
__all__ = ["site"]

Desk = Callable[[str], Page]


@pytest.fixture(scope="module")
def form() -> Form:
    return load_xlsform(KIND / "form.xlsx")


@pytest.fixture(scope="module")
def script() -> Script:
    return read_script(KIND)


@pytest.fixture
def desk(browser: Browser, site: Server) -> Desk:
    """`desk("don.vi")`: a page of somebody who has signed in by the form."""
    opened = []

    def sign_in(username: str) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="vi-VN", base_url=site.url
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
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


def field(page: Page, form: Form, name: str) -> object:
    return page.locator(f'[id="{form.by_name[name].path}"]')


def go_to_form(page: Page) -> None:
    page.goto("/phieu/")
    page.wait_for_selector("[data-ready]")


def saved(page: Page) -> None:
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"^Đã lưu lúc"))


def save_all(page: Page, answers: dict[str, str]) -> None:
    """Put many answers in at once through the page's own door, then load the page again."""
    page.evaluate(
        """async answers => {
            const state = JSON.parse(document.getElementById("form-state").textContent);
            const body = JSON.stringify({ base_version: state.version, changes: answers, justifications: {} });
            const headers = { "X-CSRFToken": state.csrf, "Content-Type": "application/json" };
            const response = await fetch(state.urls.save, { method: "POST", headers, body });
            if (!response.ok) throw new Error(response.status);
        }""",
        answers,
    )
    go_to_form(page)


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def test_a_unit_fills_is_stopped_justifies_and_sends_and_supervisors_return_and_approve(
    desk: Desk, form: Form, script: Script
) -> None:
    unit = desk("don.vi")
    go_to_form(unit)
    answers = script.answers(form, "xa", 1)
    table = {path: value for path, value in answers.items() if "/lao_dong/" in path}
    save_all(unit, {path: value for path, value in answers.items() if path not in table})

    # by keyboard: the first line, cell by cell
    field(unit, form, "lao_dong_r02_c1").click()
    for value in ("6", "2", "1", "4"):
        unit.keyboard.type(value)
        unit.keyboard.press("Tab")
    expect(field(unit, form, "lao_dong_r02_c4")).to_have_value("4")
    # by paste, as copied from a spreadsheet
    field(unit, form, "lao_dong_r03_c1").click()
    paste(unit, "\r\n".join(line.replace(" ", "\t") for line in COPIED))
    expect(field(unit, form, "lao_dong_r12_c2")).to_have_value("10")
    expect(field(unit, form, "lao_dong_r01_c1")).to_have_value("26")
    saved(unit)

    # stopped by a hard error beside its cell
    field(unit, form, "lao_dong_r02_c2").fill("99")
    unit.keyboard.press("Enter")
    expect(field(unit, form, "lao_dong_r02_c2")).to_have_attribute("aria-invalid", "true")
    saved(unit)
    unit.get_by_role("button", name="Kiểm tra và gửi phiếu").click()
    expect(unit.get_by_role("heading", name=re.compile("lỗi cần sửa"))).to_be_visible()
    expect(unit.get_by_role("button", name="Gửi phiếu")).to_have_count(0)
    go_to_form(unit)
    field(unit, form, "lao_dong_r02_c2").fill("2")
    unit.keyboard.press("Enter")

    # an unusual value asks for a justification
    field(unit, form, "nam_sinh").fill("1943")
    unit.keyboard.press("Tab")
    said = unit.get_by_label(re.compile("Giải trình")).first
    said.fill("Đồng chí được kéo dài thời gian công tác theo quyết định của cấp có thẩm quyền.")
    said.press("Tab")
    saved(unit)
    unit.get_by_role("button", name="Kiểm tra và gửi phiếu").click()
    unit.get_by_role("button", name="Gửi phiếu").click()
    expect(unit.get_by_text("Mã biên nhận").first).to_be_visible()

    # the district returns it at a cell
    district = desk("anh.giam.sat")
    district.goto("/duyet/")
    district.get_by_role("link", name="Đơn vị UBND-PL").click()
    district.locator(f'[id="{form.by_name["lao_dong_r02_c1"].path}"]').click()
    district.get_by_placeholder("Nhận xét tại ô này").fill("Kiểm tra lại với bảng lương")
    # … and at a choice, whose own controls are switched off here
    choice = district.locator(f'[id="{form.by_name["gioi_tinh"].path}"]').get_by_text("Nữ")
    choice.evaluate(
        "element => element.scrollIntoView({block: 'start'})"
    )  # the page keeps room for its two bars
    choice.click(force=True)
    district.get_by_placeholder("Nhận xét tại ô này").last.fill("Đối chiếu quyết định bổ nhiệm")
    district.get_by_role("button", name="Trả lại phiếu").click()
    expect(district.get_by_text("Đã trả lại phiếu")).to_be_visible()

    # the unit finds the remark at its cell, and sends again
    go_to_form(unit)
    expect(unit.get_by_text("Kiểm tra lại với bảng lương").first).to_be_visible()
    expect(unit.get_by_text("Đối chiếu quyết định bổ nhiệm").first).to_be_visible()
    field(unit, form, "nguoi_lap").fill("Phạm Thị Lập")
    unit.keyboard.press("Tab")
    saved(unit)
    unit.get_by_role("button", name="Kiểm tra và gửi phiếu").click()
    unit.get_by_role("button", name="Gửi phiếu").click()
    expect(unit.get_by_text("Lần gửi").first).to_be_visible()

    # both levels approve
    for supervisor in (district, desk("chi.giam.sat.tinh")):
        supervisor.goto("/duyet/")
        supervisor.get_by_role("link", name="Đơn vị UBND-PL").click()
        supervisor.get_by_role("button", name="Duyệt phiếu").click()
        expect(supervisor.get_by_text("Đã duyệt phiếu")).to_be_visible()
    unit.goto("/phieu/")
    expect(unit.get_by_text("Đã duyệt").first).to_be_visible()


def test_a_tab_closed_midway_loses_nothing(desk: Desk, form: Form) -> None:
    unit = desk("don.vi.hai")
    go_to_form(unit)
    field(unit, form, "nam_thanh_lap").fill("1997")
    unit.keyboard.press("Tab")
    field(unit, form, "dia_chi").fill("Số 9 đường Lê Lợi")
    unit.close()  # at once, in the middle of a word and before any autosave
    again = unit.context.new_page()
    go_to_form(again)
    expect(field(again, form, "nam_thanh_lap")).to_have_value("1997")
    expect(field(again, form, "dia_chi")).to_have_value("Số 9 đường Lê Lợi")


def test_the_form_works_without_javascript(browser: Browser, site: Server, form: Form) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site.url)
    page = context.new_page()
    page.goto("/dang-nhap/")
    page.fill("#id_login", "don.vi.la")
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(lambda url: "/dang-nhap/" not in url)
    page.goto("/phieu/")
    expect(field(page, form, "thu_chi_r03_c2")).to_be_hidden()
    page.locator(f'[name="{form.by_name["hach_toan"].path}"][value="1"]').check()
    page.get_by_role("button", name="Lưu", exact=True).click()
    field(page, form, "thu_chi_r03_c2").fill("1.234,5")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(field(page, form, "thu_chi_r03_c2")).to_have_value("1.234,5")
    context.close()


# lines 03 to 12 of table C1
COPIED = (
    "11 5 3 0",
    "0 0 0 0",
    "1 0 0",
    "1 1 1",
    "7 3 2",
    "22 9 5 4",
    "3 1 1 1",
    "2 1 0 0",
    "0 0 0 0",
    "25 10",
)

SCREENS = {
    "don.vi.la": ["/phieu/"],
    "anh.giam.sat": ["/", "/duyet/", "/tien-do/", "/bang-ke/"],
    "ong.tinh": ["/", "/tai-khoan/", "/tai-khoan/tao/", "/bang-ke/", "/bang-ke/nap/", "/tien-do/"],
}


@pytest.mark.parametrize(("username", "url"), [(who, url) for who, urls in SCREENS.items() for url in urls])
def test_screens_have_no_accessibility_violation_and_nothing_sticks_out(
    desk: Desk, username: str, url: str
) -> None:
    page = desk(username)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 860})
        page.goto(url)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
