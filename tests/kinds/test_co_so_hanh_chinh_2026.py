"""The 2026 survey of administrative establishments: two levels, a sound form, a list without districts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from dieutra.campaigns.checking import check_folder
from dieutra.campaigns.kind import Kind
from dieutra.campaigns.kind_reading import read_kind
from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import load_xlsform
from dieutra.rehearsal.script import AreaRow, Script, base_list, read_script

FOLDER = Path(__file__).parents[2] / "campaign_kinds" / "co-so-hanh-chinh-2026"


@cache
def form() -> Form:
    return load_xlsform(FOLDER / "form.xlsx")


@cache
def kind() -> Kind:
    return read_kind(FOLDER)


@cache
def script() -> Script:
    return read_script(FOLDER)


def fired(level: str = "xa", **changes: str) -> set[str]:
    """Places at which findings stand when the faultless form is changed; blank leaves an answer out."""
    answers = script().answers(form(), level, 1)
    answers[form().by_name["ma_xa"].path] = "13285"
    answers |= {form().by_name[name].path: value for name, value in changes.items()}
    given = {path: value for path, value in answers.items() if value}
    return {finding.path.rsplit("/", 1)[-1] for finding in evaluate(form(), given).findings}


def test_the_folder_is_a_kind() -> None:
    assert check_folder("co-so-hanh-chinh-2026") == []


def test_the_form_says_that_it_is_simulated() -> None:
    assert "mô phỏng" in form().title["vi"] and "simulated" in form().title["en"]
    assert form().nodes[0].label["vi"].startswith("PHIẾU MÔ PHỎNG")


def test_every_text_is_in_both_languages() -> None:
    said = [(node.path, node.label) for node in form().nodes if node.kind != "hidden" and node.label]
    said += [(check.name, check.message) for check in form().checks]
    assert [place for place, words in said if not (words.get("vi") and words.get("en"))] == []


def test_no_district_is_left() -> None:
    assert (kind().levels, kind().listing_levels, kind().review_levels) == ((0, 1, 3), (1, 3), (3, 1))
    assert "district" not in {column.name for column in kind().frame_columns}
    texts = [node.label.get("vi", "") for node in form().nodes] + [it.message["vi"] for it in form().checks]
    assert not [text for text in texts if "huyện" in text.lower()]


@pytest.mark.parametrize("level", ["xa", "tinh"])
@pytest.mark.parametrize("scale", [1, 4])
def test_the_rehearsed_form_is_without_fault(level: str, scale: int) -> None:
    answers = script().answers(form(), level, scale) | {form().by_name["ma_xa"].path: "13285"}
    state = evaluate(form(), answers)
    assert [(it.check, it.path) for it in state.findings] == []
    assert [path for path in state.missing if not path.endswith(("ten_don_vi", "ma_don_vi"))] == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"nam_thanh_lap": "2026"}, "nam_thanh_lap"),
        ({"nam_thanh_lap": "2010"}, "nam_thanh_lap"),  # merged in 2025, yet founded in 2010
        ({"so_hop_nhat": "0"}, "so_hop_nhat"),
        ({"so_hop_nhat": "40"}, "so_hop_nhat"),
        ({"co_so_r04_c2": "3"}, "co_so_r04_c2"),
        ({"co_so_r02_c1": "0"}, "co_so_r02_c1"),
        ({"co_so_r02_c2": "0"}, "co_so_r02_c2"),
        ({"co_so_r02_c3": "25"}, "co_so_r02_c3"),
        ({"co_so_r06_c3": "4"}, "co_so_r06_c3"),
        ({"co_so_r04_c1": "0", "co_so_r04_c2": "0", "co_so_r04_c3": "0"}, "co_so_r03_c1"),
        ({"co_truc_thuoc": "0"}, "co_so_r03_c1"),
        ({"co_so_r08_c1": "40"}, "co_so_r01_c1"),
        ({"co_so_r04_c3": "4000"}, "co_so_r01_c3"),
        ({"lao_dong_r02_c2": "9999"}, "lao_dong_r02_c2"),
        ({"trinh_do_r04_c1": "30"}, "trinh_do_r01_c1"),
        ({"thu_chi_r12_c2": "900"}, "thu_chi_r12_c2"),
        ({"nam_sinh": "2008"}, "nam_sinh"),
        ({"ngay_ky": "2025-12-31"}, "ngay_ky"),
    ],
)
def test_what_cannot_be_or_is_odd_is_found_at_its_place(changes: dict[str, str], place: str) -> None:
    assert place not in fired()
    assert place in fired(**changes)


def test_a_merged_unit_may_sum_the_year_before_of_its_former_units() -> None:
    assert fired() == set()
    assert {"lao_dong_r12_c1", "thu_chi_r01_c1"} <= fired(sap_xep="0", so_hop_nhat="")


def test_the_base_list_lies_directly_below_the_province() -> None:
    areas = [
        AreaRow("37", "Tỉnh Ninh Bình", 1, "VN"),
        AreaRow("13285", "Phường Phủ Lý", 3, "37"),
        AreaRow("13366", "Phường Hà Nam", 3, "37"),
    ]
    kinds = [{"code": "11", "name": {"vi": "Ủy ban nhân dân cấp xã"}, "per_commune": 1}]
    lines = base_list(script(), kinds, areas, None)
    assert [line.commune for line in lines if line.level == "xa"] == ["13285", "13366"]
    assert {line.district for line in lines} == {""}
    assert lines[-1].name == "Ủy ban nhân dân phường Hà Nam"
