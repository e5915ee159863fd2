"""[sample] of campaign.toml: the columns of a frame of people to draw from, the stages, and how exact it shall be.

Knows no Django: kinds are checked before there is a database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from dieutra.campaigns.kind import FrameColumn, Kind
from dieutra.campaigns.opinion_rules import Group
from dieutra.engine.refusals import Problem
from dieutra.engine.stats.exact import number
from dieutra.engine.stats.stages import Method

FILE = "campaign.toml"
LEVELS = ("district", "commune", "person")  # the stages, in this order
NEEDED = ("code", "ho_ten", "service", "district", "commune")


@dataclass(frozen=True)
class StageRule:
    level: str
    words: str
    method: Method
    take: int


@dataclass(frozen=True)
class SampleRules:
    """`columns` of the frame's file; `service` takes the names of the survey's groups, `dates` take days."""

    survey: str
    sheet: str
    columns: tuple[FrameColumn, ...]
    stages: tuple[StageRule, ...]
    error: Fraction
    design_effect: Fraction
    dates: tuple[str, ...] = ()


def sample_rules(kind: Kind, campaign_rules: Mapping[str, Any]) -> SampleRules | None:
    """None when the kind draws no samples, or its rules are not sound; `problems` tells why."""
    table = campaign_rules.get("sample")
    if not isinstance(table, dict) or kind.opinion is None or problems(campaign_rules):
        return None
    survey = str(table["survey"])
    return SampleRules(
        survey=survey,
        sheet=str(table.get("sheet", "")),
        columns=tuple(_column(it, kind.opinion.groups_of(survey)) for it in table["column"]),
        stages=tuple(
            StageRule(it["level"], it["words"], Method(it["method"]), it["take"]) for it in table["stage"]
        ),
        error=number(str(table["error"])) or Fraction(1, 20),
        design_effect=number(str(table["design_effect"])) or Fraction(1),
        dates=tuple(it["name"] for it in table["column"] if it.get("type") == "date"),
    )


def _column(row: Mapping[str, Any], groups: Sequence[Group]) -> FrameColumn:
    column = FrameColumn(**row)
    if column.type == "date":  # read as text and looked at when the frame is loaded
        return replace(column, type="text")
    return replace(column, values={it.name: it.code for it in groups}) if column.name == "service" else column


def problems(campaign_rules: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with [sample], by key."""
    table = campaign_rules.get("sample")
    if table is None:
        return []
    if not isinstance(table, dict):
        return [Problem(f"{FILE}: sample", "Cần một bảng [sample].")]
    surveys = [it.get("code") for it in campaign_rules.get("opinion", {}).get("survey", [])]
    found, example = [], {"error": "0.05", "design_effect": "1.5"}
    if table.get("survey") not in surveys:
        found.append(
            Problem(f"{FILE}: sample.survey", f"Không có cuộc khảo sát “{table.get('survey', '')}”.")
        )
    for key, least, most in (("error", "0.001", "0.5"), ("design_effect", "1", "100")):
        value = number(str(table.get(key, "")))
        if value is None or not Fraction(least) <= value <= Fraction(most):
            found.append(
                Problem(f"{FILE}: sample.{key}", f"Ghi một số từ {least} đến {most}, ví dụ “{example[key]}”.")
            )
    return found + _stage_problems(table.get("stage", [])) + _column_problems(table.get("column", []))


def _stage_problems(rows: Any) -> list[Problem]:
    place = f"{FILE}: sample.stage"
    if not isinstance(rows, list) or tuple(it.get("level") for it in rows) != LEVELS:
        return [Problem(place, f"Cần ba bước theo thứ tự: {', '.join(LEVELS)}.")]
    methods = [it.value for it in Method]
    found = []
    for row in rows:
        if row.get("method") not in methods:
            found.append(Problem(place, f"{row['level']}: method là một trong {', '.join(methods)}."))
        if not isinstance(row.get("take"), int) or row["take"] < 1 or not row.get("words"):
            found.append(Problem(place, f"{row['level']}: cần words, và take là số nguyên từ 1 trở lên."))
    if rows[-1].get("method") == Method.BY_SIZE:
        found.append(Problem(place, "person: bước chọn người dùng srs hoặc systematic."))
    return found


def _column_problems(rows: Any) -> list[Problem]:
    place = f"{FILE}: sample.column"
    if not isinstance(rows, list):
        return [Problem(place, "Cần các [[sample.column]].")]
    names = [str(it.get("name", "")) for it in rows]
    found = [Problem(place, f"Thiếu cột “{name}”.") for name in NEEDED if name not in names]
    for row in rows:
        unknown = row.keys() - FrameColumn.__dataclass_fields__.keys()
        if unknown or not row.get("header") or not row.get("name"):
            found.append(Problem(place, "Mỗi cột cần header, name và các thuộc tính như của bảng kê."))
    return found
