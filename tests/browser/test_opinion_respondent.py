"""The respondent on her telephone: link, answer, leave, come back, another language, send, and the link once more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from dieutra.opinions.tokens import shown
from dieutra.rehearsal.server import Server
from tests.browser.test_form_authoring import look
from tests.opinions.rush import Person, counted, seeded
from tests.site import Prepared

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
FIRST = "/data/linh_vuc_1/q01"
OPEN_QUESTION = "/data/y_kien/y_kien_khac"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Prepared(tmp_path_factory.mktemp("opinions"), tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="module")
def people(server: Server) -> list[Person]:
    return [it for it in seeded(server, 40) if FIRST in it.answers]


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, base_url=server.url, locale="vi-VN", has_touch=True)
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    yield page
    context.close()
    assert [
        it for it in complaints if not any(known in it for known in ("422", "403", "409", "ERR_INTERNET"))
    ] == []


def link(person: Person) -> str:
    return f"/y-kien/#{shown(person.token)}"


def opened(page: Page, person: Person) -> None:
    page.goto(link(person))
    page.wait_for_url("**/y-kien/phieu/")
    page.wait_for_selector("[data-ready]")


def saved(page: Page) -> None:
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"^Đã lưu lúc \d\d:\d\d$"))


def choose(page: Page, path: str, value: str) -> None:
    page.locator(f'[id="{path}"] input[value="{value}"]').check()


def test_two_minutes_on_a_telephone(
    phone: Page, server: Server, people: list[Person], browser: Browser
) -> None:
    person = people[0]
    requested: list[str] = []
    phone.on("request", lambda it: requested.append(it.url))
    opened(phone, person)
    assert phone.evaluate("location.hash") == ""
    assert not any(person.token in it or shown(person.token) in it for it in requested)
    assert all(it.startswith((server.url, "data:")) for it in requested)
    expect(phone.get_by_text("Không ai biết Ông/Bà trả lời thế nào")).to_be_visible()
    expect(phone.locator("footer").get_by_text("mô phỏng")).to_be_visible()
    about = phone.locator(".dt-about")
    expect(about).to_be_in_viewport()
    expect(about).to_have_text(re.compile("Cơ quan được đánh giá: (Tỉnh|Thành phố|Bộ) .+Nhóm: Lãnh đạo"))
    assert about.bounding_box()["height"] < 125  # type: ignore[index]
    phone.get_by_text("Ai thấy gì, hỏi ai").click()
    look(phone, "opinion-form")
    phone.set_viewport_size(PHONE)
    choose(phone, FIRST, person.answers[FIRST])
    saved(phone)

    # away, and back on another device; nothing stays on the first but the cookies
    assert (
        phone.evaluate("JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage)])")
        == "[[],[]]"
    )
    phone.get_by_role("button", name="Đóng phiếu trên máy này").click()
    expect(phone.get_by_role("heading", name="Đã đóng phiếu trên máy này")).to_be_visible()
    look(phone, "opinion-left")
    phone.go_back()
    expect(phone.locator(f'[id="{FIRST}"]')).to_have_count(0)
    other = browser.new_context(viewport=PHONE, base_url=server.url, locale="vi-VN").new_page()
    opened(other, person)
    expect(other.locator(f'[id="{FIRST}"] input:checked')).to_have_value(person.answers[FIRST])

    # in English, without losing what is being typed
    other.locator(f'[id="{OPEN_QUESTION}"]').fill("Rút ngắn thời gian trả lời.")
    other.get_by_role("button", name="English").click()
    other.wait_for_url("**/y-kien/phieu/?lang=en")
    other.wait_for_selector("[data-ready]")
    expect(other.locator(f'[id="{OPEN_QUESTION}"]')).to_have_value("Rút ngắn thời gian trả lời.")
    other.get_by_text("Who sees what, whom to ask").click()
    look(other, "opinion-form-en")
    other.get_by_role("button", name="Tiếng Việt").click()
    other.wait_for_url(re.compile("lang=vi|phieu/$"))
    other.wait_for_selector("[data-ready]")

    # the look back says what is missing, then sends
    other.get_by_role("button", name="Kiểm tra và gửi phiếu").click()
    expect(other.get_by_role("heading", name=re.compile("Còn câu chưa trả lời"))).to_be_visible()
    look(other, "opinion-missing")
    other.get_by_role("link", name="Quay lại sửa").click()
    other.wait_for_selector("[data-ready]")
    for path, value in person.answers.items():
        choose(other, path, value)
    saved(other)
    other.get_by_role("button", name="Kiểm tra và gửi phiếu").click()
    expect(other.get_by_text("Rút ngắn thời gian trả lời.")).to_be_visible()
    look(other, "opinion-check")
    other.set_viewport_size(PHONE)
    other.get_by_role("button", name="Gửi câu trả lời").click()
    expect(other.get_by_role("heading", name="Đã nhận câu trả lời")).to_be_visible()
    receipt = other.locator(".dt-receipt dd").inner_text()
    assert re.fullmatch(r"[A-Z2-9]{5}-[A-Z2-9]{5}", receipt)
    look(other, "opinion-receipt")

    # the link once more: the same receipt, no answers
    other.goto("about:blank")
    other.goto(link(person))
    expect(other.get_by_role("heading", name="Ông/Bà đã trả lời")).to_be_visible()
    assert other.locator(".dt-receipt dd").inner_text() == receipt
    assert "Rút ngắn" not in other.content()
    other.context.close()
    assert counted(server)["rows"] == len(counted(server)["answered"]) == 1


def test_a_tab_left_open_says_that_the_form_is_no_longer_open_and_sends_nothing(
    phone: Page, server: Server, people: list[Person]
) -> None:
    one, two = people[1], people[2]
    opened(phone, one)
    tab = phone.context.new_page()
    opened(tab, two)
    choose(phone, FIRST, "1")
    expect(phone.get_by_text("Phiếu này không còn mở trên máy này.")).to_be_visible()
    tab.reload()
    tab.wait_for_selector("[data-ready]")
    assert json.loads(tab.locator("#form-state").text_content() or "")["answers"] == {}


def test_two_devices_that_change_one_answer_are_shown_what_each_has_chosen(
    phone: Page, browser: Browser, server: Server, people: list[Person]
) -> None:
    opened(phone, people[6])
    other = browser.new_context(viewport=PHONE, base_url=server.url, locale="vi-VN").new_page()
    opened(other, people[6])
    choose(other, FIRST, "4")
    saved(other)
    other.context.close()
    choose(phone, FIRST, "2")
    row = phone.locator("[data-banner=conflict] tbody tr")
    expect(row.locator("td")).to_have_text(["Kém", "Tốt"])
    look(phone, "opinion-conflict")
    phone.get_by_role("button", name="Lấy bản mới").click()
    expect(phone.locator(f'[id="{FIRST}"] input:checked')).to_have_value("4")


def test_without_a_network_the_page_says_to_keep_it_open_and_sends_when_it_is_back(
    phone: Page, people: list[Person]
) -> None:
    opened(phone, people[3])
    phone.context.set_offline(True)
    choose(phone, FIRST, "1")
    expect(phone.get_by_text("Mất kết nối. Hãy giữ trang này mở")).to_be_visible()
    assert "giữ trên máy" not in phone.locator("main").inner_text()
    phone.context.set_offline(False)
    saved(phone)


def test_the_door_takes_a_typed_code_and_refuses_a_wrong_one_in_plain_words(
    phone: Page, people: list[Person]
) -> None:
    phone.goto("/y-kien/")
    look(phone, "opinion-door")
    phone.get_by_label("Dán mã trong thư").fill("ABCDE-FGHJK")
    phone.get_by_role("button", name="Mở phiếu").click()
    expect(phone.get_by_role("heading", name="Chưa mở được phiếu")).to_be_visible()
    look(phone, "opinion-unknown")
    phone.get_by_role("link", name="Nhập lại mã").click()
    phone.get_by_label("Dán mã trong thư").fill(shown(people[4].token).lower())
    phone.get_by_role("button", name="Mở phiếu").click()
    phone.wait_for_url("**/y-kien/phieu/")


def test_without_javascript_the_whole_way_works(
    browser: Browser, server: Server, people: list[Person]
) -> None:
    person = people[5]
    context = browser.new_context(
        viewport=PHONE, base_url=server.url, locale="vi-VN", java_script_enabled=False
    )
    page = context.new_page()
    page.goto(link(person))
    page.get_by_label("Dán mã trong thư").fill(person.token)
    page.get_by_role("button", name="Mở phiếu").click()
    for path, value in person.answers.items():
        choose(page, path, value)
    page.get_by_role("button", name="Kiểm tra và gửi phiếu").click()
    page.get_by_role("button", name="Gửi câu trả lời").click()
    expect(page.get_by_role("heading", name="Đã nhận câu trả lời")).to_be_visible()
    context.close()
