"""The questionnaire in a real browser: typing, tables, findings, saving, and when things go wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from dieutra.engine.forms.form import Form, Node
from tests.browser.harness import HOUSE, Harness

pytestmark = pytest.mark.browser

STAFF = "/data/nhan_luc/ld"
MONEY = "/data/tai_chinh/tc"


def cell(row: int, column: int, table: str = STAFF) -> str:
    name = table.rpartition("/")[2]
    return f"{table}/{name}_r{row:02}/{name}_r{row:02}_c{column}"


def at(page: Page, path: str) -> Locator:
    return page.locator(f'[id="{path}"]')


def opened(page: Page, harness: Harness) -> Page:
    page.goto(harness.url)
    page.wait_for_selector("[data-ready]")
    return page


def saved(page: Page) -> None:
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"^Đã lưu lúc \d\d:\d\d$"))


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


# Moving in tables


def test_arrows_enter_and_tab_move_between_cells(page: Page, harness: Harness) -> None:
    opened(page, harness)
    at(page, cell(2, 1)).click()
    for key, place in [
        ("ArrowRight", (2, 2)),
        ("ArrowDown", (3, 2)),
        ("ArrowLeft", (3, 1)),
        ("ArrowUp", (2, 1)),
        ("Enter", (3, 1)),
        ("Shift+Enter", (2, 1)),
        ("Tab", (2, 2)),
        ("Shift+Tab", (2, 1)),
        ("End", (2, 4)),
        ("Home", (2, 1)),
        ("Control+ArrowDown", (5, 1)),
        ("Control+ArrowRight", (5, 4)),
        ("Control+Home", (1, 1)),
        ("Control+End", (5, 4)),
    ]:
        page.keyboard.press(key)
        assert focused(page) == cell(*place), key


def test_arrows_step_over_a_blocked_cell(page: Page, harness: Harness) -> None:
    opened(page, harness)
    at(page, cell(3, 4)).click()
    page.keyboard.press("ArrowDown")
    assert focused(page) == cell(5, 4)


def test_arrows_stay_inside_a_number_that_is_being_typed(page: Page, harness: Harness) -> None:
    opened(page, harness)
    at(page, cell(2, 1)).click()
    page.keyboard.type("124")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("3")
    assert focused(page) == cell(2, 1)
    page.keyboard.press("Enter")
    expect(at(page, cell(2, 1))).to_have_value("1.234")


# Numbers


def test_a_number_is_grouped_when_shown_and_plain_while_edited(page: Page, harness: Harness) -> None:
    opened(page, harness)
    field = at(page, cell(2, 4))
    field.fill("1234567,5")
    field.press("Enter")
    expect(field).to_have_value("1.234.567,5")
    field.focus()
    expect(field).to_have_value("1234567,5")
    saved(page)
    assert harness.answers[cell(2, 4)] == "1234567.5"


def test_text_that_is_no_clear_number_stays_as_typed_with_a_message(page: Page, harness: Harness) -> None:
    opened(page, harness)
    field = at(page, cell(2, 4))
    field.fill("1.234")
    field.press("Enter")
    expect(field).to_have_value("1.234")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-place]")).to_contain_text("có thể là 1234 hoặc 1,234")
    saved(page)
    assert harness.answers[cell(2, 4)] == "?1.234"
    page.reload()
    expect(at(page, cell(2, 4))).to_have_value("1.234")


def test_a_pasted_english_thousand_is_asked_about_and_not_taken_for_a_decimal(
    page: Page, harness: Harness
) -> None:
    opened(page, harness)
    at(page, cell(2, 4)).click()
    paste(page, "1,234")
    page.keyboard.press("ArrowDown")
    expect(at(page, cell(2, 4))).to_have_value("1,234")
    expect(page.locator("[data-place]")).to_contain_text("có thể là 1234 hoặc 1,234")
    at(page, cell(2, 4)).click()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-place]")).to_contain_text("có thể là 1234 hoặc 1,234")
    at(page, cell(2, 4)).click()
    page.keyboard.type("1,234")
    page.keyboard.press("Enter")
    expect(at(page, cell(2, 4))).not_to_have_attribute("aria-invalid", "true")
    saved(page)
    assert harness.answers[cell(2, 4)] == "1.234"


def test_a_year_is_not_grouped(page: Page, harness: Harness, small_form: Form) -> None:
    year = Node("/data/nam", "question", "int", label={"vi": "Năm sinh"})
    harness.form = replace(small_form, nodes=(*small_form.nodes, year))
    harness.answers = {"/data/nam": "1975"}
    opened(page, harness)
    expect(at(page, "/data/nam")).to_have_value("1975")


def test_what_is_typed_after_tab_takes_the_place_of_a_grouped_number(
    page: Page, harness: Harness, small_form: Form
) -> None:
    letters = Node("/data/van_ban", "question", "int", label={"vi": "Số văn bản đi"}, unit={"vi": "văn bản"})
    harness.form = replace(small_form, nodes=(*small_form.nodes, letters))
    harness.answers = {"/data/van_ban": "1850"}
    opened(page, harness)
    field = at(page, "/data/van_ban")
    field.press("Tab")
    expect(field).to_have_value("1.850")
    page.keyboard.press("Shift+Tab")
    expect(field).to_be_focused()
    page.keyboard.type("1600")
    page.keyboard.press("Tab")
    expect(field).to_have_value("1.600")


def test_a_date_is_typed_day_first_and_kept_year_first(page: Page, harness: Harness) -> None:
    opened(page, harness)
    at(page, "/data/chung/ngay_lap").fill("5/3/2019")
    at(page, "/data/chung/ngay_lap").press("Tab")
    expect(at(page, "/data/chung/ngay_lap")).to_have_value("05/03/2019")
    saved(page)
    assert harness.answers["/data/chung/ngay_lap"] == "2019-03-05"


# Totals, findings, relevance


def test_totals_follow_at_once(page: Page, harness: Harness) -> None:
    opened(page, harness)
    for row, value in ((2, "1245"), (3, "85"), (5, "18")):
        at(page, cell(row, 1)).fill(value)
        at(page, cell(row, 1)).press("Enter")
    expect(at(page, cell(1, 1))).to_have_value("1.348")
    assert at(page, cell(1, 1)).get_attribute("readonly") is not None


def test_a_hard_finding_stands_by_the_cell_and_in_the_list(page: Page, harness: Harness) -> None:
    opened(page, harness)
    at(page, cell(3, 1)).fill("85")
    at(page, cell(3, 2)).fill("96")
    at(page, cell(3, 2)).press("Enter")
    field = at(page, cell(3, 2))
    expect(field).to_have_attribute("aria-invalid", "true")
    message = page.locator(f'[id="{field.get_attribute("aria-describedby")}"]')
    expect(message).to_contain_text("Số nữ (96) không được lớn hơn tổng số (85).")
    page.get_by_role("button", name=re.compile("2 lỗi")).click()
    page.get_by_role("link", name=re.compile("Mã số 03, cột 2")).click()
    assert focused(page) == cell(3, 2)
    field.fill("48")
    field.press("Enter")
    expect(message).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_a_soft_finding_asks_for_a_written_reason_and_keeps_it(page: Page, harness: Harness) -> None:
    opened(page, harness)
    at(page, cell(2, 1)).fill("10")
    at(page, cell(2, 4)).fill("9000")
    at(page, cell(2, 4)).press("Enter")
    expect(page.locator(".dt-reason")).to_have_text("Chưa giải trình")
    page.get_by_label("Giải trình").fill("Có khoản truy lĩnh.")
    expect(page.locator(".dt-reason")).to_have_text("Đã giải trình")
    saved(page)
    assert harness.justifications == {f"K05|{cell(1, 4)}": "Có khoản truy lĩnh."}
    page.reload()
    expect(page.get_by_label("Giải trình")).to_have_value("Có khoản truy lĩnh.")


def test_a_question_that_is_not_relevant_hides_and_comes_back_with_its_answer(
    page: Page, harness: Harness
) -> None:
    opened(page, harness)
    dependent = at(page, "/data/chung/so_truc_thuoc")
    expect(dependent).to_be_hidden()
    page.get_by_label("Có", exact=True).check()
    dependent.fill("7")
    page.get_by_label("Không", exact=True).check()
    expect(dependent).to_be_hidden()
    page.get_by_label("Có", exact=True).check()
    expect(dependent).to_have_value("7")


def test_sections_tell_what_is_missing(page: Page, harness: Harness) -> None:
    opened(page, harness)
    state = page.locator("[data-nav='/data/tai_chinh'] [data-nav-state]")
    expect(state).to_have_text("Chưa nhập")
    at(page, cell(2, 1, MONEY)).fill("100")
    at(page, cell(2, 1, MONEY)).press("Enter")
    expect(state).to_have_text("Còn thiếu 1")
    at(page, cell(3, 1, MONEY)).fill("50")
    at(page, cell(3, 1, MONEY)).press("Enter")
    expect(state).to_have_text("Xong")


def test_a_supervisors_comment_stands_at_its_cell_until_it_is_seen(page: Page, harness: Harness) -> None:
    said = {
        "id": "7",
        "path": cell(3, 2),
        "text": "Kiểm tra lại số nữ.",
        "author": "GSV tỉnh",
        "at": "12/03/2021",
    }
    harness.comments = [{**said, "resolved": False}]
    opened(page, harness)
    comment = page.locator('[data-comment="7"]')
    expect(comment).to_contain_text("Kiểm tra lại số nữ.")
    page.get_by_role("button", name="Đánh dấu đã xem").click()
    expect(comment).to_contain_text("✓ Đã xem")
    saved(page)
    assert harness.comments[0]["resolved"]


# Pasting, copying, undoing


def test_a_block_from_excel_is_pasted_and_undone_in_one_step(page: Page, harness: Harness) -> None:
    opened(page, harness)
    at(page, cell(2, 1)).click()
    paste(page, '1.245\t612\t37\r\n85\t48\t"2"\r\n10\t5\t0\r\n')
    expect(at(page, cell(1, 1))).to_have_value("1.330")
    expect(at(page, cell(3, 3))).to_have_value("2")
    expect(at(page, cell(4, 2))).to_have_value("5")
    saved(page)
    page.keyboard.press("Control+z")
    expect(at(page, cell(3, 3))).to_have_value("")
    expect(at(page, cell(1, 1))).to_have_value("0")
    page.keyboard.press("Control+y")
    expect(at(page, cell(1, 1))).to_have_value("1.330")
    saved(page)
    assert harness.answers[cell(2, 1)] == "1245"


def test_a_paste_that_does_not_fit_says_what_was_left_out(page: Page, harness: Harness) -> None:
    opened(page, harness)
    at(page, cell(1, 3)).click()
    paste(page, "999\t5\t6\n1\t2\n3\t4\n7\t8")
    banner = page.locator('[data-banner="paste"]')
    expect(banner).to_contain_text("Mã số 01, cột 3: ô tự động tính, số dán là 999, số tính là 4")
    expect(banner).to_contain_text("(“6”): nằm ngoài bảng")
    expect(banner).to_contain_text("(“8”): ô không phải nhập")
    expect(at(page, cell(2, 3))).to_have_value("1")


def test_a_range_is_selected_copied_cleared_and_brought_back(page: Page, harness: Harness) -> None:
    harness.answers = {cell(2, 1): "1245", cell(2, 2): "612", cell(3, 1): "85", cell(3, 2): "48"}
    opened(page, harness)
    at(page, cell(2, 1)).click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()").split() == ["1245", "612", "85", "48"]
    page.keyboard.press("Delete")
    expect(at(page, cell(3, 2))).to_have_value("")
    page.keyboard.press("Control+z")
    expect(at(page, cell(3, 2))).to_have_value("48")
    at(page, cell(2, 1)).click()
    at(page, cell(5, 2)).click(modifiers=["Shift"])
    expect(page.locator(".is-selected")).to_have_count(8)


def test_undo_while_typing_is_the_fields_own(page: Page, harness: Harness) -> None:
    harness.answers = {cell(2, 1): "5"}
    opened(page, harness)
    at(page, cell(2, 2)).fill("3")
    at(page, cell(2, 2)).press("ArrowLeft")
    page.keyboard.type("77")
    page.keyboard.press("Control+z")
    expect(at(page, cell(2, 2))).to_have_value("3")


# Saving


def test_a_lost_network_keeps_the_numbers_here_and_sends_them_later(
    page: Page, context: BrowserContext, harness: Harness
) -> None:
    opened(page, harness)
    context.set_offline(True)
    at(page, cell(2, 1)).fill("1245")
    at(page, cell(2, 1)).press("Enter")
    banner = page.locator('[data-banner="offline"]')
    expect(banner).to_contain_text("Mất kết nối – số liệu được giữ trên máy này")
    assert harness.saves == []
    context.set_offline(False)
    expect(banner).to_have_count(0)
    saved(page)
    assert harness.answers[cell(2, 1)] == "1245"


def test_a_broken_server_is_tried_again(page: Page, harness: Harness) -> None:
    opened(page, harness)
    harness.mode = "broken"
    at(page, cell(2, 1)).fill("9")
    at(page, cell(2, 1)).press("Enter")
    expect(page.locator('[data-banner="offline"]')).to_contain_text("Máy chủ chưa nhận được số liệu (500)")
    harness.mode = "ok"
    saved(page)
    assert harness.answers[cell(2, 1)] == "9"


def test_a_page_closed_in_the_middle_loses_nothing(
    page: Page, context: BrowserContext, harness: Harness
) -> None:
    opened(page, harness)
    harness.mode = "broken"
    at(page, cell(2, 1)).fill("1245")
    at(page, cell(2, 1)).press("Tab")
    page.keyboard.type("61")
    page.close()
    again = opened(context.new_page(), harness)
    harness.mode = "ok"
    expect(again.locator('[data-banner="restored"]')).to_contain_text("Đã lấy lại 2 thay đổi")
    expect(at(again, cell(2, 1))).to_have_value("1.245")
    expect(at(again, cell(2, 2))).to_have_value("61")
    saved(again)
    assert harness.answers == {cell(2, 1): "1245", cell(2, 2): "61"}
    assert again.evaluate("localStorage.length") == 0


def test_closing_the_page_sends_what_was_just_typed(
    page: Page, harness: Harness, context: BrowserContext
) -> None:
    opened(page, harness)
    at(page, cell(2, 1)).fill("31")
    page.goto("about:blank")
    again = opened(context.new_page(), harness)
    expect(at(again, cell(2, 1))).to_have_value("31")


def test_an_ended_session_keeps_the_copy_and_goes_on_after_signing_in(page: Page, harness: Harness) -> None:
    opened(page, harness)
    harness.mode = "expired"
    at(page, cell(2, 1)).fill("31")
    at(page, cell(2, 1)).press("Enter")
    banner = page.locator('[data-banner="expired"]')
    expect(banner).to_contain_text("Phiên làm việc đã hết")
    expect(banner.get_by_role("link")).to_have_attribute("href", "/dang-nhap")
    harness.mode = "ok"
    banner.get_by_role("button", name="Thử lại ngay").click()
    saved(page)
    expect(banner).to_have_count(0)
    assert harness.answers[cell(2, 1)] == "31"


@pytest.mark.parametrize(("button", "kept"), [("Giữ của tôi", "31"), ("Lấy bản mới", "40")])
def test_two_who_wrote_the_same_cell_are_asked_first(
    page: Page, harness: Harness, button: str, kept: str
) -> None:
    opened(page, harness)
    harness.save_elsewhere({cell(2, 1): "40", cell(5, 1): "3"})
    at(page, cell(2, 1)).fill("31")
    at(page, cell(2, 1)).press("Enter")
    banner = page.locator('[data-banner="conflict"]')
    expect(banner).to_contain_text("bà Trung ương đã lưu lúc")
    expect(banner.locator("tbody tr").first).to_have_text(re.compile("Mã số 02, cột 1.*31.*40"))
    assert harness.answers[cell(2, 1)] == "40"
    banner.get_by_role("button", name=button).click()
    saved(page)
    expect(at(page, cell(2, 1))).to_have_value(kept)
    expect(at(page, cell(5, 1))).to_have_value("3")
    assert harness.answers == {cell(2, 1): kept, cell(5, 1): "3"}


def test_other_cells_saved_elsewhere_are_taken_in_and_named(page: Page, harness: Harness) -> None:
    opened(page, harness)
    harness.save_elsewhere({cell(5, 1): "3", cell(2, 1): "31"})
    at(page, cell(2, 1)).fill("31")
    at(page, cell(2, 1)).press("Enter")
    expect(page.locator('[data-banner="taken"]')).to_contain_text("Mã số 05, cột 1")
    expect(at(page, cell(5, 1))).to_have_value("3")


# The page itself


def test_every_module_is_asked_for_at_once() -> None:
    listed = re.findall(
        r'"dieutra/(form/\w+\.js)"', (HOUSE / "templates" / "form" / "modules.html").read_text()
    )
    folder = HOUSE / "static" / "dieutra"
    assert listed == sorted(str(path.relative_to(folder)) for path in (folder / "form").glob("*.js"))


def test_the_page_breaks_no_security_policy(page: Page, harness: Harness, complaints: list[str]) -> None:
    opened(page, harness)
    at(page, cell(2, 1)).click()
    paste(page, "12,5\t612")
    page.get_by_role("button", name=re.compile("lỗi")).click()
    saved(page)
    assert complaints == []


FILLED = {
    "/data/chung/ten": "Sở Nội vụ tỉnh Hà Nam",
    "/data/chung/ma_qhns": "102345",
    "/data/chung/khoi": "3",
    cell(2, 1): "1245",
    cell(2, 2): "1300",
    cell(2, 4): "1284500.5",
}


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["desk", "phone"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_nothing_stands_in_the_way_of_assistive_tools(
    page: Page, harness: Harness, size: tuple[int, int], lang: str
) -> None:
    harness.answers = dict(FILLED)
    harness.comments = [
        {"id": "7", "path": cell(3, 2), "text": "Xem lại.", "author": "GSV", "at": "", "resolved": False}
    ]
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{harness.url}?lang={lang}")
    page.wait_for_selector("[data-ready]")
    at(page, cell(3, 4)).fill("x")
    at(page, cell(3, 4)).press("Enter")
    page.locator(".dt-toggle").click()
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()


def test_nothing_is_cut_off_on_a_phone(page: Page, harness: Harness) -> None:
    harness.answers = dict(FILLED)
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, harness)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_what_tab_reaches_is_never_under_the_bar_at_double_size(page: Page, harness: Harness) -> None:
    page.set_viewport_size({"width": 640, "height": 450})
    opened(page, harness)
    hidden, seen = [], set()
    for _ in range(90):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
                const at = document.activeElement, bar = document.querySelector(".dt-actions");
                if (bar.contains(at) || !document.querySelector(".dt-form").contains(at)) return [at.id, true];
                const box = at.getBoundingClientRect(), end = Math.min(box.bottom, box.top + 40); // a box's first line
                return [at.id, end <= bar.getBoundingClientRect().top + 1];
            }"""
        )
        seen.add(found[0])
        if not found[1]:
            hidden.append(found[0])
    assert len(seen) > 20
    assert hidden == []


def test_the_form_works_without_javascript(context: BrowserContext, harness: Harness) -> None:
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(harness.url)
    at(page, cell(2, 1)).fill("1.245")
    at(page, cell(2, 2)).fill("1300")
    page.get_by_label("Cơ quan Đảng").check()
    page.get_by_label("Mạng nội bộ (LAN)").check()
    page.get_by_label("Trang thông tin điện tử").check()
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("Số nữ (1.300) không được lớn hơn tổng số (1.245).").first).to_be_visible()
    expect(at(page, cell(1, 1))).to_have_value("1.245")
    assert harness.answers["/data/chung/cntt"] == "lan web"
    page.get_by_label("Mạng nội bộ (LAN)").uncheck()
    page.get_by_label("Trang thông tin điện tử").uncheck()
    page.get_by_role("button", name="Lưu").click()
    assert "/data/chung/cntt" not in harness.answers
    plain.close()


def test_a_form_to_be_read_only_cannot_be_changed(page: Page, harness: Harness, small_form: Form) -> None:
    harness.answers, harness.readonly = dict(FILLED), True
    opened(page, harness)
    assert at(page, cell(2, 1)).get_attribute("readonly") is not None
    expect(page.get_by_role("button", name="Lưu")).to_have_count(0)
    at(page, cell(2, 1)).click()
    page.keyboard.press("Delete")
    paste(page, "1\t2")
    expect(at(page, cell(2, 1))).to_have_value("1245")  # ungrouped while it has the focus


def test_typing_after_selecting_the_table_drops_the_selection(page: Page, harness: Harness) -> None:
    opened(page, harness)
    at(page, cell(3, 2)).click()
    page.keyboard.type("8")
    at(page, cell(2, 1)).click()
    page.keyboard.press("Control+a")
    page.keyboard.type("5")
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    expect(at(page, cell(2, 1))).to_have_value("5")
    expect(at(page, cell(3, 2))).to_have_value("8")
