"""Letters of an opinion survey by day: [[opinion.letter]] of campaign.toml.

`when` is like “7 days before answers_due”, “3 days after mailing”, “on answers_due”. `mailing` is the day on which a body's
mailing was opened. Knows no Django: kinds are checked before there is a database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dieutra.engine.refusals import Problem

DATES = ("opens", "contacts_due", "list_due", "answers_due", "closes", "mailing")
WHOM = ("respondent", "body")
MAILING = "mailing"
_WHEN = re.compile(r"(?:(\d{1,3}) days? (before|after)|on) (\w+)")


@dataclass(frozen=True)
class LetterRule:
    """`what` goes to `whom`, `days` from the day `of`."""

    name: str
    of: str
    days: int
    whom: str
    what: str

    def day(self, dates: Mapping[str, date]) -> date:
        return dates[self.of] + timedelta(days=self.days)


def rules_of(campaign_rules: Mapping[str, Any], whom: str) -> list[LetterRule]:
    """The sound rules for one sort of reader; `problems` tells of the others."""
    found = [_rule(it) for it in _rows(campaign_rules)]
    return [it for it in found if it is not None and it.whom == whom]


def _rows(campaign_rules: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = campaign_rules.get("opinion", {}).get("letter", [])
    return [it for it in rows if isinstance(it, dict)] if isinstance(rows, list) else []


def _rule(row: Mapping[str, Any]) -> LetterRule | None:
    found = _WHEN.fullmatch(str(row.get("when", "")))
    sound = re.fullmatch(r"[a-z0-9-]{1,40}", str(row.get("name", ""))) and row.get("whom") in WHOM
    if found is None or not sound or found[3] not in DATES or not row.get("what"):
        return None
    if found[3] == MAILING and (found[2] == "before" or row["whom"] != "respondent"):
        return None
    days = int(found[1] or 0) * (-1 if found[2] == "before" else 1)
    return LetterRule(str(row["name"]), found[3], days, str(row["whom"]), str(row["what"]))


def problems(campaign_rules: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the rules, for `dieutra kind check`."""
    found, seen = [], set()
    letters = campaign_rules.get("messages", {})
    for row in _rows(campaign_rules):
        name = str(row.get("name", "?"))
        place = f"campaign.toml: opinion.letter.{name}"
        if _rule(row) is None:
            found.append(
                Problem(
                    place,
                    "Cần name (chữ thường không dấu, chữ số, gạch nối), whom là respondent hoặc body, what là "
                    f"tên thư, when như “7 days before answers_due”; các mốc: {', '.join(DATES)}; riêng mailing chỉ dùng "
                    "với after và respondent.",
                )
            )
        if row.get("what") not in letters:
            found.append(Problem(place, f"[messages] không có thư “{row.get('what', '')}”."))
        if name in seen:
            found.append(Problem(place, "Trùng tên với quy tắc ở trên."))
        seen.add(name)
    return found
