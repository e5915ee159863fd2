"""The reports of a kind: [reports] of campaign.toml says their layout and the cut-offs at which they are made.

A cut-off is a time of the day in Vietnam. A chain like 14:00 district → 14:30 province → 15:00 country is three of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from json import dumps, loads
from typing import TYPE_CHECKING, Any

from dieutra.campaigns.desks import desks_of
from dieutra.campaigns.kind import LEVELS
from dieutra.engine.flow.working_time import WorkingTime
from dieutra.engine.refusals import Problem

if TYPE_CHECKING:  # a kind is checked before Django is set up
    from dieutra.campaigns.models import Campaign

SHAPES = ("activity", "progress")
FILE = "campaign.toml"


@dataclass(frozen=True)
class CutOff:
    """A report that is made by the clock for every area of a level; `weekday` (1 Monday) makes it weekly."""

    name: str
    shape: str
    level: int
    at: time
    weekday: int = 0


@dataclass(frozen=True)
class ReportRules:
    """`{area}` in the words stands for the area's name."""

    titles: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # level -> upper body, body
    signatures: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    cut_offs: tuple[CutOff, ...] = ()


def report_rules(campaign: Campaign) -> ReportRules:
    return _rules(dumps(campaign.rules["campaign"].get("reports", {}), sort_keys=True))


@lru_cache(maxsize=32)
def _rules(rules_json: str) -> ReportRules:
    return read_report_rules(loads(rules_json), [])


def read_report_rules(table: Mapping[str, Any], problems: list[Problem]) -> ReportRules:
    """The rules that a table describes; what is wrong is added to `problems` and left out."""
    bodies = {LEVELS[name]: _pair(words) for name, words in table.get("bodies", {}).items() if name in LEVELS}
    signatures = {
        LEVELS[name]: tuple(str(line) for line in lines)
        for name, lines in table.get("signatures", {}).items()
        if name in LEVELS
    }
    unknown = {*table.get("bodies", {}), *table.get("signatures", {})} - LEVELS.keys()
    problems += [Problem(f"{FILE}: reports", f"Không có cấp “{name}”.") for name in sorted(unknown)]
    cut_offs = [_cut_off(row, problems) for row in table.get("cut_off", [])]
    names = [it.name for it in cut_offs if it]
    if len(names) != len(set(names)):
        problems.append(Problem(f"{FILE}: reports.cut_off", "Tên các mốc chốt số liệu phải khác nhau."))
    titles = {shape: str(words) for shape, words in table.get("titles", {}).items() if shape in SHAPES}
    return ReportRules(titles, bodies, signatures, tuple(it for it in cut_offs if it))


def _pair(words: Any) -> tuple[str, str]:
    lines = [str(line) for line in words] if isinstance(words, list) else [str(words)]
    return (lines[0], lines[1]) if len(lines) > 1 else ("", lines[0])


def _cut_off(row: Mapping[str, Any], problems: list[Problem]) -> CutOff | None:
    place = f"{FILE}: reports.cut_off"
    try:
        cut_off = CutOff(
            str(row["name"])[:60], str(row["shape"]), LEVELS[row["level"]],
            time.fromisoformat(str(row["at"])), int(row.get("weekday", 0)),
        )  # fmt: skip
    except (KeyError, ValueError, TypeError) as error:
        problems.append(Problem(place, f"Cần name, shape, level và at dạng “14:00”: {error}."))
        return None
    if cut_off.shape not in SHAPES or not 0 <= cut_off.weekday <= 7 or not cut_off.name:
        problems.append(Problem(place, f"shape là {' hoặc '.join(SHAPES)}; weekday từ 1 đến 7."))
        return None
    return cut_off


def last_period(campaign: Campaign, cut_off: CutOff, now: datetime) -> tuple[datetime, datetime] | None:
    """The last whole period before `now` (local): from the cut-off before to the latest one; None before the first.

    A daily cut-off falls on working days only, so that Monday's report covers the days since Friday's.
    """
    clock = desks_of(campaign).clock
    moments = []
    for back in range(60):
        moment = datetime.combine(now.date() - timedelta(days=back), cut_off.at, now.tzinfo)
        if moment <= now and _falls_on(clock, cut_off, moment):
            moments.append(moment)
        if len(moments) == 2:
            return moments[1], moments[0]
    return None


def _falls_on(clock: WorkingTime, cut_off: CutOff, moment: datetime) -> bool:
    if cut_off.weekday:
        return moment.isoweekday() == cut_off.weekday
    return clock.is_working_day(moment.date())
