"""The opinion survey for the PAR index of 2022, held against letter 385/BNV-CCHC: groups, dates, questionnaires, bodies."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dieutra.campaigns.action_rules import PLACE
from dieutra.campaigns.actions import create_campaign
from dieutra.campaigns.checking import check_folder
from dieutra.campaigns.score_rules import LEVELS
from dieutra.engine.forms.advice import advise
from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Form, Node
from dieutra.engine.forms.workbook import read_workbook
from dieutra.engine.forms.xlsform import load
from dieutra.places import shipped
from dieutra.places.catalogue_file import read_catalogue
from dieutra.places.tree import check_tree
from dieutra.rosters.queries import bodies

FOLDER = Path(__file__).parents[2] / "campaign_kinds" / "chi-so-cchc-2022"
GROUPS = {
    "bo": ("bo-vu", "bo-so", "bo-phong", "bo-cchc", "bo-hoi"),
    "tinh": ("tinh-hdnd", "tinh-so", "tinh-phong", "tinh-huyen"),
}
FORMS = [code for codes in GROUPS.values() for code in codes]
NO_ANSWER = "99"


@cache
def rules() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "campaign.toml").read_text("utf-8"))


def groups() -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in rules()["opinion"]["group"]}


@cache
def form(code: str) -> Form:
    return load(FOLDER / "forms" / f"{code}.xlsx").form


def closed(code: str) -> list[Node]:
    return [node for node in form(code).nodes if node.type == "select1"]


def questions() -> list[dict[str, str]]:
    with (FOLDER / "questions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_folder_is_a_kind() -> None:
    assert check_folder("chi-so-cchc-2022") == []


def test_a_campaign_of_it_has_the_questionnaire_of_every_group_and_the_bodies_of_both_surveys(
    db: None,
) -> None:
    campaign = create_campaign(
        FOLDER, "cchc-2022", "Chỉ số 2022", date(2023, 2, 6), date(2023, 2, 13), date(2023, 3, 3)
    )
    found = {(it.survey, it.group): it.form.form_id for it in campaign.group_forms.select_related("form")}
    assert found == {
        (survey, code): f"cchc-2022-{code}" for survey, codes in GROUPS.items() for code in codes
    }
    assert {survey: bodies(campaign, survey).count() for survey in GROUPS} == {"bo": 19, "tinh": 63}


# --- what the letter says


def test_a_ministry_is_assessed_by_five_groups_and_a_province_by_four() -> None:
    found = {survey: tuple(c for c, row in groups().items() if row["survey"] == survey) for survey in GROUPS}
    assert found == GROUPS
    assert {row["code"] for row in rules()["opinion"]["survey"]} == set(GROUPS)


def test_all_are_asked_except_officials_two_per_unit_and_at_most_five_associations() -> None:
    asked = {code: (row["rule"], row.get("count"), row.get("units")) for code, row in groups().items()}
    assert asked.pop("bo-cchc") == ("per_unit", 2, None)
    assert asked.pop("bo-hoi") == ("at_most", None, 5)
    assert set(asked.values()) == {("all", None, None)}


def test_the_role_of_a_council_delegate_goes_before_every_other_and_no_other_goes_before_another() -> None:
    first = {code: row["priority"] for code, row in groups().items()}
    others = {first[code] for code in GROUPS["tinh"] if code != "tinh-hdnd"}
    assert len(others) == 1 and first["tinh-hdnd"] < min(others)
    assert len({first[code] for code in GROUPS["bo"]}) == 1


def test_the_dates_are_those_of_the_letter() -> None:
    opinion, calendar = rules()["opinion"], rules()["calendar"]
    assert opinion["contacts_due"] == date(2023, 2, 10)
    assert opinion["list_due"] == calendar["list_due"] == date(2023, 2, 13)
    assert opinion["answers_due"] == calendar["closes"] == date(2023, 3, 3)


def test_it_is_anonymous_and_says_that_it_is_simulated() -> None:
    assert rules()["anonymity"] is True and rules()["simulated"] is True
    assert "mô phỏng" in rules()["title"]["vi"] and "simulated" in rules()["title"]["en"]


# --- the bodies


def test_nineteen_ministries_stand_beside_the_provinces_and_two_of_them_are_not_ranked() -> None:
    entry = shipped.catalogues()[rules()["catalogue"]]
    areas, added = (
        read_catalogue(content, entry.valid_from)
        for content in (entry.content, (FOLDER / "branch.csv").read_bytes())
    )
    provinces = [row for row in areas.rows if row.level == 1]
    areas.rows.extend(added.rows)
    check_tree(areas)
    assert (areas.problems, added.problems) == ([], [])
    assert (len(provinces), len(added.rows)) == (63, 19)
    assert {(row.level, row.parent) for row in added.rows} == {(1, "VN")}
    names = {row.code: row.name for row in added.rows}
    assert not {"Bộ Công an", "Bộ Quốc phòng", "Văn phòng Chính phủ"} & set(names.values())
    survey = next(row for row in rules()["opinion"]["survey"] if row["code"] == "bo")
    assert len(survey["unranked"]) == 2 and set(survey["unranked"]) <= set(names)


# --- the questionnaires


def test_every_group_has_a_questionnaire_of_its_own_and_there_are_no_others() -> None:
    assert {row["form"] for row in groups().values()} == {f"forms/{code}.xlsx" for code in FORMS}
    assert sorted(file.stem for file in (FOLDER / "forms").iterdir()) == sorted(FORMS)


@pytest.mark.parametrize("code", FORMS)
def test_a_questionnaire_publishes_for_the_web_in_both_languages_without_a_remark(code: str) -> None:
    file = FOLDER / "forms" / f"{code}.xlsx"
    loaded = load(file)
    assert "web" in loaded.channels and loaded.warnings == ()
    assert loaded.form.languages == ("vi", "en")
    assert advise(loaded.form, read_workbook(file), trials=20) == []
    assert "mô phỏng" in loaded.form.title["vi"] and "simulated" in loaded.form.title["en"]


@pytest.mark.parametrize("code", FORMS)
def test_a_questionnaire_is_short_and_every_question_may_be_declined(code: str) -> None:
    assert 12 <= len(closed(code)) <= 20
    for node in closed(code):
        values = [choice.value for choice in node.choices or ()]
        assert values in (["1", "2", "3", "4", "5", NO_ANSWER], ["1", "0", NO_ANSWER]), node.path
    declined = {node.path: NO_ANSWER for node in closed(code)}
    state = evaluate(form(code), declined, submitting=True)
    assert (state.findings, state.missing) == ((), ())


@pytest.mark.parametrize("code", FORMS)
def test_nothing_closed_may_be_left_out_and_the_remark_is_free_up_to_a_thousand_characters(code: str) -> None:
    assert set(evaluate(form(code), {}).missing) == {node.path for node in closed(code)}
    remark = form(code).by_name["y_kien_khac"].path
    assert evaluate(form(code), {remark: "ý" * 1000}).findings == ()
    assert [it.path for it in evaluate(form(code), {remark: "ý" * 1001}).findings] == [remark]


@pytest.mark.parametrize("survey", GROUPS)
def test_the_questions_feed_every_criterion_of_the_survey_and_no_other(survey: str) -> None:
    with (FOLDER / f"criteria-{survey}.csv").open(encoding="utf-8", newline="") as file:
        wanted = {row["code"] for row in csv.DictReader(file) if row["source"] == "survey"}
    assert {row["criterion"] for row in questions() if row["group"] in GROUPS[survey]} - {""} == wanted


@pytest.mark.parametrize("survey", GROUPS)
def test_the_rules_of_the_index_weigh_these_groups_and_leave_the_same_bodies_unranked(survey: str) -> None:
    scored = tomllib.loads((FOLDER / "scores.toml").read_text("utf-8"))["sets"][survey]
    assert set(scored["weights"]) == set(GROUPS[survey])
    given = next(row for row in rules()["opinion"]["survey"] if row["code"] == survey)
    assert scored["unranked"] == given["unranked"]


def test_the_map_names_every_question_once_with_its_kind() -> None:
    written = {
        (code, node.path.rsplit("/", 1)[-1], "yesno" if len(node.choices or ()) == 3 else "scale5")
        for code in FORMS
        for node in closed(code)
    } | {(code, "y_kien_khac", "open") for code in FORMS}
    assert {(row["form"], row["question"], row["kind"]) for row in questions()} == written
    assert len(questions()) == len(written)
    assert all(row["group"] == row["form"] for row in questions())


# --- letters and list


def test_every_letter_is_there_in_vietnamese_and_english_with_the_same_places() -> None:
    for name, file in rules()["messages"].items():
        vi = (FOLDER / file).read_text("utf-8")
        en = (FOLDER / file.replace(".vi.", ".en.")).read_text("utf-8")
        assert set(PLACE.findall(vi)) == set(PLACE.findall(en)), name
        assert vi.splitlines()[0].strip() and en.splitlines()[0].strip()


def test_a_respondent_s_letters_carry_the_link_the_last_day_and_no_login() -> None:
    for name in ("invitation", "reminder", "last_day", "resent"):
        text = (FOLDER / "messages" / f"{name}.vi.txt").read_text("utf-8")
        assert "{lien_ket}" in text and "{han}" in text and "{ten_dang_nhap}" not in text
        assert "không chuyển tiếp" in text.lower() and "tách khỏi tên" in text


def test_what_a_group_needs_is_a_column_of_the_list() -> None:
    columns = tomllib.loads((FOLDER / "columns.toml").read_text("utf-8"))["column"]
    names = [column["name"] for column in columns]
    assert len(names) == len(set(names)) and len({column["header"] for column in columns}) == len(names)
    assert all(set(row["needs"]) <= set(names) for row in groups().values())
    assert {column["name"] for column in columns if column.get("required")} == {"group", "ho_ten", "email"}


@pytest.mark.parametrize("code", FORMS)
def test_yes_or_no_is_no_level(code: str) -> None:
    for node in closed(code):
        levels = {str(it.value) for it in node.choices} - {NO_ANSWER}
        said = " ".join(node.required_message.values())
        assert ("chọn một mức" in said) == (levels != {"0", "1"}), (code, node.name, said)


def test_a_unit_without_late_files_does_not_lose_points_for_apologies() -> None:
    question = form("bo-cchc").by_name["q09"]
    assert {str(it.value): it.label["vi"] for it in question.choices}[NO_ANSWER].startswith(
        "Không phát sinh hồ sơ quá hạn"
    )
    assert NO_ANSWER not in LEVELS["yesno"], "it counts as no answer, out of the base"


@pytest.mark.parametrize("kind", ["chi-so-cchc-2022", "sipas-2023"])
def test_every_letter_says_that_the_survey_is_simulated_and_the_last_day_is_a_day_to_answer(
    kind: str,
) -> None:
    letters = sorted((FOLDER.parent / kind / "messages").glob("*.txt"))
    assert len(letters) > 15
    for letter in letters:
        text = letter.read_text("utf-8")
        assert ("mô phỏng" if letter.name.endswith(".vi.txt") else "simulated") in text, letter.name
        assert "trước ngày {han}" not in text and "không có ai đã trả lời" not in text, letter.name
