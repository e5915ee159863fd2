"""A list of people in a real browser: from the file over a mended error and a resolved overlap to the acceptance."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dieutra.rehearsal.server import Server
from tests.browser.test_review_by_keyboard import Desk, clean, desk
from tests.rosters.lines import line, many, xlsx
from tests.site import ROOT, site

pytestmark = pytest.mark.browser
__all__ = ["desk", "site"]

WORLD = (
    "import django; django.setup(); from tests.opinion_cast import make_opinion_world; make_opinion_world()"
)
STANDING = """
import django; django.setup()
from datetime import timedelta
from dieutra.campaigns.models import Campaign
from dieutra.rosters import actions, asking, contacts, loading, sending
from tests.opinion_cast import OpinionWorld
from tests.rosters.lines import csv, line, many
world = OpinionWorld(Campaign.objects.get(slug="chi-so-thu"))
co, nghe_an = world.user("co.nghe.an"), world.roster("tinh", "40")
world.fill(nghe_an, {"tinh-hdnd": 3, "tinh-so": 6, "tinh-phong": 8, "tinh-huyen": 4})
sending.send(co, nghe_an, nghe_an.version, True)
anh, bo = world.user("anh.ngoai.giao"), world.roster("bo", "B01")
people = world.fill(bo, {"bo-vu": 5, "bo-cchc": 3, "bo-hoi": 2})
actions.add(anh, bo, line(group="bo-so", don_vi="Sở Ngoại vụ"))
actions.add(anh, bo, line(group="bo-phong", don_vi="Sở Ngoại vụ"))
asking.ask_hardship(anh, people[0], "Đang điều trị dài ngày ở nước ngoài.")
later = world.campaign.list_due_on + timedelta(days=2)
asking.ask_later(anh, world.roster("bo", "B01"), later, "Bộ đang sắp xếp lại.")
new = csv(line("Lê Thị Mới", group="bo-vu", email="moi@mofa.gov.vn"))
loading.read(anh, world.roster("bo", "B01"), new, "bo.csv", True)
given = {"name": "Lê Văn Máy", "office": "Chuyên viên", "phone": "0912000111", "email": "may@mofa.gov.vn"}
first = contacts.name_contact(anh, world.campaign, world.area("B01"), standing=0, **given)
contacts.name_contact(anh, world.campaign, world.area("B01"), standing=first.pk, **given | {"name": "Trần Thị Mạng"})
print(people[0].pk, nghe_an.pk)
"""
LIST = "/danh-sach-doi-tuong/chi-so-thu/bo/B01/"
SENT = "/danh-sach-doi-tuong/chi-so-thu/tinh/40/"


@pytest.fixture(scope="module")
def person(site: Server) -> int:
    """Lists in every state; the id of one line of the ministry's."""
    subprocess.run([sys.executable, "-c", WORLD], env=site.environment, cwd=ROOT, check=True)
    done = subprocess.run(
        [sys.executable, "-c", STANDING],
        env=site.environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout.split()[0])


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible(desk: Desk, person: int, width: int) -> None:
    page = desk("anh.ngoai.giao", width)
    one = f"/danh-sach-doi-tuong/nguoi/{person}/"
    for address, name in (
        ("/danh-sach-doi-tuong/", "home"), (LIST, "list"), (f"{LIST}nap/", "upload"),
        (f"{LIST}nap/xem-truoc/", "load"),
        (f"{LIST}them/", "add"), (one, "edit"), (f"{one}mien/", "hardship"), (f"{LIST}ra-soat/", "findings"),
        (f"{LIST}trung/", "overlaps"), (f"{LIST}gui/", "send"), (f"{LIST}de-nghi/", "requests"),
        (f"{LIST}lich-su/", "history"), ("/danh-sach-doi-tuong/chi-so-thu/dau-moi/B01/", "contact"),
    ):  # fmt: skip
        answer = page.goto(address)
        assert answer and answer.ok, address
        clean(page, f"ro-{name}-{width}")
    page = desk("ba.bo", width)
    for address, name in (
        ("/danh-sach-doi-tuong/", "board"), (SENT, "decide"), (f"{SENT}tra-lai/", "return"), (f"{LIST}de-nghi/", "answer"),
        ("/danh-sach-doi-tuong/chi-so-thu/dau-moi/", "contacts"),
        ("/danh-sach-doi-tuong/chi-so-thu/dia-chi-chung/", "shared"),
    ):  # fmt: skip
        answer = page.goto(address)
        assert answer and answer.ok, address
        clean(page, f"ro-{name}-{width}")


def test_a_list_goes_from_a_file_with_an_error_to_its_acceptance(
    desk: Desk, person: int, tmp_path: Path
) -> None:
    rest = [
        line(
            f"Lê Thị {it[5:].title()}",
            group=it,
            email=f"{it}@hanam.gov.vn",
            dien_thoai="",
            ngay_sinh="",
            don_vi=it,
        )
        for it in ("tinh-phong", "tinh-huyen")
    ]
    good = [*many(4), line(), line(group="tinh-hdnd"), *rest]
    wrong, right = tmp_path / "sai.xlsx", tmp_path / "dung.xlsx"
    wrong.write_bytes(xlsx(*good[:-1], {**good[-1], "email": "lan@gmail.com"}))
    right.write_bytes(xlsx(*good))
    page = desk("chi.ha.nam", 1280)
    page.goto("/danh-sach-doi-tuong/")
    page.get_by_role("link", name="Nạp từ tệp").click()
    page.set_input_files("#file", str(wrong))
    page.get_by_role("button", name="Kiểm tra và xem trước").click()
    expect(page.get_by_role("alert")).to_contain_text("Dòng 9, cột “E-mail công vụ”")
    clean(page, "ro-refused-1280")
    page.set_input_files("#file", str(right))
    page.get_by_role("button", name="Kiểm tra và xem trước").click()
    expect(page.get_by_text("Sau khi nạp còn phải xử lý")).to_be_visible()
    page.get_by_role("button", name="Nạp 8 dòng").click()
    expect(page.get_by_role("heading", name="Còn 1 mục phải sửa")).to_be_visible()
    page.get_by_role("link", name="Xử lý người trùng").click()
    page.get_by_role("button", name="Là một người: giữ vai trò được ưu tiên").click()
    expect(page.get_by_role("heading", name="Đã quyết định (1)")).to_be_visible()
    clean(page, "ro-decided-1280")
    page.get_by_role("link", name="Tỉnh Hà Nam").click()
    page.get_by_role("button", name="Bỏ Lê Thị Huyen").click()
    page.get_by_role("button", name="Hoàn tác").click()
    page.get_by_role("link", name="Xem lại và gửi").click()
    page.get_by_label("Cơ quan đã rà soát").check()
    clean(page, "ro-review-1280")
    page.get_by_role("button", name="Gửi danh sách").click()
    expect(page.get_by_text("Mã biên nhận").first).to_be_visible()
    clean(page, "ro-sent-1280")
    centre = desk("ba.bo", 1280)
    centre.goto("/danh-sach-doi-tuong/")
    centre.get_by_role("link", name="Danh sách đã gửi Tỉnh Hà Nam").click()
    centre.get_by_role("button", name="Tiếp nhận danh sách").click()
    expect(centre.get_by_role("heading", name="Đã tiếp nhận")).to_be_visible()
    clean(centre, "ro-accepted-1280")
