"""A base list is loaded whole or not at all, by the right person, and again only before the review."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.events.models import Event
from dieutra.frames.actions import Loaded, keep, load_base_list, undo
from dieutra.frames.models import Listing, Unit
from dieutra.people.models import User
from dieutra.places.models import Area
from tests.frames.conftest import BODY, GOOD, changed, csv, sheet

Who = Callable[[str], User]


def test_each_line_goes_to_the_list_of_the_area_that_reviews_it(campaign: Campaign, loaded: Loaded) -> None:
    places = (
        Unit.objects.filter(campaign=campaign)
        .order_by("code")
        .values_list("code", "listing__area__code", "path")
    )
    assert list(places) == [
        ("HN-001", "35", "VN/35/@HN-001/"),
        ("HN-002", "347", "VN/35/347/@HN-002/"),
        ("HN-003", "347", "VN/35/347/13285/@HN-003/"),
        ("HN-004", "347", "VN/35/347/13285/@HN-004/"),
        ("HN-005", "349", "VN/35/349/13321/@HN-005/"),
    ]
    assert (loaded.listings, loaded.units) == (3, 5)


def test_every_district_gets_a_list_even_without_lines(campaign: Campaign, loaded: Loaded) -> None:
    assert Listing.objects.filter(campaign=campaign, level=2).count() == 6


def test_a_line_keeps_its_values_and_the_seat_of_a_provincial_body(unit: Callable[[str], Unit]) -> None:
    line = unit("HN-001")
    assert line.details == {
        "kind": "03", "district": "347", "commune": "13285", "level": "tinh", "address": "Số 1 đường A",
        "budget_code": "1012345", "phone": "02263850000", "email": "noivu@hanam.example.vn",
        "workers_2017": "45",
    }  # fmt: skip
    assert line.base
    assert line.base["details"] == line.details


def test_one_event_tells_of_each_list_that_received_lines(campaign: Campaign, loaded: Loaded) -> None:
    events = Event.objects.filter(campaign_id=campaign.pk, verb="listing.loaded").order_by("path")
    assert [(event.path, event.facts) for event in events] == [
        ("VN/35/", {"units": 1}), ("VN/35/347/", {"units": 3}), ("VN/35/349/", {"units": 1}),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_in_unicode_is_loaded(
    campaign: Campaign, province: Area, who: Who, encoding: str, delimiter: str
) -> None:
    content = csv(GOOD, delimiter, encoding)
    assert load_base_list(who("ong.tinh"), campaign, province, content, "nen.csv").units == 5
    assert Unit.objects.get(campaign=campaign, code="HN-005").name == "UBND phường Đồng Văn"


def test_one_wrong_line_stops_the_whole_list(campaign: Campaign, province: Area, who: Who) -> None:
    rows = [*GOOD, changed(GOOD[0], ma="HN-009", xa="99999")]
    with pytest.raises(Invalid) as refusal:
        load_base_list(who("ong.tinh"), campaign, province, sheet(rows), "nen.xlsx")
    assert refusal.value.problems[0].place == "Dòng 7, cột “Mã xã”"
    assert not Unit.objects.filter(campaign=campaign).exists()
    assert not Listing.objects.filter(campaign=campaign).exists()


def test_at_most_200_problems_are_shown_but_all_are_counted(
    campaign: Campaign, province: Area, who: Who
) -> None:
    rows = [changed(GOOD[2], ma=f"X{n}", xa="00000") for n in range(1234)]
    with pytest.raises(Invalid) as refusal:
        load_base_list(who("ong.tinh"), campaign, province, sheet(rows), "nen.xlsx")
    assert "1.234 chỗ sai" in refusal.value.message
    assert len(refusal.value.problems) == 200


def test_loading_again_replaces_while_nothing_is_reviewed(
    campaign: Campaign, province: Area, who: Who, loaded: Loaded
) -> None:
    again = load_base_list(who("ong.tinh"), campaign, province, sheet(GOOD[:2]), "nen.xlsx")
    assert (again.units, again.replaced) == (2, 5)
    assert Unit.objects.filter(campaign=campaign).count() == 2


def test_loading_again_is_refused_once_a_line_is_reviewed(
    campaign: Campaign, province: Area, who: Who, unit: Callable[[str], Unit]
) -> None:
    keep(who("co.huyen"), unit("HN-003"), 1)
    with pytest.raises(NotNow, match="đã có 1 dòng được rà soát"):
        load_base_list(who("ong.tinh"), campaign, province, sheet(GOOD), "nen.xlsx")
    assert Unit.objects.filter(campaign=campaign).count() == 5


def test_a_line_with_a_history_keeps_its_versions_when_it_is_replaced(
    campaign: Campaign, province: Area, who: Who, unit: Callable[[str], Unit]
) -> None:
    keep(who("co.huyen"), unit("HN-003"), 1)
    undo(who("co.huyen"), unit("HN-003"), 2)
    load_base_list(who("ong.tinh"), campaign, province, sheet(GOOD), "nen.xlsx")
    former = Unit.objects.get(campaign=campaign, code="HN-003", dropped_at__isnull=False)
    assert former.versions.count() == 3
    assert unit("HN-003").version == 1


def test_a_code_of_another_province_is_named(
    campaign: Campaign, province: Area, who: Who, loaded: Loaded
) -> None:
    nghe_an = Area.objects.get(catalogue_id=campaign.catalogue_id, code="40")
    district = nghe_an.children.order_by("code")[0]
    commune = district.children.order_by("code")[0]
    row = ("hn-001", "Sở khác", BODY, "40", district.code, commune.code, "tỉnh", "", "", "", "", "", "")
    with pytest.raises(Invalid) as refusal:
        load_base_list(who("ba.trung.uong"), campaign, nghe_an, sheet([row]), "nen.xlsx")
    assert "đã có ở bảng kê khác" in refusal.value.problems[0].message


@pytest.mark.parametrize(
    "person", ["co.huyen", "nguoi.la", "chi.giam.sat.tinh", "bac.ban.chi.dao", "anh.thong.ke"]
)
def test_only_the_administrator_of_the_province_or_above_loads(
    campaign: Campaign, province: Area, who: Who, person: str
) -> None:
    with pytest.raises(Forbidden):
        load_base_list(who(person), campaign, province, sheet(GOOD), "nen.xlsx")


@pytest.mark.heavy
def test_ten_thousand_lines_are_loaded_within_five_seconds(
    campaign: Campaign, province: Area, who: Who
) -> None:
    rows = [changed(GOOD[2 + n % 2], ma=f"HN-{n:05}") for n in range(10_000)]
    content = sheet(rows)
    started = time.perf_counter()
    assert load_base_list(who("ong.tinh"), campaign, province, content, "nen.xlsx").units == 10_000
    assert time.perf_counter() - started < 5
    started = time.perf_counter()
    load_base_list(who("ong.tinh"), campaign, province, content, "nen.xlsx")
    assert time.perf_counter() - started < 8
