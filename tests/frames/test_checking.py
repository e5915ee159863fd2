"""Lines whose codes do not exist, do not fit into each other, or do not support the level are named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, Problem
from dieutra.frames.actions import load_base_list
from dieutra.people.models import User
from dieutra.places.models import Area
from tests.frames.conftest import GOOD, Row, changed, sheet

Load = Callable[[list[Row]], list[Problem]]


@pytest.fixture
def problems_of(campaign: Campaign, province: Area, who: Callable[[str], User]) -> Load:
    def load(rows: list[Row]) -> list[Problem]:
        with pytest.raises(Invalid) as refusal:
            load_base_list(who("ong.tinh"), campaign, province, sheet(rows), "nen.xlsx")
        return list(refusal.value.problems)

    return load


CASES = [
    ({"tinh": "99"}, "Mã tỉnh", "không có trong danh mục hành chính"),
    ({"tinh": "40"}, "Mã tỉnh", "là Tỉnh Nghệ An; danh sách này nạp cho Tỉnh Hà Nam"),
    ({"huyen": "999"}, "Mã huyện", "không có trong danh mục hành chính"),
    ({"huyen": "412"}, "Mã huyện", "thuộc Tỉnh Nghệ An, không thuộc Tỉnh Hà Nam"),
    ({"xa": "13321"}, "Mã xã", "thuộc Thị xã Duy Tiên, không thuộc Thành phố Phủ Lý"),
    ({"xa": "99999"}, "Mã xã", "không có trong danh mục hành chính"),
    ({"huyen": "13285"}, "Mã huyện", "quá 3 ký tự"),
    ({"xa": ""}, "Cấp quản lý", "Đơn vị cấp xã phải có “Mã xã”"),
]


@pytest.mark.parametrize(("values", "header", "words"), CASES, ids=[words for _, _, words in CASES])
def test_codes_of_areas_must_exist_and_fit(
    problems_of: Load, values: dict[str, object], header: str, words: str
) -> None:
    found = problems_of([changed(GOOD[2], **values)])
    assert [problem.place for problem in found] == [f"Dòng 2, cột “{header}”"]
    assert words in found[0].message


def test_a_repeated_code_names_both_rows_whatever_its_capitals(problems_of: Load) -> None:
    (problem,) = problems_of([GOOD[2], GOOD[3], changed(GOOD[4], ma="hn-003")])
    assert problem == Problem(
        "Dòng 4, cột “Mã đơn vị”", "Mã “hn-003” trùng với dòng 2. Mỗi đơn vị chỉ có một dòng."
    )


def test_problems_come_in_the_order_of_the_sheet(problems_of: Load) -> None:
    rows: list[Row] = [changed(GOOD[2], xa="99999"), changed(GOOD[3], ten=""), changed(GOOD[4], tinh="40")]
    assert [problem.place.partition(",")[0] for problem in problems_of(rows)] == [
        "Dòng 2",
        "Dòng 3",
        "Dòng 4",
    ]
