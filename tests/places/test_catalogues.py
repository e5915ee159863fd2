"""What the shipped catalogues hold: counts, codes, names and paths."""

from __future__ import annotations

import time
import unicodedata

import pytest
from django.db import connection
from django.db.models import Count

from dieutra.engine.refusals import Invalid
from dieutra.events.models import Event
from dieutra.places.actions import load_catalogue, load_catalogue_file
from dieutra.places.models import Area, Conversion
from dieutra.places.queries import area_by_code, children
from dieutra.places.shipped import catalogues

pytestmark = pytest.mark.usefixtures("shipped")


def counts(slug: str) -> dict[int, int]:
    areas = Area.objects.filter(catalogue__slug=slug)
    return dict(areas.values_list("level").annotate(Count("pk")).order_by("level"))


def test_before_july_2025_there_were_63_provinces_696_districts_and_10035_communes() -> None:
    assert counts("vn-2025-03") == {0: 1, 1: 63, 2: 696, 3: 10_035}


def test_five_island_districts_had_no_commune_which_makes_10040_smallest_areas() -> None:
    alone = Area.objects.filter(catalogue__slug="vn-2025-03", level=2, children=None)
    assert sorted(alone.values_list("name", flat=True)) == [
        "Huyện Bạch Long Vĩ", "Huyện Côn Đảo", "Huyện Cồn Cỏ", "Huyện Hoàng Sa", "Huyện Lý Sơn"
    ]  # fmt: skip
    assert counts("vn-2025-03")[3] + alone.count() == 10_040


@pytest.mark.parametrize("slug", ["vn-2025-07", "vn-2026-04"])
def test_since_july_2025_there_are_34_provinces_and_3321_communes_and_no_district(slug: str) -> None:
    assert counts(slug) == {0: 1, 1: 34, 3: 3_321}


def test_since_july_2025_there_are_2621_xa_687_phuong_and_13_dac_khu() -> None:
    kinds = Area.objects.filter(catalogue__slug="vn-2025-07", level=3).values_list("kind")
    assert dict(kinds.annotate(Count("pk"))) == {"xa": 2_621, "phuong": 687, "dac_khu": 13}


def test_dong_nai_is_a_province_until_april_2026_and_a_city_after() -> None:
    before, after = area_by_code("vn-2025-07", "75"), area_by_code("vn-2026-04", "75")
    assert (before.name, before.kind, str(before.valid_to)) == ("Tỉnh Đồng Nai", "tinh", "2026-04-29")
    assert (after.name, after.kind) == ("Thành phố Đồng Nai", "thanh_pho_tw")
    assert str(after.valid_from) == "2026-04-30"
    cities = Area.objects.filter(kind="thanh_pho_tw").values_list("catalogue__slug")
    assert dict(cities.annotate(Count("pk"))) == {"vn-2025-03": 6, "vn-2025-07": 6, "vn-2026-04": 7}


def test_ha_nam_is_35_with_6_districts_and_98_communes() -> None:
    ha_nam = area_by_code("vn-2025-03", "35")
    assert (ha_nam.name, ha_nam.path) == ("Tỉnh Hà Nam", "VN/35/")
    assert children(ha_nam).count() == 6
    assert Area.objects.filter(catalogue=ha_nam.catalogue, level=3, parent__parent=ha_nam).count() == 98


def test_nghe_an_had_20_districts_and_412_communes_and_now_has_130() -> None:
    before, after = area_by_code("vn-2025-03", "40"), area_by_code("vn-2025-07", "40")
    assert children(before).count() == 20
    assert Area.objects.filter(parent__parent=before).count() == 412
    assert children(after).count() == 130


def test_chon_thanh_has_its_nine_communes() -> None:
    chon_thanh = area_by_code("vn-2025-03", "697")
    assert chon_thanh.path == "VN/70/697/"
    assert {area.code: area.name for area in children(chon_thanh)} == {
        "25432": "Phường Hưng Long", "25433": "Phường Thành Tâm", "25435": "Xã Minh Lập",
        "25439": "Xã Quang Minh", "25441": "Phường Minh Hưng", "25444": "Phường Minh Long",
        "25447": "Phường Minh Thành", "25450": "Xã Nha Bích", "25453": "Xã Minh Thắng",
    }  # fmt: skip


def test_codes_keep_their_leading_zeros() -> None:
    widths = {1: 2, 2: 3, 3: 5}
    for level, code in Area.objects.filter(level__gt=0).values_list("level", "code"):
        assert len(code) == widths[level]


def test_every_path_is_the_path_above_and_the_own_code() -> None:
    for path, code, above in Area.objects.values_list("path", "code", "parent__path"):
        assert path == f"{above or ''}{code}/"


def test_names_are_in_composed_letters() -> None:
    for name in Area.objects.values_list("name", flat=True):
        assert name == unicodedata.normalize("NFC", name)


def test_all_but_five_new_codes_were_codes_before_so_a_code_alone_names_nothing() -> None:
    old = set(Area.objects.filter(catalogue__slug="vn-2025-03").values_list("code", flat=True))
    new = set(Area.objects.filter(catalogue__slug="vn-2025-07", level=3).values_list("code", flat=True))
    assert len(new - old) == 5
    assert area_by_code("vn-2025-03", "25432").name == "Phường Hưng Long"
    assert area_by_code("vn-2025-07", "25432").name == "Phường Chơn Thành"


def test_provinces_are_listed_in_vietnamese_order() -> None:
    names = [area.name for area in children(area_by_code("vn-2025-07", "VN"))]
    assert names[:4] == ["Thành phố Cần Thơ", "Thành phố Đà Nẵng", "Thành phố Hà Nội", "Thành phố Hải Phòng"]
    assert names[-2:] == ["Tỉnh Tuyên Quang", "Tỉnh Vĩnh Long"]
    assert names.index("Tỉnh Lạng Sơn") < names.index("Tỉnh Lào Cai") < names.index("Tỉnh Lâm Đồng")


def test_loading_again_changes_nothing_and_leaves_no_event() -> None:
    ids = set(Area.objects.values_list("pk", flat=True))
    conversions, events = Conversion.objects.count(), Event.objects.count()
    for slug in catalogues():
        assert load_catalogue(slug).errors == ()
    assert set(Area.objects.values_list("pk", flat=True)) == ids
    assert (Conversion.objects.count(), Event.objects.count()) == (conversions, events)


def test_loading_again_puts_right_what_was_changed_by_hand() -> None:
    Area.objects.filter(catalogue__slug="vn-2025-07", code="25432").update(name="Sai tên")
    load_catalogue("vn-2025-07")
    assert area_by_code("vn-2025-07", "25432").name == "Phường Chơn Thành"
    assert Event.objects.filter(verb="catalogue.loaded").last().facts["written"] == 1  # type: ignore[union-attr]


def test_a_catalogue_that_does_not_come_with_dieutra_is_refused_with_the_list_of_those_that_do() -> None:
    with pytest.raises(Invalid) as refusal:
        load_catalogue("vn-1975")
    assert "vn-2025-03" in refusal.value.message


@pytest.mark.heavy
def test_the_largest_catalogue_loads_within_three_seconds() -> None:
    entry = catalogues()["vn-2025-03"]
    start = time.perf_counter()
    loaded = load_catalogue_file(entry.content, "thu-do", entry.name, entry.valid_from, entry.source)
    assert loaded.errors == ()
    assert time.perf_counter() - start < (3 if connection.vendor == "sqlite" else 6)
