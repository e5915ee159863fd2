"""The survey on satisfaction: a second kind of the same parts, with the rules by which its sample is drawn."""

from __future__ import annotations

import csv
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from dieutra.campaigns import sample_rules
from dieutra.campaigns.checking import check_folder
from dieutra.campaigns.kind_reading import read_kind
from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.xlsform import load

FOLDER = Path(__file__).parents[2] / "campaign_kinds" / "sipas-2023"


def rules() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "campaign.toml").read_text("utf-8"))


def test_the_folder_is_a_kind() -> None:
    assert check_folder("sipas-2023") == []


def test_the_questionnaire_asks_on_five_levels_from_very_dissatisfied_to_very_satisfied() -> None:
    loaded = load(FOLDER / "forms" / "sipas.xlsx")
    assert loaded.warnings == () and loaded.form.languages == ("vi", "en") and "web" in loaded.channels
    closed = [node for node in loaded.form.nodes if node.type == "select1"]
    assert 12 <= len(closed) <= 20
    for node in closed:
        words = [choice.label["vi"] for choice in node.choices or ()]
        assert (words[0], words[4]) == ("Rất không hài lòng", "Rất hài lòng")
        assert [choice.value for choice in node.choices or ()] == ["1", "2", "3", "4", "5", "99"]
    declined = {node.path: "99" for node in closed}
    assert evaluate(loaded.form, declined, submitting=True).findings == ()


def test_the_map_names_every_question_with_its_part_and_one_part_is_the_overall_one() -> None:
    form = load(FOLDER / "forms" / "sipas.xlsx").form
    with (FOLDER / "questions.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["question"]: row["criterion"] for row in csv.DictReader(file) if row["kind"] == "scale5"}
    assert rows == {
        node.path.split("/")[-1]: node.path.split("/")[-2] for node in form.nodes if node.type == "select1"
    }
    assert list(rows.values()).count("chung") == 1


def test_the_services_are_the_groups_and_the_frame_takes_their_names() -> None:
    kind = read_kind(FOLDER)
    found = sample_rules.sample_rules(kind, rules())
    assert found is not None and kind.opinion is not None
    service = next(it for it in found.columns if it.name == "service")
    assert (
        set(service.values.values()) == {it.code for it in kind.opinion.groups} and len(service.values) == 6
    )
    assert [it.level for it in found.stages] == ["district", "commune", "person"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"survey": "khac"}, "sample.survey"),
        ({"error": "0"}, "sample.error"),
        ({"error": "nhiều"}, "sample.error"),
        ({"design_effect": "0.5"}, "sample.design_effect"),
        ({"stage": []}, "sample.stage"),
        ({"column": []}, "sample.column"),
    ],
)
def test_a_fault_of_the_sample_s_rules_is_told_by_its_key(change: dict[str, Any], place: str) -> None:
    given = deepcopy(rules())
    assert sample_rules.problems(given) == []
    given["sample"] |= change
    assert {it.place for it in sample_rules.problems(given)} == {f"campaign.toml: {place}"}


def test_people_are_never_drawn_by_size() -> None:
    given = deepcopy(rules())
    given["sample"]["stage"][2]["method"] = "pps"
    assert [it.message for it in sample_rules.problems(given)] == [
        "person: bước chọn người dùng srs hoặc systematic."
    ]
