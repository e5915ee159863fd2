"""Rows and questions in a real browser when something is unusual: long lists, lost connections, other tabs, languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from dieutra.engine.forms.given import defaults
from tests.browser.harness import Harness
from tests.browser.household import household_form
from tests.engine.markdown import form

pytestmark = pytest.mark.browser

HEAD = "| survey |\n| | type | name | label | appearance | required | relevant | choice_filter | parameters | hint |\n"
COMMUNES = "".join(f"| | xa | {number:05} | Xã Tân {number} | |\n" for number in range(1, 61))
LONG_LISTS = f"""{HEAD}
| | select_one xa | noi_o | Nơi ở | | | | | | |
| | select_multiple xa | da_den | Những xã đã đến | | | | | | |
| | range | diem | Điểm | picker | | | | start=0 end=10 step=2.5 | |
| | date | thang | Tháng bắt đầu | month-year | | | | | |
| | select_one co_khong | co | Có vay vốn không? | | | | | | |
| | integer | von | Số tiền vay | thousands-sep | ${{co}} = 'co' | | | | |
| | geotrace | duong | Đường vào xã | | | | | | |
| | barcode | ma | Mã vạch | | | | | | |
| choices |
| | list_name | name | label | |
{COMMUNES}| | co_khong | co | Có | |
| | co_khong | khong | Không | |
"""

CHOICES = """| survey |
| | type | name | label::Tiếng Việt (vi) | label::English (en) |
| | select_one muc_do | chat_luong | Chất lượng | Quality |
| | select_multiple kenh | cach_nop | Cách nộp hồ sơ | How it was handed in |
| choices |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | muc_do | 2 | Kém | Poor |
| | muc_do | 4 | Tốt | Good |
| | muc_do | 9 | Không biết | Don’t know |
| | kenh | 1 | Trực tiếp | In person |
| | kenh | 2 | Bưu chính | By post |
| | kenh | 3 | Trực tuyến | Online |
"""


@pytest.fixture
def choices() -> Iterator[Harness]:
    harness = Harness(form(CHOICES))
    yield harness
    harness.close()


@pytest.fixture
def households() -> Iterator[Harness]:
    survey = household_form()
    harness = Harness(survey, defaults(survey) | {"/data/ho[1]/ten": "Nguyễn Văn An"})
    yield harness
    harness.close()


@pytest.fixture
def lists() -> Iterator[Harness]:
    harness = Harness(form(LONG_LISTS))
    yield harness
    harness.close()


def at(page: Page, path: str) -> Locator:
    return page.locator(f'[id="{path}"]')


def opened(page: Page, harness: Harness) -> Page:
    page.goto(harness.url)
    page.wait_for_selector("[data-ready]")
    return page


def saved(page: Page) -> None:
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"^Đã lưu lúc \d\d:\d\d$"))


def add(page: Page) -> None:
    page.get_by_role("button", name="+ Thêm hộ").click()


def test_a_long_list_is_searched_by_keyboard_without_tone_marks(page: Page, lists: Harness) -> None:
    opened(page, lists)
    box = page.get_by_role("combobox", name="Nơi ở")
    box.focus()
    page.keyboard.type("xa tan 4")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_have_text("Xã Tân 4")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Xã Tân 40")
    expect(page.get_by_role("listbox")).to_be_hidden()
    saved(page)
    assert lists.answers["/data/noi_o"] == "00040"
    box.fill("không có xã này")
    expect(options).to_have_text("Không có lựa chọn nào như vậy.")
    page.keyboard.press("Escape")
    expect(box).to_have_value("Xã Tân 40")
    box.fill("")
    page.keyboard.press("Tab")
    saved(page)
    assert "/data/noi_o" not in lists.answers


def test_many_checkboxes_are_filtered_and_those_chosen_stay_in_sight(page: Page, lists: Harness) -> None:
    opened(page, lists)
    group = at(page, "/data/da_den")
    group.get_by_label("Xã Tân 7", exact=True).check()
    page.get_by_role("searchbox", name="Lọc danh sách lựa chọn").fill("tân 1")
    expect(group.get_by_role("checkbox")).to_have_count(12)  # 1, 10 to 19, and the chosen 7
    group.get_by_label("Xã Tân 12").check()
    saved(page)
    assert lists.answers["/data/da_den"] == "00007 00012"


def test_a_range_to_pick_from_a_month_and_a_grouped_number(page: Page, lists: Harness) -> None:
    opened(page, lists)
    at(page, "/data/diem").select_option(label="7,5")
    at(page, "/data/thang").fill("3/2021")
    at(page, "/data/von").fill("12500000")
    at(page, "/data/duong").fill("21.1 105.1; 21.2 105.2")
    at(page, "/data/ma").fill("8934563138165")
    page.keyboard.press("Tab")
    saved(page)
    assert lists.answers["/data/diem"] == "7.5"
    assert lists.answers["/data/thang"] == "2021-03-01"
    assert lists.answers["/data/duong"] == "21.1 105.1; 21.2 105.2"
    assert lists.answers["/data/ma"] == "8934563138165"
    page.reload()
    expect(at(page, "/data/diem").locator("option:checked")).to_have_text("7,5")
    expect(at(page, "/data/thang")).to_have_value("03/2021")
    expect(at(page, "/data/von")).to_have_value("12.500.000")
    expect(page.locator("[data-finding]")).to_have_count(0)


def test_whether_an_answer_is_required_follows_the_others(page: Page, lists: Harness) -> None:
    opened(page, lists)
    mark = page.locator("[data-required='/data/von']")
    expect(mark).to_be_hidden()
    at(page, "/data/co").get_by_label("Có", exact=True).check()
    expect(mark).to_be_visible()
    expect(page.locator("[data-counts]")).to_contain_text("còn thiếu 1")
    at(page, "/data/co").get_by_label("Không").check()
    expect(mark).to_be_hidden()


def test_a_row_added_without_connection_is_there_after_a_reload(page: Page, households: Harness) -> None:
    opened(page, households)
    households.mode = "broken"
    add(page)
    page.keyboard.type("Trần Thị Bình")
    page.keyboard.press("Tab")
    expect(page.locator("[data-banner=offline]")).to_be_visible()
    assert households.answers["/data/ho"] == "1"
    households.mode = "ok"
    opened(page, households)
    expect(at(page, "/data/ho[2]/ten")).to_have_value("Trần Thị Bình")
    saved(page)
    assert households.answers["/data/ho"] == "1 2"
    assert households.answers["/data/ho[2]/ten"] == "Trần Thị Bình"


def test_a_removed_name_is_never_given_to_another_row(page: Page, households: Harness) -> None:
    opened(page, households)
    add(page)
    page.locator('button[name="remove-row"][value="/data/ho[2]"]').click()
    add(page)
    expect(at(page, "/data/ho[2]")).to_have_count(0)
    expect(at(page, "/data/ho[3]/ten")).to_be_focused()
    saved(page)
    assert households.answers["/data/ho"] == "1 3"


def test_rows_that_two_tabs_add_and_remove_are_all_kept_and_gone(page: Page, households: Harness) -> None:
    households.answers |= {"/data/ho": "1 2 3", "/data/ho[2]/ten": "Cúc", "/data/ho[3]/ten": "Đào"}
    opened(page, households)
    households.save_elsewhere({"/data/ho": "1 2 3 9", "/data/ho[9]/ten": "Lê Văn Mận"})
    page.locator('button[name="remove-row"][value="/data/ho[2]"]').click()
    add(page)
    page.keyboard.type("Trần Thị Bình")
    page.keyboard.press("Tab")
    expect(page.locator("[data-banner=taken]")).to_be_visible()
    expect(page.locator("[data-banner=conflict]")).to_have_count(0)
    expect(at(page, "/data/ho[9]/ten")).to_have_value("Lê Văn Mận")
    saved(page)
    *others, mine = households.answers["/data/ho"].split()
    assert others == ["1", "3", "9"]
    assert households.answers[f"/data/ho[{mine}]/ten"] == "Trần Thị Bình"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", (("Chất lượng", "Kém", "Tốt"), ("Cách nộp hồ sơ", "Trực tiếp; Bưu chính", "Trực tuyến"))),
        ("en", (("Quality", "Poor", "Good"), ("How it was handed in", "In person; By post", "Online"))),
    ],
)
def test_what_two_have_chosen_is_told_in_words_and_not_in_codes(
    page: Page, choices: Harness, lang: str, words: tuple[tuple[str, str, str], ...]
) -> None:
    page.goto(f"{choices.url}?lang={lang}")
    page.wait_for_selector("[data-ready]")
    choices.save_elsewhere({"/data/chat_luong": "4", "/data/cach_nop": "3"})
    for path, values in (("/data/chat_luong", "2"), ("/data/cach_nop", "12")):
        for value in values:
            at(page, path).locator(f'input[value="{value}"]').check()
    rows = page.locator("[data-banner=conflict] tbody tr")
    expect(rows).to_have_count(2)
    found = [[it.inner_text() for it in row.locator("th, td").all()] for row in rows.all()]
    assert sorted(tuple(it) for it in found) == sorted(words)


def test_the_other_language_keeps_rows_and_says_everything_anew(page: Page, households: Harness) -> None:
    opened(page, households)
    add(page)
    page.keyboard.type("Trần Thị Bình")
    page.keyboard.press("Tab")
    saved(page)
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("[data-ready]")
    expect(page.locator("[id='rt:/data/ho[2]']")).to_have_text("Household 2")
    expect(at(page, "/data/ho[2]/ten")).to_have_value("Trần Thị Bình")
    page.get_by_role("button", name="+ Add household").click()
    expect(page.locator("[id='rt:/data/ho[3]']")).to_have_text("Household 3")


def test_the_slider_moves_the_number_and_the_number_the_slider(page: Page, households: Harness) -> None:
    opened(page, households)
    field, slider = at(page, "/data/chung/hai_long"), page.get_by_role("slider")
    expect(slider).to_have_class(re.compile("is-blank"))
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(field).to_have_value("2")
    field.fill("9")
    page.keyboard.press("Tab")
    expect(slider).to_have_js_property("value", "9")
    saved(page)
    assert households.answers["/data/chung/hai_long"] == "9"


def test_a_position_is_taken_only_when_asked_for(
    page: Page, context: BrowserContext, households: Harness
) -> None:
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": 20.5411, "longitude": 105.9229, "accuracy": 8})
    opened(page, households)
    parts = at(page, "/data/dia_ban/vi_tri").locator("input")
    expect(parts.first).to_have_value("")
    page.get_by_role("button", name="Lấy vị trí hiện tại").click()
    expect(parts.first).to_have_value("20.541100")
    saved(page)
    assert households.answers["/data/dia_ban/vi_tri"] == "20.541100 105.922900 0.0 8.0"
    parts.nth(0).fill("120")
    page.keyboard.press("Tab")
    expect(page.locator("[data-messages='/data/dia_ban/vi_tri']")).to_contain_text("vĩ độ (từ -90 đến 90)")


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (
            {"name": "to.png", "mimeType": "image/png", "buffer": b"x" * (10 * 1024 * 1024 + 1)},
            "lớn hơn 10 MB",
        ),
        ({"name": "rong.png", "mimeType": "image/png", "buffer": b""}, "không có nội dung"),
        ({"name": "thu.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}, "câu này cần ảnh"),
    ],
)
def test_a_wrong_file_is_refused_before_it_leaves_the_machine(
    page: Page, households: Harness, file: dict[str, object], why: str
) -> None:
    opened(page, households)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    at(page, "/data/chung/anh").locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    expect(at(page, "/data/chung/anh")).to_contain_text(why)
    assert not [url for url in requests if url.endswith("/tep")]


def test_a_count_that_nobody_can_mean_is_held_and_told_where_it_stands(page: Page) -> None:
    counted = """
    | survey |
    | | type | name | label | repeat_count |
    | | begin group | chung | A. Chung | |
    | | integer | so_nguoi | Số người | |
    | | end group | | | |
    | | begin repeat | nguoi | B. Người | ${so_nguoi} |
    | | text | ten | Tên | |
    | | end repeat | | | |
    """
    harness = Harness(form(counted))
    opened(page, harness)
    state = page.locator('[data-nav="/data/nguoi"] [data-nav-state]')
    expect(state).to_have_text("Chưa nhập")
    at(page, "/data/chung/so_nguoi").fill("100000")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row-of]")).to_have_count(1000, timeout=20_000)
    expect(state).to_have_text("Lỗi 1")
    at(page, "/data/chung/so_nguoi").fill("2")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row-of]")).to_have_count(2)
    expect(state).to_have_text("Chưa nhập")
    harness.close()
