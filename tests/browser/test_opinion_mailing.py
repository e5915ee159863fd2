"""The mailing and the progress of an opinion survey in a real browser, at 1280 and 390 pixels."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from dieutra.rehearsal.server import Server
from tests.browser.test_index_screens import Desk, desk, looks_right
from tests.site import ROOT, Prepared

pytestmark = pytest.mark.browser
__all__ = ["desk"]
SEED = "import django; django.setup(); from tests.opinions.mailing_stage import make; make()"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Prepared(tmp_path_factory.mktemp("site"), tmp_path_factory) as server:
        subprocess.run([sys.executable, "-c", SEED], env=server.environment, cwd=ROOT, check=True)
        yield server


def test_the_centre_looks_before_it_sends(desk: Desk, browser: Browser) -> None:
    centre = desk("ba.bo")
    centre.get_by_label("Mục chính").get_by_role("link", name="Gửi phiếu").click()
    centre.get_by_role("link", name="cấp tỉnh").click()
    looks_right(centre, "mailing")
    centre.get_by_role("button", name="Xem trước rồi gửi").click()
    expect(centre.get_by_text("120 thư cho 1 cơ quan")).to_be_visible()
    looks_right(centre, "mailing-preview")
    centre.get_by_role("button", name="Gửi phiếu: 120 thư").click()
    expect(centre.get_by_role("status")).to_contain_text("Đã mở gửi phiếu cho 1 cơ quan")
    row = centre.get_by_role("row", name="Tỉnh Nghệ An")
    for _ in range(60):
        if row.get_by_role("cell", name="120").count() >= 2:
            break
        centre.wait_for_timeout(500)
        centre.reload()
    expect(row.get_by_role("cell", name="120")).to_have_count(2)
    centre.get_by_role("link", name="Nhắc người chưa trả lời").click()
    looks_right(centre, "remind-all")


def test_the_centre_follows_bodies_and_people(desk: Desk, browser: Browser) -> None:
    centre = desk("ba.bo")
    centre.goto("/khao-sat/tien-do/?cuoc=tinh")
    looks_right(centre, "progress")
    centre.get_by_role("link", name="Được mời").click()
    centre.get_by_role("link", name="Tỉnh Hà Nam").click()
    centre.get_by_text("Xem số liệu theo ngày").click()
    looks_right(centre, "progress-body-centre")
    centre.get_by_role("link", name="Thư và địa chỉ").click()
    looks_right(centre, "letters-centre")
    centre.get_by_role("link", name="Đường dẫn mới").first.click()
    centre.get_by_label("Lý do").fill("Người nhận báo đã chuyển tiếp thư")
    looks_right(centre, "new-link")
    centre.get_by_role("button", name="Cấp đường dẫn mới").click()
    expect(centre.get_by_role("status")).to_contain_text("Đường dẫn cũ không dùng được nữa")
    centre.goto("/khao-sat/gui/dia-chi-da-doi/")
    looks_right(centre, "changes")


def test_a_body_reminds_and_gives_other_addresses(desk: Desk, browser: Browser) -> None:
    body = desk("chi.ha.nam")
    body.get_by_label("Mục chính").get_by_role("link", name="Tiến độ khảo sát").click()
    expect(body.get_by_text("nhóm dưới 5 người")).to_be_visible()
    looks_right(body, "progress-body")
    body.get_by_role("link", name="Cho biết địa chỉ khác").click()
    looks_right(body, "letters-body")
    body.get_by_role("link", name="Đổi địa chỉ thư").first.click()
    body.get_by_label("Địa chỉ thư mới").fill("a@gmail.com")
    body.get_by_label("Lý do").fill("Hòm thư cũ đã đóng")
    body.get_by_role("button", name="Đổi địa chỉ và gửi thư mới").click()
    if body.get_by_role("alert").count():  # a group that must use official mailboxes
        looks_right(body, "address-refused")
        body.get_by_label("Địa chỉ thư mới").fill("moi.thay@hanam.gov.vn")
        body.get_by_role("button", name="Đổi địa chỉ và gửi thư mới").click()
    expect(body.get_by_role("status")).to_contain_text("Đã đổi địa chỉ")
    body.goto("/khao-sat/tien-do/tinh/35/")
    body.get_by_role("table").get_by_role("link", name="Nhắc cả nhóm").first.click()
    looks_right(body, "remind")
    body.get_by_role("button", name="Gửi thư nhắc").click()
    expect(body.get_by_role("status")).to_contain_text("không cho biết là những ai")
