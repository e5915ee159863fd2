"""[opinion] of campaign.toml: each fault is named, and whose address is official is said by domains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dieutra.campaigns.kind_folder import folder_rules
from dieutra.campaigns.kind_reading import kind_from, read_kind
from dieutra.campaigns.opinion_rules import OpinionRules, opinion_rules
from dieutra.engine.refusals import Invalid

FOLDER = Path(__file__).parents[2] / "campaign_kinds" / "chi-so-cchc-2022"
SURVEY = {"code": "tinh", "title": {"vi": "Tỉnh"}}
GROUP = {"survey": "tinh", "code": "hdnd", "name": {"vi": "HĐND"}, "form": "forms/a.xlsx"}


def read(**more: Any) -> tuple[OpinionRules | None, list[str]]:
    told: list[str] = []
    table = {"survey": [SURVEY], "group": [GROUP], "official_domains": ["gov.vn"], **more}
    return opinion_rules(table, lambda place, message: told.append(f"{place}: {message}")), told


def test_a_sound_table_is_read_without_a_word() -> None:
    rules, told = read()
    assert told == []
    assert rules is not None
    assert [it.code for it in rules.groups_of("tinh")] == ["hdnd"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"survey": []}, "ít nhất một [[opinion.survey]]"),
        ({"survey": [SURVEY, SURVEY]}, "“tinh” có hai lần"),
        ({"survey": [{**SURVEY, "about": "Nơi làm thủ tục"}]}, "opinion.survey tinh: about ghi chữ"),
        ({"survey": [{**SURVEY, "group_word": {"vi": 3}}]}, "opinion.survey tinh: group_word ghi chữ"),
        ({"group": [{**GROUP, "survey": "xa"}]}, "Không có cuộc khảo sát “xa”"),
        ({"group": [{**GROUP, "rule": "per_unit"}]}, "per_unit cần count"),
        ({"group": [{**GROUP, "rule": "at_most"}]}, "at_most cần units"),
        ({"group": [{**GROUP, "rule": "some"}]}, "rule là một trong"),
        ({"group": [{**GROUP, "rule": "per_unit", "count": 2, "units_of": ["x"]}]}, "units_of chỉ dùng"),
        ({"group": [{**GROUP, "rule": "per_unit", "count": 2, "units_of": ["hdnd"]}]}, "units_of chỉ dùng"),
        ({"group": [{**GROUP, "code": "a"}, {**GROUP, "units_of": ["a"]}]}, "units_of chỉ dùng"),
        ({"group": [{**GROUP, "weight": "NaN"}]}, "weight là một số"),
        ({"smallest": -1}, "smallest là một số nguyên"),
        ({"signals": {"devices": 3}}, "không có ngưỡng nào tên “devices”"),
        ({"signals": {"device_full": "x"}}, "“device_full” phải là một số nguyên"),
        ({"signals": 3}, "không có ngưỡng nào tên “signals”"),
        ({"letter": [{"name": "a", "when": "soon", "whom": "body", "what": "x"}]}, "when “soon”"),
        (
            {"letter": [{"name": "a", "when": "on closes", "whom": "all", "what": "x"}]},
            "respondent hoặc body",
        ),
    ],
)
def test_each_fault_is_told(more: dict[str, Any], said: str) -> None:
    assert any(said in it for it in read(**more)[1])


@pytest.mark.parametrize(
    ("email", "official"),
    [
        ("a@moha.gov.vn", True),
        ("a@GOV.VN", True),
        ("a@notgov.vn", False),
        ("a@gov.vn.example.com", False),
        ("a@gmail.com", False),
    ],
)
def test_an_official_address_lies_in_an_official_domain(email: str, official: bool) -> None:
    rules, _ = read()
    assert rules is not None
    assert rules.is_official(email) is official


@pytest.mark.parametrize("title", ["a" * 32, "Danh sách [1]", "a/b", "a:b", "a?", "a*", "a\\b"])
def test_a_sheet_that_excel_cannot_have_is_a_fault_of_the_kind(title: str) -> None:
    rules = folder_rules(FOLDER)
    rules["columns"] = {**rules["columns"], "sheet": title}
    with pytest.raises(Invalid) as told:
        kind_from("chi-so-thu", rules)
    assert [it.place for it in told.value.problems] == ["columns.toml: sheet"]


def test_the_ministries_are_told_from_the_provinces() -> None:
    kind = read_kind(FOLDER)
    assert len(kind.branch_codes) == 19
    assert kind.opinion is not None
    assert [it.what for it in kind.opinion.letters] == ["list_due", "reminder", "last_day"]
    assert any(it.name == "email" for it in kind.roster_columns)
