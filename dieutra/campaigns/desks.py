"""Where questions go: [questions] and [working_hours] of campaign.toml.

Each sort of question has a chain of desks. A desk is a role at a level with a time to answer in working hours; when the
time has passed the question goes on to the next desk by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from json import dumps, loads
from typing import TYPE_CHECKING, Any

from dieutra.campaigns.kind import LEVELS, ROLES
from dieutra.engine.flow.public_holidays import of_vietnam
from dieutra.engine.flow.working_time import OFFICE, Span, WorkingTime
from dieutra.engine.refusals import Problem

if TYPE_CHECKING:  # a kind is checked before Django is set up
    from dieutra.campaigns.models import Campaign

FILE = "campaign.toml"
AREAS = ("all", "branch", "catalogue")


@dataclass(frozen=True)
class Desk:
    role: str
    level: int
    hours: float


@dataclass(frozen=True)
class Topic:
    """A sort of question: “content” goes to supervisors, “software” to administrators."""

    code: str
    name: str
    hint: str
    chain: tuple[Desk, ...]
    areas: str = "all"  # who may ask: “branch”: the kind's own areas, “catalogue”: the others


@dataclass(frozen=True)
class Desks:
    topics: Mapping[str, Topic]
    closes_after: float  # working hours after which an answered question closes by itself
    clock: WorkingTime


def desks_of(campaign: Campaign) -> Desks:
    """The desks of a campaign; no topics when its kind takes no questions."""
    rules = campaign.rules["campaign"]
    return _desks(dumps([rules.get("questions", {}), rules.get("working_hours", {})], sort_keys=True))


@lru_cache(maxsize=32)
def _desks(rules_json: str) -> Desks:
    questions, hours = loads(rules_json)
    return read_desks(questions, hours, [])


def read_desks(questions: Mapping[str, Any], hours: Mapping[str, Any], problems: list[Problem]) -> Desks:
    """The desks that the tables describe; what is wrong is added to `problems` and left out."""
    topics = {
        code: Topic(
            code,
            str(table.get("name", {}).get("vi", code)),
            str(table.get("hint", {}).get("vi", "")),
            tuple(_chain(code, table.get("chain", []), problems)),
            str(table.get("areas", "all")),
        )
        for code, table in questions.items()
        if isinstance(table, dict)
    }
    for code, topic in topics.items():
        if topic.areas not in AREAS:
            problems.append(Problem(f"{FILE}: questions.{code}", f"areas là một trong {', '.join(AREAS)}."))
        if not topic.chain:
            problems.append(Problem(f"{FILE}: questions.{code}", "Cần ít nhất một bàn trả lời trong chain."))
    closes_after = questions.get("closes_after_hours", 24)
    if not isinstance(closes_after, int | float) or closes_after <= 0:
        problems.append(Problem(f"{FILE}: questions.closes_after_hours", "Phải là số giờ lớn hơn 0."))
        closes_after = 24
    return Desks(topics, float(closes_after), _clock(hours, problems))


def _chain(code: str, steps: list[Any], problems: list[Problem]) -> list[Desk]:
    place, found = f"{FILE}: questions.{code}", []
    for step in steps:
        who = str(step.get("who", "")) if isinstance(step, dict) else ""
        role, _, level = who.partition(".")
        hours = step.get("hours", 0) if isinstance(step, dict) else 0
        if role not in ROLES or level not in LEVELS:
            problems.append(Problem(place, f"“{who}”: ghi vai trò và cấp, ví dụ “gsv.district”."))
        elif not isinstance(hours, int | float) or hours <= 0:
            problems.append(Problem(place, f"“{who}”: hours phải là số giờ làm việc lớn hơn 0."))
        else:
            found.append(Desk(role, LEVELS[level], float(hours)))
    levels = [desk.level for desk in found]
    if levels != sorted(levels, reverse=True):
        problems.append(Problem(place, "Chuỗi phải đi từ cấp dưới lên cấp trên."))
    return found


def _clock(table: Mapping[str, Any], problems: list[Problem]) -> WorkingTime:
    try:
        spans = tuple(_span(str(text)) for text in table.get("spans", [])) or OFFICE
        days = frozenset(int(day) for day in table.get("days", [1, 2, 3, 4, 5]))
        own = frozenset(date.fromisoformat(str(day)) for day in table.get("holidays", []))
    except ValueError as error:
        problems.append(Problem(f"{FILE}: working_hours", f"Không đọc được: {error}."))
        return WorkingTime()
    if not days or not days <= set(range(1, 8)) or any(begins >= ends for begins, ends in spans):
        problems.append(
            Problem(f"{FILE}: working_hours", "days là số từ 1 đến 7; mỗi khoảng giờ phải có đầu trước cuối.")
        )
        return WorkingTime()
    off, worked = of_vietnam() if table.get("public_holidays", True) else (frozenset(), frozenset())
    return WorkingTime(spans, days, off | own, worked)


def _span(text: str) -> Span:
    begins, _, ends = text.partition("-")
    return time.fromisoformat(begins.strip()), time.fromisoformat(ends.strip())
