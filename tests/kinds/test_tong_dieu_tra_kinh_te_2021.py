"""The economic census in a ministry: a branch beside the provinces, one list sent upward, Excel before the web."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dieutra.campaigns import checking
from dieutra.campaigns.actions import appoint, creatable, create_campaign
from dieutra.campaigns.checking import check_folder
from dieutra.campaigns.kind_reading import read_kind
from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case
from dieutra.cases.queries import sheet_to_fill
from dieutra.channels.workbook.intake import Taken, take
from dieutra.channels.workbook.make import make_workbook
from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import load_xlsform
from dieutra.engine.refusals import Forbidden
from dieutra.events.models import Event
from dieutra.frames import actions, queries, sending
from dieutra.frames.loading import load_base_list
from dieutra.frames.models import Listing, Unit
from dieutra.jobs.worker import work_once
from dieutra.people.models import Post, User
from dieutra.places.models import Area, Catalogue
from dieutra.reactions import REACTIONS
from dieutra.rehearsal.excel import fill_workbook
from dieutra.rehearsal.script import Line, Script, base_list_workbook, read_script

FOLDER = Path(__file__).parents[2] / "campaign_kinds" / "tong-dieu-tra-kinh-te-2021"
LINES = (
    Line("BMP-001", "Trung tâm Thông tin", "02", "tinh", "BMP", "", ""),
    Line("BMP-002", "Trung tâm Đo lường", "02", "huyen", "BMP", "BMP02", ""),
    Line("BMP-003", "Văn phòng Cục Viễn thông", "01", "huyen", "BMP", "BMP02", ""),
)


@cache
def form() -> Form:
    return load_xlsform(FOLDER / "form.xlsx")


@cache
def script() -> Script:
    return read_script(FOLDER)


def fired(**changes: str) -> set[str]:
    """Places with findings when the faultless form is changed; blank leaves an answer out."""
    answers = script().answers(form(), "xa", 1)
    answers |= {form().by_name[name].path: value for name, value in changes.items()}
    given = {path: value for path, value in answers.items() if value}
    return {finding.path.rsplit("/", 1)[-1] for finding in evaluate(form(), given).findings}


@pytest.fixture
def campaign(db: None) -> Campaign:
    today = timezone.localdate()
    opens, closes = today - timedelta(days=3), today + timedelta(days=30)
    return create_campaign(FOLDER, "bo-2021", "Các đơn vị của bộ", opens, today, closes)


def person(campaign: Campaign, role: str, code: str) -> User:
    area = Area.objects.get(catalogue=campaign.catalogue, code=code)
    name = f"{role}.{code.lower()}"
    return appoint(None, campaign, role, area, username=name, full_name=name).user


@pytest.fixture
def ministry(campaign: Campaign) -> User:
    return person(campaign, "qtv", "BMP")


@pytest.fixture
def centre(campaign: Campaign) -> User:
    return person(campaign, "qtv", "VN")


@pytest.fixture
def listing(campaign: Campaign, ministry: User) -> Listing:
    kind, area = campaign.kind, Area.objects.get(catalogue=campaign.catalogue, code="BMP")
    content = base_list_workbook(kind.frame_columns, kind.frame_sheet, LINES, with_email=True)
    load_base_list(ministry, campaign, area, content, "hc031.xlsx")
    return Listing.objects.get(campaign=campaign)


def send(ministry: User, listing: Listing) -> None:
    sending.keep_all(ministry, listing, listing.version)
    listing.refresh_from_db()
    sending.send(ministry, listing, listing.version)
    listing.refresh_from_db()


def test_the_folder_is_a_kind() -> None:
    assert check_folder("tong-dieu-tra-kinh-te-2021") == []


def test_a_branch_that_takes_a_province_s_code_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    folder = tmp_path / "x"
    shutil.copytree(FOLDER, folder)
    with (folder / "branch.csv").open("a") as file:
        file.write("35,Bộ trùng mã,bo,1,VN\nBMP09,Cục treo,cuc,2,KHONGCO\n")
    monkeypatch.setattr(checking, "kind_folder", lambda _: folder)
    told = [problem.message for problem in check_folder("x")]
    assert any("trùng" in message for message in told) and any("KHONGCO" in message for message in told)


@pytest.mark.parametrize("scale", [1, 4])
def test_the_rehearsed_form_is_without_fault(scale: int) -> None:
    state = evaluate(form(), script().answers(form(), "xa", scale))
    assert [(it.check, it.path) for it in state.findings] == []
    assert [path for path in state.missing if not path.endswith(("ten_don_vi", "ma_don_vi"))] == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"nam_thanh_lap": "2021"}, "nam_thanh_lap"),
        ({"email": "a@example.com"}, "email"),
        ({"so_co_so": "500"}, "so_co_so"),
        ({"lao_dong_r03_c3": "10"}, "lao_dong_r03_c3"),
        ({"lao_dong_r05_c2": "41"}, "lao_dong_r05_c2"),
        ({"lao_dong_r06_c2": "41"}, "lao_dong_r06_c2"),
        ({"lao_dong_r07_c1": "50"}, "lao_dong_r07_c1"),
        ({"lao_dong_r02_c1": "90"}, "lao_dong_r01_c2"),
        ({"nam_thanh_lap": "2020"}, "lao_dong_r01_c1"),
        ({"thu_nhap_r02_c1": "", "thu_nhap_r03_c1": ""}, "thu_nhap_r01_c1"),
        ({"thu_nhap_r04_c1": "4000"}, "thu_nhap_r04_c1"),
        ({"thu_nhap_r02_c1": "300", "thu_nhap_r04_c1": "1"}, "thu_nhap_bq"),
        ({"thu_chi_r06_c2": "5000"}, "thu_chi_r06_c2"),
        ({"thu_chi_r07_c2": "9000"}, "thu_chi_r05_c2"),
        ({"thu_chi_r04_c1": "30000"}, "thu_chi_r01_c2"),
        ({"tai_san_r03_c2": "7000"}, "tai_san_r03_c2"),
        ({"may_mang": "41"}, "may_mang"),
        ({"may_tinh": "400"}, "may_tinh"),
        ({"co_vay": "1", "so_vay": "0"}, "so_vay"),
        ({"thu_nuoc_ngoai": "90000"}, "thu_nuoc_ngoai"),
        ({"ngay_ky": "2020-12-31"}, "ngay_ky"),
        ({"nguoi_ky": "Nguyễn Thị Lập Phiếu"}, "nguoi_ky"),
    ],
)
def test_what_cannot_be_or_is_odd_is_found_at_its_place(changes: dict[str, str], place: str) -> None:
    assert place not in fired()
    assert place in fired(**changes)


def test_the_ministry_is_a_sister_of_the_provinces_and_in_this_campaign_s_catalogue_only(
    campaign: Campaign,
) -> None:
    areas = Area.objects.filter(catalogue=campaign.catalogue)
    assert areas.get(code="BMP").parent == areas.get(code="35").parent
    assert areas.get(code="BMP02").path == "VN/BMP/BMP02/"
    plain = Catalogue.objects.get(slug="vn-2025-03")
    assert not Area.objects.filter(catalogue=plain, code__startswith="BMP").exists()


def test_the_ministry_keeps_one_list_for_all_its_departments(listing: Listing) -> None:
    assert (listing.area.code, listing.level, listing.own_bodies) == ("BMP", 1, "")
    assert set(Unit.objects.filter(listing=listing).values_list("code", "area__code")) == {
        ("BMP-001", "BMP"),
        ("BMP-002", "BMP02"),
        ("BMP-003", "BMP02"),
    }
    assert {area.code for area in queries.areas_of(listing)} >= {"BMP", "BMP01", "BMP02"}


def test_a_unit_moves_between_departments_inside_the_one_list(listing: Listing, ministry: User) -> None:
    unit = Unit.objects.get(code="BMP-002")
    actions.move(ministry, unit, unit.version, "BMP03")
    unit.refresh_from_db()
    assert (unit.listing, unit.decision, unit.details["district"]) == (listing, "move", "BMP03")


def test_the_list_goes_to_the_centre_with_a_receipt(listing: Listing, ministry: User, centre: User) -> None:
    assert queries.last_sending(listing) is None
    send(ministry, listing)
    sent = queries.last_sending(listing)
    assert sent is not None and sent.agrees
    assert (sent.lines, sent.by, sent.number[:3]) == (3, "qtv.bmp", "BK-")
    desk = Client()
    desk.force_login(ministry)
    paper = desk.get(reverse("listing_receipt", args=[listing.pk]))
    assert paper.content.startswith(b"%PDF") and sent.number.lower() in paper.headers["Content-Disposition"]
    sending.give_back(centre, listing, listing.version, "Thiếu Học viện")
    listing.refresh_from_db()
    unit = Unit.objects.get(code="BMP-002")
    actions.remove(ministry, unit, unit.version, "chuyen_bo")
    changed = queries.last_sending(listing)
    assert changed is not None and not changed.agrees and changed.digest == sent.digest


def test_before_it_is_sent_there_is_no_receipt(listing: Listing, ministry: User) -> None:
    desk = Client()
    desk.force_login(ministry)
    assert desk.get(reverse("listing_receipt", args=[listing.pk])).status_code == 409


def test_the_same_list_gives_the_same_digest_and_another_one_another(
    listing: Listing, ministry: User
) -> None:
    first = sending.digest_of(listing)
    assert first == sending.digest_of(listing)
    unit = Unit.objects.get(code="BMP-002")
    actions.correct(ministry, unit, unit.version, "Trung tâm Đo lường chất lượng", {})
    assert sending.digest_of(listing) != first


def test_only_the_ministry_sends_and_only_the_centre_accepts(
    listing: Listing, ministry: User, campaign: Campaign
) -> None:
    reader = person(campaign, "bcd", "BMP02")
    with pytest.raises(Forbidden):
        sending.send(reader, listing, listing.version)
    send(ministry, listing)
    with pytest.raises(Forbidden):
        sending.accept(ministry, listing, listing.version)


def test_the_accepted_list_gives_each_unit_an_account_that_the_ministry_looks_after(
    listing: Listing, ministry: User, centre: User, campaign: Campaign
) -> None:
    send(ministry, listing)
    sending.accept(centre, listing, listing.version)
    while work_once(REACTIONS, {}):
        pass
    posts = Post.objects.filter(campaign=campaign, role="dv")
    assert set(posts.values_list("user__username", "level")) == {
        ("bmp-001", 1),
        ("bmp-002", 2),
        ("bmp-003", 2),
    }
    post = posts.get(user__username="bmp-002")
    assert ("dv", post.level) in creatable(ministry, campaign, post.path)
    assert Event.objects.filter(verb="case.opened", campaign_id=campaign.pk).count() == 3


def test_excel_first_and_the_web_after_without_typing_twice(
    listing: Listing, ministry: User, centre: User, campaign: Campaign
) -> None:
    send(ministry, listing)
    sending.accept(centre, listing, listing.version)
    while work_once(REACTIONS, {}):
        pass
    case = Case.objects.select_related("unit__area", "campaign", "form").get(unit__code="BMP-002")
    user = Post.objects.get(path=case.path, role="dv").user
    answers = script().answers(form(), "xa", 2)
    half = dict(list(answers.items())[: len(answers) // 2])
    filled = fill_workbook(form(), make_workbook(case, sheet_to_fill(case)), half)
    taken = take(user, case, BytesIO(filled).getvalue())
    assert isinstance(taken, Taken)
    sheet = sheet_to_fill(Case.objects.select_related("unit__area", "campaign", "form").get(pk=case.pk))
    assert {path: sheet.answers.get(path) for path in half} == half


def test_screens_call_roles_and_levels_as_the_ministry_does() -> None:
    kind = read_kind(FOLDER)
    assert kind.role_words["bcd"] == "Thành viên Tổ công tác"
    assert kind.role_words["qtv"] == "Quản trị viên", "the abbreviation in brackets is left out"
    assert kind.level_words[1] == "cấp bộ"
