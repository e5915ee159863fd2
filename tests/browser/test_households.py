"""A survey of households on the real product: rows in rows, counted rows, cascades, ranks, files, by keyboard."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.site import ROOT, site

pytestmark = pytest.mark.browser
__all__ = ["site"]

AREA, COMMON = "/data/dia_ban", "/data/chung"
GIVE_THE_UNIT_THIS_FORM = """
import django; django.setup()
from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case
from dieutra.forms.actions import publish
from tests.browser.household import household_workbook
from tests.cast import UNITS
codes = [UNITS[name][0] for name in ("don.vi", "don.vi.hai")]
version = publish(None, household_workbook())
Campaign.objects.update(form=version)
Case.objects.filter(unit__code__in=codes).update(form=version)
"""


@pytest.fixture(scope="module")
def households(site: Server) -> Server:
    """The site, with this survey as the form of đơn vị."""
    subprocess.run(
        [sys.executable, "-c", GIVE_THE_UNIT_THIS_FORM], env=site.environment, cwd=ROOT, check=True
    )
    return site


@pytest.fixture
def unit(browser: Browser, households: Server) -> Iterator[Page]:
    context = signed_in(browser, households, "don.vi")
    page = context.pages[0]
    page.goto("/phieu/")
    page.wait_for_selector("[data-ready]")
    yield page
    context.close()


def signed_in(browser: Browser, server: Server, username: str, javascript: bool = True) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        locale="vi-VN",
        base_url=server.url,
        java_script_enabled=javascript,
    )
    page = context.new_page()
    page.goto("/dang-nhap/")
    page.fill("#id_login", username)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(lambda url: "/dang-nhap/" not in url)
    return context


def at(page: Page, path: str) -> Locator:
    return page.locator(f'[id="{path}"]')


def saved(page: Page) -> None:
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"^Đã lưu lúc \d\d:\d\d$"))


def expect_titles(page: Page, titles: list[str]) -> None:
    heads = page.locator("[data-repeat='/data/ho'] > [data-rows] > .dt-entry > .dt-entry-head h3")
    expect(heads).to_have_text(titles)


def remove(page: Page, row: str) -> None:
    page.locator(f'button[name="remove-row"][value="{row}"]').click()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def picture() -> bytes:
    """A PNG of one pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    size = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(b"\0\x9b\x1c\x1f"))
        + chunk(b"IEND", b"")
    )


def test_a_village_is_filled_by_keyboard_sent_and_reviewed(
    browser: Browser, households: Server, unit: Page, tmp_path: Path
) -> None:
    page, keyboard = unit, unit.keyboard
    # The region decides which provinces are offered.
    at(page, f"{AREA}/vung").locator("input[type=radio]").first.focus()
    keyboard.press("Space")
    expect(at(page, f"{AREA}/tinh").locator("option")).to_have_text(["Chọn…", "Hà Nội", "Hà Nam"])
    at(page, f"{AREA}/tinh").select_option("35")
    at(page, f"{AREA}/thon").fill("Thôn Đông")
    keyboard.press("Tab")
    # Another province empties the village, because that was one of the former.
    at(page, f"{AREA}/tinh").select_option("01")
    expect(at(page, f"{AREA}/thon")).to_have_value("")
    at(page, f"{AREA}/thon").fill("Thôn Đoài")
    # A choice that is offered no longer is said, not dropped.
    at(page, f"{AREA}/vung").get_by_label("Miền Nam").check()
    expect(page.locator(f"[data-messages='{AREA}/tinh']")).to_contain_text(
        "“Hà Nội” không có trong các lựa chọn"
    )
    expect(at(page, f"{AREA}/tinh").locator("option:checked")).to_have_text(
        "Hà Nội (không còn trong danh sách)"
    )
    at(page, f"{AREA}/vung").get_by_label("Miền Bắc").check()
    expect(page.locator(f"[data-messages='{AREA}/tinh']")).to_be_empty()

    # The first household stands already, with its default; two persons are counted, not added.
    expect_titles(page, ["Hộ 1"])
    expect(at(page, "/data/ho[1]/nha").get_by_label("Nhà kiên cố")).to_be_checked()
    at(page, "/data/ho[1]/ten").focus()
    keyboard.type("Nguyễn Văn An")
    at(page, "/data/ho[1]/so_nguoi").focus()
    keyboard.type("2")
    keyboard.press("Enter")
    expect(page.locator("[data-repeat='/data/ho[1]/nguoi']")).to_contain_text("theo câu “Số người trong hộ”")
    expect(page.locator("[data-repeat='/data/ho[1]/nguoi'] button")).to_have_count(0)
    at(page, "/data/ho[1]/nguoi[1]/ho_ten").focus()
    for text, key in [("An", "Tab"), ("40", "ArrowDown"), ("38", "Shift+Tab"), ("Bình", "Enter")]:
        keyboard.type(text)
        keyboard.press(key)
    expect(page.locator("[data-note='/data/ho[1]/nhac']")).to_have_text(
        "Hộ Nguyễn Văn An có 2 người, tổng số tuổi là 78."
    )
    at(page, "/data/ho[1]/xe[1]/bien_so").fill("90-B1 123.45")
    keyboard.press("Enter")
    expect(page.locator("[id='rt:/data/ho[1]/xe[1]']")).to_have_text("1. Xe 90-B1 123.45")

    # A second and a third household, by keyboard; the second goes and comes back.
    page.get_by_role("button", name="+ Thêm hộ").focus()
    keyboard.press("Enter")
    assert focused(page) == "/data/ho[2]/ten"
    keyboard.type("Trần Thị Bình")
    page.get_by_role("button", name="+ Thêm hộ").focus()
    keyboard.press("Enter")
    keyboard.type("Lê Văn Cúc")
    at(page, "/data/ho[3]/so_nguoi").fill("1")
    keyboard.press("Enter")
    at(page, "/data/ho[3]/nguoi[1]/ho_ten").fill("Cúc")
    remove(page, "/data/ho[2]")
    expect_titles(page, ["Hộ 1", "Hộ 2"])
    expect(at(page, "/data/ho[3]/ten")).to_have_value("Lê Văn Cúc")
    expect(at(page, "/data/ho[3]/nguoi[1]/ho_ten")).to_have_value("Cúc")
    page.get_by_role("button", name="Hoàn tác").click()
    expect_titles(page, ["Hộ 1", "Hộ 2", "Hộ 3"])
    expect(at(page, "/data/ho[2]/ten")).to_have_value("Trần Thị Bình")
    at(page, "/data/ho[2]/ten").press("Control+z")
    expect_titles(page, ["Hộ 1", "Hộ 2"])
    saved(page)

    # Order, range, file.
    rank = at(page, f"{COMMON}/uu_tien")
    rank.get_by_role("button", name="Đưa “Nước sạch” lên trên").press("Enter")
    keyboard.press("Enter")
    at(page, f"{COMMON}/hai_long").fill("8")
    image = tmp_path / "nha van hoa.png"
    image.write_bytes(picture())
    at(page, f"{COMMON}/anh").locator("input[type=file]").set_input_files(image)
    expect(at(page, f"{COMMON}/anh").locator("img")).to_have_js_property("complete", True)
    expect(at(page, f"{COMMON}/anh")).to_contain_text("Đã gửi tệp “anh-nha van hoa.png”.")
    at(page, f"{COMMON}/cam_doan").get_by_role("checkbox").check()
    at(page, "/data/ho[3]/nguoi[1]/tuoi").fill("7")
    expect(at(page, f"{COMMON}/tong")).to_have_value("3")
    saved(page)

    before = page.evaluate(PICTURE)
    page.reload()
    page.wait_for_selector("[data-ready]")
    assert page.evaluate(PICTURE) == before
    assert before["/data/ho[3]/ten"] == "Lê Văn Cúc"
    assert before[f"{COMMON}/uu_tien"] == "Nước sạch, Làm đường, Sửa trường học, Khác"

    page.get_by_role("button", name="Kiểm tra và gửi phiếu").click()
    page.get_by_role("button", name="Gửi phiếu").click()
    expect(page.get_by_text("Mã biên nhận:")).to_be_visible()

    context = signed_in(browser, households, "anh.giam.sat")
    review = context.pages[0]
    review.goto("/duyet/")
    review.get_by_role("link", name=re.compile("Phủ Lý|UBND|Đơn vị")).first.click()
    review.wait_for_selector("[data-ready]")
    expect(at(review, "/data/ho[3]/ten")).to_have_value("Lê Văn Cúc")
    expect(review.get_by_role("button", name=re.compile("Thêm|Xóa|Bỏ tệp"))).to_have_count(0)
    at(review, "/data/ho[3]/nguoi[1]/tuoi").click()
    review.get_by_placeholder("Nhận xét tại ô này").fill("Kiểm tra lại tuổi.")
    review.get_by_role("button", name="Trả lại phiếu").click()
    expect(review.get_by_text("Đã trả lại phiếu")).to_be_visible()
    context.close()

    page.goto("/phieu/")
    page.wait_for_selector("[data-ready]")
    expect(page.locator("[data-comment]")).to_contain_text("Hộ 2 · Người 1 · Tuổi")


PICTURE = """() => Object.fromEntries([...document.querySelectorAll("[data-field]")].map((field) => [
  field.dataset.field,
  field.dataset.widget === "rank"
    ? [...field.querySelectorAll(".dt-rank-label")].map((label) => label.textContent).join(", ")
    : field.matches("fieldset")
      ? [...field.querySelectorAll("input")].map((input) => input.type === "file" ? "" : input.checked || input.value)
      : field.value]))"""


def test_a_page_without_javascript_adds_and_removes_rows_and_ranks(
    browser: Browser, households: Server
) -> None:
    context = signed_in(browser, households, "don.vi.hai", javascript=False)
    page = context.pages[0]
    page.goto("/phieu/")
    at(page, f"{AREA}/vung").get_by_label("Miền Nam").check()
    at(page, "/data/ho[1]/ten").fill("An")
    at(page, "/data/ho[1]/so_nguoi").fill("2")
    page.get_by_role("button", name="+ Thêm hộ").click()
    expect_titles(page, ["Hộ 1", "Hộ 2"])
    assert page.url.endswith("#/data/ho[2]")
    expect(at(page, f"{AREA}/tinh").locator("option")).to_have_text(
        ["Chọn…", "Thành phố Hồ Chí Minh", "Cần Thơ"]
    )
    at(page, "/data/ho[1]/nguoi[2]/ho_ten").fill("Bình")
    at(page, "/data/ho[2]/ten").fill("Cúc")
    ranks = at(page, f"{COMMON}/uu_tien").locator("select")
    for place, select in zip("3142", ranks.all(), strict=True):
        select.select_option(place)
    times = at(page, f"{AREA}/gap_luc").locator("input")
    times.nth(0).fill("21/11/2026")
    times.nth(1).fill("08:30")
    point = at(page, f"{AREA}/vi_tri").locator("input")
    point.nth(0).fill("10,0452")
    point.nth(1).fill("105.7469")
    picker = at(page, f"{COMMON}/anh").locator("input[type=file]")
    picker.set_input_files({"name": "anh.png", "mimeType": "image/png", "buffer": picture()})
    remove(page, "/data/ho[1]")
    expect_titles(page, ["Hộ 1"])
    expect(at(page, "/data/ho[2]/ten")).to_have_value("Cúc")
    expect(at(page, "/data/ho[2]/nha").get_by_label("Nhà kiên cố")).to_be_checked()
    expect(at(page, f"{COMMON}/uu_tien").locator(".dt-rank-label")).to_have_text(
        ["Sửa trường học", "Khác", "Làm đường", "Nước sạch"]
    )
    expect(times.nth(0)).to_have_value("21/11/2026")
    expect(times.nth(1)).to_have_value("08:30")
    expect(point.nth(0)).to_have_value("10.0452")
    expect(at(page, f"{COMMON}/anh").get_by_role("link")).to_have_text("anh-anh.png")
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_rows_and_new_questions_have_no_accessibility_violations(
    browser: Browser, households: Server, unit: Page, width: int
) -> None:
    unit.set_viewport_size({"width": width, "height": 800})
    unit.goto("/phieu/")
    unit.wait_for_selector("[data-ready]")
    report = Axe().run(unit)
    assert report.violations_count == 0, report.generate_report()
