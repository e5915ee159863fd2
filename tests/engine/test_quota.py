"""The quota of supervisors of S0, for provinces and for districts, with its arithmetic in words."""

from __future__ import annotations

import pytest

from dieutra.engine.flow.quota import Rule, district_rule, province_rule, quota
from dieutra.engine.refusals import Invalid


@pytest.mark.parametrize(
    ("districts", "supervisors"), [(0, 0), (1, 0), (2, 1), (6, 2), (7, 2), (8, 3), (20, 5)]
)
def test_a_province_has_the_supervisors_of_the_letter(districts: int, supervisors: int) -> None:
    assert quota(districts, province_rule()).supervisors == supervisors


def test_the_province_rule_is_its_formula_for_every_number() -> None:
    for n in range(200):
        assert quota(n, province_rule()).supervisors == min(5, n // 3 + (n % 3 == 2))


def test_the_cap_holds_after_the_extra_one_and_the_sum_says_so() -> None:
    said = quota(20, province_rule()).steps
    assert said == (
        "20 huyện chia 3 được 6, còn lẻ 2 huyện.",
        "Lẻ từ 2 huyện trở lên thì thêm 1: 6 + 1 = 7.",
        "Nhiều nhất 5 giám sát viên: 7 giảm còn 5.",
        "Kết quả: 5 giám sát viên.",
    )


def test_a_province_with_one_district_gets_none_and_a_warning() -> None:
    found = quota(1, province_rule())
    assert found.supervisors == 0
    assert "không ai duyệt phiếu" in found.warning
    assert quota(6, province_rule()).warning == ""


@pytest.mark.parametrize(
    ("communes", "each", "supervisors"),
    [(21, 6, 4), (20, 6, 3), (24, 6, 4), (3, 4, 1), (2, 4, 0), (11, 4, 3)],
)
def test_a_district_gets_one_more_from_three_left_over(communes: int, each: int, supervisors: int) -> None:
    assert quota(communes, district_rule(each)).supervisors == supervisors


def test_fewer_than_three_left_over_are_spread() -> None:
    assert quota(20, district_rule(6)).steps[1] == (
        "Lẻ 2 xã, ít hơn 3, nên không thêm; chia đều cho 3 giám sát viên."
    )


@pytest.mark.parametrize("each", [0, -1, 1, 3])
def test_a_ratio_at_which_three_can_not_be_left_over_is_refused(each: int) -> None:
    with pytest.raises(Invalid, match="từ 4 trở lên"):
        district_rule(each)


def test_a_negative_number_of_areas_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError):
        quota(-1, Rule("xã", 5, 3))
