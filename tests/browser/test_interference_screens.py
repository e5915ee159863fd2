"""The signs of interference in a real browser: two people annul a result, every page is accessible at both widths."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from dieutra.rehearsal.server import Server
from tests.browser.test_review_by_keyboard import Desk, clean, desk
from tests.site import ROOT, site

pytestmark = pytest.mark.browser
__all__ = ["desk", "site"]

STANDING = """
import django; django.setup()
from dieutra.interference.actions import make
from tests.interference.answers import copied_in_a_hurry, three_provinces
from tests.opinion_cast import make_opinion_world
world = make_opinion_world()
three_provinces(world)
copied_in_a_hurry(world, "40")
make(world.user("ba.bo"), world.campaign)
"""
REASON = "Bốn mươi phiếu gửi từ một trình duyệt; cơ quan giải trình chưa rõ."


@pytest.fixture(scope="module")
def standing(site: Server) -> None:
    subprocess.run([sys.executable, "-c", STANDING], env=site.environment, cwd=ROOT, check=True)


@pytest.mark.parametrize("width", [1280, 390])
def test_two_people_annul_a_result_and_the_body_reads_why(desk: Desk, standing: None, width: int) -> None:
    first, second, body = desk("ba.bo", width), desk("ong.chuyen.vien", width), desk("chi.ha.nam", width)
    first.goto("/dau-hieu/")
    expect(first.get_by_text("Rõ: ")).to_be_visible()
    clean(first, f"signs-{width}")
    first.get_by_role("link", name="Tỉnh Nghệ An").last.click()
    for words in first.locator("summary:visible").all():
        if words.inner_text() in ("Bảng số liệu", "Phiếu được chép nhiều nhất"):
            words.click()
    clean(first, f"signs-copied-{width}")
    first.goto("/dau-hieu/")
    first.get_by_role("link", name="Tỉnh Hà Nam").last.click()
    first.get_by_label("Lý do").fill(REASON)
    clean(first, f"signs-body-{width}")
    first.get_by_role("button", name="Đề nghị hủy kết quả").click()
    expect(first.get_by_role("button", name="Rút đề nghị")).to_be_visible()
    clean(first, f"signs-own-{width}")
    second.goto(first.url)
    clean(second, f"signs-second-{width}")
    second.get_by_role("button", name="Xác nhận hủy kết quả").focus()
    second.keyboard.press("Enter")
    expect(second.get_by_text("Đã hủy kết quả", exact=True)).to_be_visible()
    body.goto("/dau-hieu/thong-bao/")
    expect(body.get_by_text(REASON)).to_be_visible()
    clean(body, f"signs-notice-{width}")
    second.get_by_label("Lý do").fill("Đã có giải trình mới.")
    second.get_by_role("button", name="Đề nghị khôi phục").click()
    first.reload()
    clean(first, f"signs-reversal-{width}")
    first.get_by_role("button", name="Xác nhận khôi phục").click()
    expect(first.get_by_text("Đã khôi phục").first).to_be_visible()
    first.goto("/dau-hieu/")
    clean(first, f"signs-after-{width}")
