"""Action rules of a kind: when, which cases, whom, what. [[action_rules]] in campaign.toml.

`when` is one of: `7 days before closes`, `3 days after opens`, `on list_due`, `10 days in state`, `event case.returned`.
Knows no Django: kinds are checked before there is a database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dieutra.engine.refusals import Problem

# What every letter may name: the person or unit, the campaign, until when, a link.
COMMON = frozenset({"ten", "ten_dang_nhap", "vai_tro", "cuoc_dieu_tra", "dia_ban", "han", "lien_ket"})
# Letters of an action rule also know where the form stands, or for staff how many forms.
PLACES = {"unit": COMMON | {"trang_thai"}, "staff": COMMON | {"so_phieu"}}
# Letters of an opinion survey: to a person who is asked, and to the administrators of a body.
OPINION_PLACES = COMMON | {"nhom", "co_quan", "ly_do", "so_phieu"}
PLACE = re.compile(r"\{([^{}\s]*)\}")

DATES = ("opens", "list_due", "closes")
EVENTS = ("case.returned", "case.accepted")
STATES = ("new", "draft", "submitted", "in_review", "returned", "accepted")
WHOM = ("unit", "supervisor", "administrator")
CHANNELS = ("email", "notice", "sms")
SMS_KEYS: Mapping[str, tuple[type, ...]] = {
    "strip_tone_marks": (bool,),
    "per_minute": (int, float),
    "burst": (int, float),
}
KEYS = frozenset({"name", "when", "states", "whom", "what", "channels", "language", "obligatory"})

_BY_DATE = re.compile(r"(?:(\d{1,3}) days? (before|after)|on) (\w+)")
_IN_STATE = re.compile(r"(\d{1,3}) days? in state")
_AT_EVENT = re.compile(r"event (\S+)")


@dataclass(frozen=True)
class When:
    """One of three: `days` from a date of the campaign; `stood` days in a state; an `event`."""

    of: str = ""
    days: int = 0
    stood: int = 0
    event: str = ""

    def day(self, dates: Mapping[str, date]) -> date:
        return dates[self.of] + timedelta(days=self.days)


@dataclass(frozen=True)
class ActionRule:
    name: str
    when: When
    whom: str
    what: str
    states: tuple[str, ...] = ("new", "draft", "returned")
    channels: tuple[str, ...] = ("email", "notice")
    language: str = "vi"
    obligatory: bool = False


def read_when(text: str) -> When | None:
    """None when it is none of the forms."""
    if found := _BY_DATE.fullmatch(text):
        sign = -1 if found[2] == "before" else 1
        return When(of=found[3], days=sign * int(found[1] or 0)) if found[3] in DATES else None
    if found := _IN_STATE.fullmatch(text):
        return When(stood=int(found[1])) if int(found[1]) else None
    if found := _AT_EVENT.fullmatch(text):
        return When(event=found[1]) if found[1] in EVENTS else None
    return None


def rules_of(campaign_rules: Mapping[str, Any]) -> list[ActionRule]:
    """The sound rules of a kind; `problems` tells of the others."""
    rules = []
    for row in campaign_rules.get("action_rules", []):
        when = read_when(str(row.get("when", "")))
        if when is not None and not _row_problems(row, {}, None):
            given: dict[str, Any] = {
                key: tuple(it) if isinstance(it, list) else it for key, it in row.items()
            }
            rules.append(ActionRule(**{**given, "when": when}))
    return rules


def problems(campaign_rules: Mapping[str, Any], letters: Mapping[str, str]) -> list[Problem]:
    """What is wrong with the rules and with the places in the letters that they send."""
    found: list[Problem] = []
    seen: set[str] = set()
    for row in campaign_rules.get("action_rules", []):
        found += _row_problems(row, campaign_rules.get("messages", {}), seen)
        found += _sms_problems(row, letters)
        seen.add(str(row.get("name")))
    for key, value in campaign_rules.get("sms", {}).items():
        if key not in SMS_KEYS or not isinstance(value, SMS_KEYS[key]):
            found.append(Problem(f"campaign.toml: sms.{key}", f"Dùng được: {', '.join(SMS_KEYS)}."))
    for name, text in letters.items():
        found += _places(name, text, campaign_rules)
    return found


def _sms_problems(row: Mapping[str, Any], letters: Mapping[str, str]) -> list[Problem]:
    """A rule that sends short messages needs a text for phones."""
    if "sms" not in row.get("channels", []) or letters.get(f"{row.get('what')}.sms"):
        return []
    place = f"campaign.toml: action_rules.{row.get('name', '?')}"
    return [Problem(place, f"Kênh sms cần nội dung riêng: tệp messages/{row.get('what')}.sms.txt.")]


def _row_problems(row: Mapping[str, Any], letters: Mapping[str, str], seen: set[str] | None) -> list[Problem]:
    place = f"campaign.toml: action_rules.{row.get('name', '?')}"
    wrong = []
    if unknown := row.keys() - KEYS:
        wrong.append(f"Không có khóa {', '.join(sorted(unknown))}.")
    if not re.fullmatch(r"[a-z0-9-]{1,40}", str(row.get("name", ""))):
        wrong.append("Cần name: chữ thường không dấu, chữ số và gạch nối, dài nhất 40 ký tự.")
    if read_when(str(row.get("when", ""))) is None:
        wrong.append(
            f"when “{row.get('when', '')}” không đúng. Ghi như “7 days before closes”, “10 days in state” hoặc "
            f"“event case.returned”; các mốc: {', '.join(DATES)}; các sự kiện: {', '.join(EVENTS)}."
        )
    if row.get("whom") not in WHOM:
        wrong.append(f"whom “{row.get('whom', '')}” không đúng. Ghi một trong: {', '.join(WHOM)}.")
    wrong += [f"Không có trạng thái “{it}”." for it in row.get("states", []) if it not in STATES]
    wrong += [f"Không có kênh “{it}”." for it in row.get("channels", []) if it not in CHANNELS]
    if seen is None:
        return [Problem(place, it) for it in wrong]
    if row.get("name") in seen:
        wrong.append("Trùng tên với quy tắc ở trên.")
    if row.get("what") not in letters:
        wrong.append(f"[messages] không có thư “{row.get('what', '')}”.")
    return [Problem(place, it) for it in wrong]


def _places(name: str, text: str, campaign_rules: Mapping[str, Any]) -> list[Problem]:
    """Places in braces that nobody fills in, by line."""
    base = name.partition(".")[0]
    file = str(campaign_rules.get("messages", {}).get(base, name))
    if name != base:
        file = re.sub(r"\.\w+\.txt$", f".{name.partition('.')[2]}.txt", file)
    used = [row for row in campaign_rules.get("action_rules", []) if row.get("what") == base]
    sorts = {"unit" if row.get("whom") == "unit" else "staff" for row in used} or {"unit"}
    allowed = frozenset.intersection(*(PLACES[it] for it in sorts))
    if "opinion" in campaign_rules:
        allowed = OPINION_PLACES
    wrong = [
        Problem(
            f"{file}, dòng {number}",
            f"Không có gì để điền vào {{{place}}}. Dùng được: {', '.join(sorted(allowed))}.",
        )
        for number, line in enumerate(text.splitlines(), 1)
        for place in PLACE.findall(line)
        if place not in allowed
    ]
    if not text.partition("\n")[0].strip():
        wrong.append(Problem(f"{file}, dòng 1", "Dòng đầu là tiêu đề thư, không để trống."))
    return wrong
