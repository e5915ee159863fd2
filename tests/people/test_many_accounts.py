"""Many accounts at once: from a list, whole or not at all; from the accepted frame, in one job that a kill does not end."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from dieutra.accounts import listed
from dieutra.accounts.actions import ask_from_frame, create_listed
from dieutra.accounts.models import Run
from dieutra.campaigns.models import Campaign
from dieutra.cases.unit_accounts import open_accounts, without_account
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.events.models import Event
from dieutra.frames.models import Listing, Unit
from dieutra.jobs.models import Job
from dieutra.jobs.worker import work_once
from dieutra.people.models import Post, User
from dieutra.places.models import Area
from dieutra.places.paths import unit_path
from dieutra.reactions import REACTIONS
from tests.cast import HA_NAM, PHU_LY, World

GOOD = """Vai trò;Mã địa bàn;Họ và tên;Tên đăng nhập;Thư điện tử;Điện thoại
Giám sát viên cấp huyện;347;Lê Thị Hoà;;hoa@example.gov.vn;0912345678
Giám sát viên cấp huyện;347;Lê Thị Hòa;;;
Quản trị viên cấp huyện;349;Đỗ Văn Ân;do.an;an@example.gov.vn;
"""


def read(world: World, actor: str, text: str) -> list[str]:
    accounts = listed.read_list(world.user(actor), world.campaign, text.encode(), "danh-sach.csv")
    return [it.username for it in accounts]


def area(world: World, code: str) -> Area:
    return Area.objects.get(catalogue=world.campaign.catalogue, code=code)


def units_in(world: World, code: str, number: int, email: str = "") -> None:
    """So many units of an accepted list that nobody has an account for."""
    listing = Listing.objects.get(campaign=world.campaign, area__code=code)
    commune = listing.area.children.order_by("code")[0]
    Unit.objects.bulk_create(
        Unit(
            campaign=world.campaign,
            listing=listing,
            code=f"MOI-{at:05}",
            name=f"Đơn vị mới {at}",
            search_key=f"don vi moi {at}",
            area=commune,
            path=unit_path(commune.path, f"MOI-{at:05}"),
            details={"email": email, "level": "xa", "kind": "11"},
            decision=Unit.Decision.KEEP,
        )
        for at in range(number)
    )


def work_it_off() -> None:
    while work_once(REACTIONS, {}):
        pass


def test_everybody_of_a_list_is_appointed_and_gets_a_name_and_a_letter(
    world: World, mailoutbox: list
) -> None:
    user = world.user("ong.tinh")
    accounts = listed.read_list(user, world.campaign, GOOD.encode(), "danh-sach.csv")
    create_listed(user, world.campaign, accounts)
    made = Post.objects.filter(created_by=user, user__username__in=["le.thi.hoa", "le.thi.hoa.2", "do.an"])
    assert sorted(made.values_list("user__username", "role", "level", "path")) == [
        ("do.an", "qtv", 2, area(world, "349").path),
        ("le.thi.hoa", "gsv", 2, area(world, "347").path),
        ("le.thi.hoa.2", "gsv", 2, area(world, "347").path),
    ]
    work_it_off()
    assert {letter.to[0] for letter in mailoutbox} >= {"hoa@example.gov.vn", "an@example.gov.vn"}
    assert User.objects.get(username="le.thi.hoa").phone == "0912345678"


@pytest.mark.parametrize(
    ("line", "where", "what"),
    [
        ("Giám sát viên;347;Ai Đó;;;", "Dòng 5, cột “Vai trò”", "không có trong danh mục"),
        ("Giám sát viên cấp huyện;999;Ai Đó;;;", "Dòng 5, cột “Mã địa bàn”", "Không có địa bàn"),
        ("Giám sát viên cấp tỉnh;347;Ai Đó;;;", "Dòng 5, cột “Mã địa bàn”", "không phải địa bàn cấp tỉnh"),
        ("Giám sát viên cấp huyện;001;Ai Đó;;;", "Dòng 5, cột “Mã địa bàn”", "không thuộc địa bàn"),
        ("Giám sát viên cấp tỉnh;01;Ai Đó;;;", "Dòng 5, cột “Mã địa bàn”", "không thuộc địa bàn"),
        ("Giám sát viên cấp huyện;347;;;;", "Dòng 5, cột “Họ và tên”", "Bắt buộc"),
        ("Giám sát viên cấp huyện;347;Ai Đó;;khong-phai;", "Dòng 5, cột “Thư điện tử”", "không phải"),
        ("Giám sát viên cấp huyện;347;Ai Đó;co.huyen;;", "Dòng 5, cột “Tên đăng nhập”", "đã có người dùng"),
        ("Giám sát viên cấp huyện;347;Ai Đó;do.an;;", "Dòng 5, cột “Tên đăng nhập”", "hai lần"),
        ("Giám sát viên cấp huyện;347;Ai Đó;có dấu;;", "Dòng 5, cột “Tên đăng nhập”", "không dấu"),
    ],
)
def test_one_wrong_row_is_named_and_nobody_is_appointed(
    world: World, at_the_desk: Callable[[str], Client], line: str, where: str, what: str
) -> None:
    before = User.objects.count()
    file = SimpleUploadedFile("danh-sach.csv", (GOOD + line + "\n").encode())
    page = at_the_desk("ong.tinh").post("/tai-khoan/tu-danh-sach/", {"file": file})
    assert page.status_code == 422
    text = page.content.decode()
    assert where in text
    assert what in text
    assert User.objects.count() == before


def test_a_list_sent_again_appoints_nobody_twice(world: World) -> None:
    user = world.user("ong.tinh")
    create_listed(
        user, world.campaign, listed.read_list(user, world.campaign, GOOD.encode(), "danh-sach.csv")
    )
    with pytest.raises(Invalid) as refused:
        listed.read_list(user, world.campaign, GOOD.encode(), "danh-sach.csv")
    assert [it.place for it in refused.value.problems][:2] == [f"Dòng {n}, cột “Họ và tên”" for n in (2, 3)]
    assert "tài khoản le.thi.hoa" in refused.value.problems[0].message
    namesake = GOOD.splitlines()[0] + "\nGiám sát viên cấp huyện;347;Lê Thị Hoa;hoa.hai;;\n"
    assert len(listed.read_list(user, world.campaign, namesake.encode(), "danh-sach.csv")) == 1


def test_zeros_that_excel_took_off_a_code_come_back(world: World) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Vai trò", "Mã địa bàn", "Họ và tên"])
    book.active.append(["Quản trị viên cấp tỉnh", 1, "Ông Hà Nội"])
    kept = io.BytesIO()
    book.save(kept)
    found = listed.read_list(world.user("ba.trung.uong"), world.campaign, kept.getvalue(), "ds.xlsx")
    assert [(it.username, it.path) for it in found] == [("ong.ha.noi", "VN/01/")]


def test_the_template_is_a_list_that_can_be_read(world: World, at_the_desk: Callable[[str], Client]) -> None:
    content = at_the_desk("ong.tinh").get("/tai-khoan/tu-danh-sach/tep-mau/").content
    with pytest.raises(Invalid, match="chỉ có dòng tiêu đề"):
        listed.read_list(world.user("ong.tinh"), world.campaign, content, "mau.xlsx")


def test_a_list_does_not_reach_over_the_cascade(world: World) -> None:
    line = "Vai trò;Mã địa bàn;Họ và tên\nGiám sát viên cấp huyện;347;Ai Đó\n"
    with pytest.raises(Invalid, match="1 chỗ sai"):
        read(world, "ba.trung.uong", line)


def test_an_order_makes_every_account_once_and_says_how_far_it_is(world: World) -> None:
    units_in(world, PHU_LY, 1200)
    run = ask_from_frame(world.user("co.huyen"), world.campaign, area(world, PHU_LY))
    with pytest.raises(NotNow, match="Đang lập"):
        ask_from_frame(world.user("co.huyen"), world.campaign, area(world, PHU_LY))
    work_it_off()
    run.refresh_from_db()
    assert (run.total, run.done, run.ended_at is None) == (1200, 1200, False)
    job = Job.objects.get(kind="accounts.from_frame")
    assert (job.state, job.done, job.total) == ("done", 1200, 1200)
    made = Post.objects.filter(user__username__startswith="moi-", role="dv")
    assert made.count() == made.values("path").distinct().count() == 1200
    assert Event.objects.filter(verb="account.created", subject_id__in=made.values("pk")).count() == 1200
    with pytest.raises(NotNow, match="Không còn đơn vị"):
        ask_from_frame(world.user("co.huyen"), world.campaign, area(world, PHU_LY))


def test_an_order_that_was_cut_off_goes_on_where_it_stood(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dieutra.accounts import jobs

    units_in(world, PHU_LY, 60)
    monkeypatch.setattr(jobs, "BATCH", 25)
    real, turns = open_accounts, []

    def falls_in_the_second_batch(campaign: Campaign, units: list[Unit]) -> int:
        turns.append(len(units))
        if len(turns) == 2:
            raise KeyboardInterrupt
        return real(campaign, units)

    monkeypatch.setattr(jobs, "open_accounts", falls_in_the_second_batch)
    run = ask_from_frame(world.user("co.huyen"), world.campaign, area(world, PHU_LY))
    with pytest.raises(KeyboardInterrupt):
        work_it_off()
    assert without_account(world.campaign, run.path).count() == 35
    Job.objects.update(lease_until="2020-01-01T00:00:00Z")
    work_it_off()
    run.refresh_from_db()
    assert (run.done, run.total) == (60, 60)
    assert Post.objects.filter(user__username__startswith="moi-").count() == 60


def test_the_database_keeps_a_second_account_of_a_unit_out(world: World) -> None:
    post = Post.objects.get(user__username="don.vi")
    post.pk, post.user = None, world.user("don.vi.hai")
    with pytest.raises(IntegrityError), transaction.atomic():
        post.save()


def test_a_district_orders_nothing_in_another(world: World) -> None:
    units_in(world, PHU_LY, 2)
    with pytest.raises(Forbidden):
        ask_from_frame(world.user("nguoi.la"), world.campaign, area(world, PHU_LY))
    with pytest.raises(Forbidden):
        ask_from_frame(world.user("anh.giam.sat"), world.campaign, area(world, PHU_LY))


def test_units_without_an_accepted_list_get_no_account(world: World) -> None:
    units_in(world, PHU_LY, 3)
    Listing.objects.filter(area__code=PHU_LY).update(state="sent")
    assert without_account(world.campaign, area(world, HA_NAM).path).count() == 0


def test_a_kind_may_leave_the_accounts_for_later(world: World) -> None:
    from dieutra.jobs.actions import ask

    rules = world.campaign.rules
    rules["campaign"]["accounts"]["from_frame"] = "asked"
    Campaign.objects.filter(pk=world.campaign.pk).update(rules=rules)
    units_in(world, PHU_LY, 3)
    listing = world.listing(PHU_LY)
    ask("cases.open_from_listing", "thu", listing=listing.pk, actor=world.user("ong.tinh").pk)
    work_it_off()
    assert Unit.objects.filter(code__startswith="MOI-", case__isnull=False).count() == 3
    assert not User.objects.filter(username__startswith="moi-").exists()
    assert Run.objects.count() == 0
