"""The list of 2021 on its way to the areas of 2026: Hà Nam becomes a part of Ninh Bình, Bình Phước of Đồng Nai."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dieutra.campaigns.actions import appoint, create_campaign
from dieutra.campaigns.models import Campaign
from dieutra.carrying import actions, jobs, queries
from dieutra.carrying.models import CarriedLine, Carry
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.frames import sending
from dieutra.frames.models import Listing, Unit
from dieutra.jobs.models import Job
from dieutra.jobs.worker import work_once
from dieutra.people.models import User
from dieutra.places.models import Area, Conversion
from dieutra.places.paths import unit_path
from dieutra.reactions import REACTIONS
from tests.cast import KIND
from tests.frames.conftest import BODY, UBND, sheet

KIND_2026 = Path(KIND).parent / "co-so-hanh-chinh-2026"
# code, managing area, seat, decision
OLD = (
    ("SNV", "35", "13291", "keep"),  # a body of the province
    ("PNV-PL", "347", "13291", "keep"),  # a body of Phủ Lý, a level that ended
    ("UBND-A", "13291", "13291", "correct"),  # a commune with one successor
    ("UBND-B", "13285", "13285", "keep"),  # Quang Trung, split between Phủ Lý and Hà Nam
    ("DANG-B", "13285", "13285", "keep"),
    ("BO", "13291", "13291", "remove"),  # removed in 2021
)


def _campaign(kind: Path, slug: str) -> Campaign:
    today = timezone.localdate()
    return create_campaign(kind, slug, slug, today - timedelta(days=3), today, today + timedelta(days=30))


@pytest.fixture
def new(db: None) -> Campaign:
    return _campaign(KIND_2026, "moi-2026")


@pytest.fixture
def old(new: Campaign) -> Campaign:
    campaign = _campaign(KIND, "cu-2021")
    for code, area, seat, decision in OLD:
        _old_unit(campaign, code, area, seat, decision)
    return campaign


def _old_unit(campaign: Campaign, code: str, area_code: str, seat: str, decision: str) -> None:
    area = Area.objects.get(catalogue=campaign.catalogue, code=area_code)
    at = area if area.level < 3 else area.parent
    assert at is not None
    values = {"path": at.path, "level": at.level, "state": Listing.State.ACCEPTED}
    listing, _ = Listing.objects.get_or_create(campaign=campaign, area=at, defaults=values)
    Unit.objects.create(
        campaign=campaign,
        listing=listing,
        code=code,
        name=f"Đơn vị {code}",
        area=area,
        path=unit_path(area.path, code),
        details={"kind": "03", "level": "xa", "commune": seat, "email": f"{code.lower()}@example.gov.vn"},
        decision=decision,
    )


@pytest.fixture
def centre(new: Campaign) -> User:
    return _person(new, "VN", "tw.2026")


@pytest.fixture
def ninh_binh(new: Campaign) -> User:
    return _person(new, "37", "nb.2026")


def _person(campaign: Campaign, code: str, username: str) -> User:
    area = Area.objects.get(catalogue=campaign.catalogue, code=code)
    return appoint(None, campaign, "qtv", area, username=username, full_name=username).user


def _ha_nam(campaign: Campaign) -> Area:
    return Area.objects.get(catalogue=campaign.catalogue, code="35")


def work() -> None:
    while work_once(REACTIONS, {}):
        pass


@pytest.fixture
def carry(old: Campaign, new: Campaign, centre: User) -> Carry:
    begun = actions.begin_from_campaign(centre, new, old, _ha_nam(old))
    work()
    begun.refresh_from_db()
    return begun


def line(carry: Carry, code: str) -> CarriedLine:
    found = CarriedLine.objects.select_related("carry__province", "old_area", "target")
    return found.get(carry=carry, code=code)


def test_what_has_one_successor_is_carried_and_the_rest_waits_for_a_person(carry: Carry) -> None:
    assert line(carry, "SNV").target == carry.province
    assert carry.province.name == "Tỉnh Ninh Bình"
    carried = line(carry, "UBND-A")
    assert carried.verdict == "place" and carried.target is not None
    assert carried.target.path.startswith("VN/37/") and carried.target.level == 3
    split = line(carry, "UBND-B")
    assert (split.cause, split.verdict, split.target) == ("split", "", None)
    ended = line(carry, "PNV-PL")
    assert (ended.cause, ended.verdict, ended.target) == ("district", "", None)
    assert not CarriedLine.objects.filter(code="BO").exists()
    report = queries.report(carry)
    assert (report.lines, report.carried, report.left) == (5, 2, {"split": 2, "district": 1})
    assert report.adds_up


def test_a_file_of_binh_phuoc_goes_to_dong_nai(new: Campaign, old: Campaign, centre: User) -> None:
    rows = [
        ("BP-1", "UBND xã Nha Bích", UBND, "70", "697", "25450", "xã", "", "", "", "", "9", ""),
        ("BP-2", "Phòng Nội vụ Chơn Thành", BODY, "70", "697", "25450", "huyện", "", "", "", "", "9", ""),
    ]
    province = Area.objects.get(catalogue=old.catalogue, code="70")
    begun = actions.begin_from_file(centre, new, province, KIND.name, sheet(rows), "bp.xlsx")
    work()
    carried = line(begun, "BP-1")
    assert carried.target is not None and carried.target.path.startswith("VN/75/")
    assert begun.province.name.endswith("Đồng Nai")
    assert line(begun, "BP-2").verdict == ""


def test_a_file_with_a_wrong_row_carries_nothing(new: Campaign, old: Campaign, centre: User) -> None:
    rows = [
        ("BP-1", "UBND xã Nha Bích", UBND, "70", "697", "25450", "xã", "", "", "", "", "9", ""),
        ("BP-2", "UBND xã lạ", UBND, "70", "697", "99999", "xã", "", "", "", "", "9", ""),
    ]
    province = Area.objects.get(catalogue=old.catalogue, code="70")
    with pytest.raises(Invalid) as refused:
        actions.begin_from_file(centre, new, province, KIND.name, sheet(rows), "bp.xlsx")
    assert refused.value.problems[0].place == "Dòng 3, cột “Mã xã”"
    assert not Carry.objects.exists()


def test_beginning_twice_is_once(carry: Carry, old: Campaign, new: Campaign, centre: User) -> None:
    again = actions.begin_from_campaign(centre, new, old, _ha_nam(old))
    work()
    assert again == carry
    assert carry.lines.count() == 5
    assert Event.objects.filter(verb="carry.begun").count() == 1


def test_a_job_that_was_killed_goes_on_without_doubles(
    old: Campaign, new: Campaign, centre: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies after its first batch of copying, then after its first batch of asking."""
    monkeypatch.setattr(jobs, "BATCH", 2)
    begun = actions.begin_from_campaign(centre, new, old, _ha_nam(old))
    job = Job(kind="carrying.convert", payload={"carry": begun.pk})
    for beats in (1, 4):
        left = iter(range(beats - 1))

        def die(*_: object, **__: object) -> None:
            if next(left, None) is None:  # noqa: B023
                raise KeyboardInterrupt

        monkeypatch.setattr(jobs, "beat", die)
        with pytest.raises(KeyboardInterrupt):
            jobs.convert(job)
    assert queries.report(begun).asking > 0
    monkeypatch.setattr(jobs, "beat", lambda *_, **__: None)
    jobs.convert(job)
    report = queries.report(begun)
    assert (report.lines, report.asking, report.carried) == (5, 0, 2)
    assert Event.objects.filter(verb="carry.converted").count() == 1


def test_a_person_chooses_among_the_candidates(carry: Carry, centre: User) -> None:
    split = line(carry, "UBND-B")
    [choice] = queries.choices(carry, [split])
    assert {it.area.code for it in choice.candidates} == {"13285", "13366"}
    assert choice.proposed is not None and choice.proposed.area.code == "13366"
    actions.decide(centre, split, split.version, "place", area_code="13285")
    decided = line(carry, "UBND-B")
    assert decided.target is not None and decided.target.code == "13285"
    assert decided.decided_by == centre
    assert queries.report(carry).decided == {"place": 1}


def test_bodies_of_the_former_district_are_kept_merged_or_ended(carry: Carry, centre: User) -> None:
    body = line(carry, "PNV-PL")
    actions.decide(centre, body, 2 - 1, "merge", into_code="snv")
    assert line(carry, "PNV-PL").into == line(carry, "SNV")
    actions.take_back(centre, line(carry, "PNV-PL"), 2)
    actions.decide(centre, line(carry, "PNV-PL"), 3, "province", note="Chuyển nguyên trạng")
    assert line(carry, "PNV-PL").target == carry.province
    actions.take_back(centre, line(carry, "PNV-PL"), 4)
    actions.decide(centre, line(carry, "PNV-PL"), 5, "end")
    assert not line(carry, "PNV-PL").goes_on


@pytest.mark.parametrize(
    ("verdict", "given"),
    [
        ("place", {}),
        ("place", {"area_code": "37"}),
        ("place", {"area_code": "25432"}),  # in Đồng Nai
        ("merge", {}),
        ("merge", {"into_code": "UBND-B"}),  # itself
        ("merge", {"into_code": "khong-co"}),
        ("", {}),
        ("end", {"note": "x" * 301}),
    ],
)
def test_an_unfinished_decision_is_refused(
    carry: Carry, centre: User, verdict: str, given: dict[str, str]
) -> None:
    split = line(carry, "UBND-B")
    with pytest.raises(Invalid):
        actions.decide(centre, split, split.version, verdict, **given)
    assert line(carry, "UBND-B").verdict == ""


def test_whoever_decides_second_is_told(carry: Carry, centre: User, ninh_binh: User) -> None:
    mine, theirs = line(carry, "UBND-B"), line(carry, "UBND-B")
    actions.decide(ninh_binh, theirs, theirs.version, "place", area_code="13366")
    with pytest.raises(Stale):
        actions.decide(centre, mine, mine.version, "end")


def test_proposals_are_written_all_or_none(carry: Carry, ninh_binh: User) -> None:
    first, second = line(carry, "UBND-B"), line(carry, "DANG-B")
    chosen = {first.pk: (first.version, "13366"), second.pk: (second.version + 1, "13366")}
    with pytest.raises(Stale):
        actions.decide_many(ninh_binh, carry, chosen)
    assert queries.report(carry).decided == {}
    chosen[second.pk] = (second.version, "13366")
    assert actions.decide_many(ninh_binh, carry, chosen) == 2
    assert queries.report(carry).decided == {"place": 2}


def test_the_lines_become_pending_lines_of_the_new_list(carry: Carry, ninh_binh: User) -> None:
    assert actions.ask_to_place(ninh_binh, carry) == 2
    work()
    unit = Unit.objects.get(campaign=carry.campaign, code="UBND-A")
    assert (unit.decision, unit.listing.area, unit.listing.level) == ("pending", unit.area, 3)
    assert unit.details["code_2021"] == "UBND-A"
    assert unit.details["area_2021"].endswith("Thành phố Phủ Lý, Tỉnh Hà Nam")
    assert unit.details["email"] == "ubnd-a@example.gov.vn"
    assert unit.base is not None and "district" not in unit.base["details"]
    body = Unit.objects.get(campaign=carry.campaign, code="SNV")
    assert (body.listing.level, body.details["level"]) == (1, "tinh")
    with pytest.raises(NotNow):
        actions.ask_to_place(ninh_binh, carry)
    placed = line(carry, "UBND-A")
    with pytest.raises(NotNow):
        actions.take_back(ninh_binh, placed, placed.version)


def test_later_decisions_follow_and_nothing_is_placed_twice(carry: Carry, ninh_binh: User) -> None:
    actions.ask_to_place(ninh_binh, carry)
    work()
    split = line(carry, "UBND-B")
    actions.decide(ninh_binh, split, split.version, "place", area_code="13366")
    assert actions.ask_to_place(ninh_binh, carry) == 1
    work()
    assert Unit.objects.filter(campaign=carry.campaign).count() == 3
    assert queries.report(carry).placed == 3


def test_a_line_for_a_closed_listing_waits_and_says_so(carry: Carry, ninh_binh: User) -> None:
    actions.ask_to_place(ninh_binh, carry)
    work()
    listing = Listing.objects.get(campaign=carry.campaign, level=1)
    sending.keep_all(ninh_binh, listing, listing.version)
    listing.refresh_from_db()
    sending.send(ninh_binh, listing, listing.version)
    body = line(carry, "PNV-PL")
    actions.decide(ninh_binh, body, body.version, "province")
    actions.ask_to_place(ninh_binh, carry)
    work()
    report = queries.report(carry)
    assert (report.ready, report.stuck) == (1, 1)
    assert not Unit.objects.filter(campaign=carry.campaign, code="PNV-PL").exists()


def test_only_accepted_lists_are_carried(old: Campaign, new: Campaign, centre: User) -> None:
    Listing.objects.filter(campaign=old, level=2).update(state=Listing.State.SENT)
    begun = actions.begin_from_campaign(centre, new, old, _ha_nam(old))
    work()
    assert [it.code for it in begun.lines.all()] == ["SNV"]
    assert queries.report(begun).unaccepted == 1
    Listing.objects.filter(campaign=old).update(state=Listing.State.SENT)
    Carry.objects.all().delete()
    with pytest.raises(NotNow):
        actions.begin_from_campaign(centre, new, old, _ha_nam(old))


def test_another_province_carries_nothing_here(old: Campaign, new: Campaign, ninh_binh: User) -> None:
    stranger = _person(new, "75", "dn.2026")
    with pytest.raises(Forbidden):
        actions.begin_from_campaign(stranger, new, old, _ha_nam(old))
    with pytest.raises(Forbidden):  # hers is the province, but she held no post in the campaign of 2021
        actions.begin_from_campaign(ninh_binh, new, old, _ha_nam(old))


def test_the_page_offers_the_candidates_and_records_the_choice(carry: Carry, ninh_binh: User) -> None:
    client = Client()
    client.force_login(ninh_binh)
    html = client.get(reverse("carry", args=[carry.pk])).content.decode()
    assert "Chuyển về Phường Hà Nam, Tỉnh Ninh Bình (nhận một phần xã cũ)" in html
    split = line(carry, "UBND-B")
    given = {"version": str(split.version), "choice": "place:13366", "xem": "split"}
    refused = client.post(reverse("carried_decide", args=[split.pk]), given | {"choice": "place"})
    assert refused.status_code == 422 and "Hãy chọn một xã" in refused.content.decode()
    assert client.post(reverse("carried_decide", args=[split.pk]), given).status_code == 302
    html = client.get(reverse("carry", args=[carry.pk]), {"xem": "decided"}).content.decode()
    assert "Phường Hà Nam" in html and "Bỏ quyết định" in html
    html = client.get(reverse("carry_compare", args=[carry.pk])).content.decode()
    assert "Phường Quang Trung" in html and "người quyết định" in html


def test_a_stranger_finds_nothing(carry: Carry, new: Campaign) -> None:
    client = Client()
    client.force_login(_person(new, "75", "dn.2026"))
    split = line(carry, "UBND-B")
    for url in (reverse("carry", args=[carry.pk]), reverse("carry_compare", args=[carry.pk])):
        assert client.get(url).status_code == 404
    for url in (reverse("carry_place", args=[carry.pk]), reverse("carried_decide", args=[split.pk])):
        assert client.post(url, {"choice": "end", "version": "1"}).status_code == 404
    assert line(carry, "UBND-B").verdict == ""


def test_the_door_to_carrying_stands_only_where_a_conversion_leads(
    old: Campaign, new: Campaign, centre: User
) -> None:
    client, door = Client(), "Chuyển từ bảng kê cũ"
    client.force_login(centre)
    assert door in client.get("/bang-ke/").content.decode()
    Conversion.objects.all().delete()
    page = client.get("/bang-ke/").content.decode()
    assert "Nạp danh sách nền" in page
    assert door not in page


def test_only_campaigns_that_may_be_taken_are_offered_and_a_file_beside_one_is_not_ignored(
    old: Campaign, new: Campaign, centre: User, ninh_binh: User
) -> None:
    client = Client()
    client.force_login(ninh_binh)
    assert "cu-2021" not in client.get("/bang-ke/chuyen-dia-ban/").content.decode()
    client.force_login(centre)
    assert "cu-2021" in client.get("/bang-ke/chuyen-dia-ban/").content.decode()
    both = {"old_province": "35", "source": str(old.pk), "file": SimpleUploadedFile("a.csv", b"x")}
    answer = client.post("/bang-ke/chuyen-dia-ban/", both)
    assert answer.status_code == 422
    assert "một trong hai" in answer.content.decode()
    assert not Carry.objects.exists()
