"""Finding areas by code, by name without tone marks, below another, and after the changes of 2025."""

from __future__ import annotations

import pytest

from dieutra.places.models import Area, Conversion
from dieutra.places.paths import area_path, below, under, unit_path
from dieutra.places.queries import area_by_code, convert, search

pytestmark = pytest.mark.usefixtures("shipped")

OLD = "vn-2025-03"


def names(areas: list[Area]) -> list[str]:
    return [area.name for area in areas]


def converted(code: str, into: str = "vn-2025-07") -> list[tuple[str, str]]:
    result = convert(area_by_code(OLD, code), into)
    assert not result.needs_person
    return [(area.code, area.name) for area in result.candidates]


def test_ha_nam_is_found_without_tone_marks_and_nha_nam_is_not_mistaken_for_it() -> None:
    found = names(search(OLD, "ha nam"))
    assert found[0] == "Tỉnh Hà Nam"
    assert not any("Nhã" in name for name in found)


@pytest.mark.parametrize(
    "typed", ["chon thanh", "CHƠN THÀNH", " Chơn   Thành ", "thi xa chon thanh", "Cho\u031bn Tha\u0300nh"]
)
def test_chon_thanh_is_found_however_it_is_typed(typed: str) -> None:
    assert names(search(OLD, typed))[0] == "Thị xã Chơn Thành"


def test_search_can_be_held_to_a_level_and_below_an_area() -> None:
    phu_ly = area_by_code(OLD, "347")
    assert names(search(OLD, "quang trung", level=3, under=phu_ly)) == ["Phường Quang Trung"]
    assert search(OLD, "quang trung", level=2, under=phu_ly) == []


def test_an_area_is_found_by_its_code() -> None:
    assert names(search(OLD, "25432")) == ["Phường Hưng Long"]


def test_search_gives_no_more_than_asked_and_nothing_for_nothing() -> None:
    assert len(search(OLD, "xa", limit=7)) == 7
    assert search(OLD, " .,% ") == []
    assert search(OLD, "%_ ha nam' --")[:1] == search(OLD, "ha nam")[:1]


def test_an_unknown_code_is_said_to_be_unknown() -> None:
    with pytest.raises(Area.DoesNotExist):
        area_by_code(OLD, "99999")


def test_a_commune_that_had_ended_before_is_found_by_its_former_name() -> None:
    ha_nam = area_by_code(OLD, "35")
    assert names(search(OLD, "Phường Hai Bà Trưng", under=ha_nam)) == ["Phường Châu Cầu"]


def test_the_seed_communes_became_what_the_lists_say() -> None:
    assert converted("25432") == [("25432", "Phường Chơn Thành")]
    assert converted("25441") == [("25441", "Phường Minh Hưng")]
    assert converted("16666") == [("16702", "Phường Vinh Phú")]  # Hà Huy Tập (Vinh)
    [hai_ba_trung] = search(OLD, "hai ba trung", under=area_by_code(OLD, "347"))
    assert converted(hai_ba_trung.code) == [("13285", "Phường Phủ Lý")]
    assert area_by_code("vn-2025-07", "13285").parent.name == "Tỉnh Ninh Bình"  # type: ignore[union-attr]


def test_the_newest_catalogue_is_reached_directly() -> None:
    assert converted("25432", "vn-2026-04") == [("25432", "Phường Chơn Thành")]
    assert area_by_code("vn-2026-04", "25432").parent.name == "Thành phố Đồng Nai"  # type: ignore[union-attr]


def test_provinces_merged_whole() -> None:
    assert converted("35") == [("37", "Tỉnh Ninh Bình")]
    assert converted("70") == [("75", "Tỉnh Đồng Nai")]
    assert converted("40") == [("40", "Tỉnh Nghệ An")]


def test_an_island_district_became_a_dac_khu() -> None:
    assert converted("318") == [("11948", "Đặc khu Bạch Long Vĩ")]


def test_a_split_commune_lists_every_candidate_and_asks_for_a_person() -> None:
    result = convert(area_by_code(OLD, "13285"), "vn-2025-07")
    assert result.needs_person
    assert {area.code for area in result.candidates} == {"13285", "13366"}
    assert result.notes == {"13366": "nguồn gợi ý đơn vị này"}


def test_a_name_collision_of_the_source_is_marked() -> None:
    [tan_thanh] = search(OLD, "xa tan thanh", under=search(OLD, "huyen thoi lai")[0])
    result = convert(tan_thanh)
    assert result.needs_person
    assert any("68 km" in note for note in result.notes.values())


def test_a_district_gives_the_successors_of_all_its_communes() -> None:
    result = convert(area_by_code(OLD, "347"))
    assert result.needs_person
    assert {"13285", "13366", "13444"} <= {area.code for area in result.candidates}


def test_every_old_commune_island_district_and_province_has_a_successor_that_exists() -> None:
    for into in ("vn-2025-07", "vn-2026-04"):
        rows = Conversion.objects.filter(old_catalogue__slug=OLD, new_catalogue__slug=into)
        new = Area.objects.filter(catalogue__slug=into).exclude(level=0).values_list("code", flat=True)
        assert set(rows.values_list("new_code", flat=True)) == set(new)
        assert rows.values("old_code").distinct().count() == 63 + 10_040
        old = Area.objects.filter(catalogue__slug=OLD).values_list("code", flat=True)
        assert set(rows.values_list("old_code", flat=True)) <= set(old)


def test_471_communes_are_split_and_exactly_these_need_a_person() -> None:
    rows = Conversion.objects.filter(new_catalogue__slug="vn-2025-07")
    split = set(rows.filter(kind="split").values_list("old_code", flat=True))
    assert len(split) == 471
    assert set(rows.filter(needs_person=True).values_list("old_code", flat=True)) == split


def test_everything_below_is_one_range_of_the_path() -> None:
    hung_long = area_by_code(OLD, "25432")
    assert below("VN/7/") == ("VN/7/", "VN/70")
    assert Area.objects.filter(under("path", "VN/70/697/"), catalogue__slug=OLD).count() == 10
    assert not Area.objects.filter(under("path", "VN/7/"), catalogue__slug=OLD).exists()
    unit = unit_path(hung_long.path, "UB-01")
    first, beyond = below(hung_long.path)
    assert unit == "VN/70/697/25432/@UB-01/"
    assert first <= unit < beyond
    assert area_path(unit) == hung_long.path == area_path(hung_long.path)


def test_a_path_without_its_slash_is_refused() -> None:
    with pytest.raises(ValueError, match="slash"):
        below("VN/35")
