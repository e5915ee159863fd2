"""Reading a kind from its rules.

`read_kind(folder)` checks the folder and collects every fault as (file, place, message); `kind_from` rebuilds a kind from
the rules that a campaign keeps, so that a later change of the folder does not touch a running campaign.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from json import dumps, loads
from pathlib import Path
from typing import Any

from dieutra.campaigns.account_rules import AccountRules, account_rules
from dieutra.campaigns.kind import (
    CHANNELS,
    LEVEL_WORDS,
    LEVELS,
    ROLES,
    ROSTER_FILE,
    FrameColumn,
    Kind,
    LastCensus,
    Pair,
    QuotaRule,
    ReturnReason,
)
from dieutra.campaigns.kind_folder import folder_rules
from dieutra.campaigns.opinion_rules import opinion_rules
from dieutra.engine.refusals import Invalid, Problem

RETURN_LENGTH = 2000  # of a remark
MOST_OF_A_SHEET = 31  # characters of its title


def role_words(roles: object) -> dict[str, str]:
    """[roles.bcd] name = { vi = "Thành viên Tổ công tác (TCT)" }: the name without what stands in brackets."""
    given = roles if isinstance(roles, dict) else {}
    names = {role: rule.get("name", {}).get("vi", "") for role, rule in given.items()}
    return {role: name.partition(" (")[0] for role, name in names.items() if name}


def kind_from(slug: str, rules: Mapping[str, Any]) -> Kind:
    """The kind that rules describe; Invalid with file, key and cause when they are wrong."""
    return _kind(slug, dumps(rules))


def read_kind(folder: Path) -> Kind:
    """Read and check a kind's folder. Raises Invalid naming file, key and cause."""
    return kind_from(folder.name, folder_rules(folder))


@lru_cache(maxsize=32)
def _kind(slug: str, rules_json: str) -> Kind:
    rules = loads(rules_json)
    campaign, frame = rules["campaign"], rules["frame"]
    reader = _Reader(opinion="opinion" in campaign)
    kind = Kind(
        slug=slug,
        title=reader.need(campaign, "title", dict, {}),
        simulated=bool(campaign.get("simulated", False)),
        catalogue=reader.need(campaign, "catalogue", str, ""),
        levels=tuple(reader.level("levels", name) for name in reader.need(campaign, "levels", list, [])),
        creates=reader.creates(reader.need(campaign, "roles", dict, {})),
        review_levels=tuple(
            reader.level("review", step.get("level", ""))
            for step in reader.need_for_units(campaign, "review", list, [])
        ),
        frame_sheet=frame.get("sheet", ""),
        frame_columns=reader.columns(frame.get("column", [])),
        unit_kinds={
            it["code"]: it["name"]["vi"] for it in reader.need_for_units(campaign, "unit_kinds", list, [])
        },
        removal_reasons={
            code: words["vi"]
            for code, words in reader.need_for_units(campaign, "removal_reasons", dict, {}).items()
        },
        prefills=campaign.get("prefill", {}),
        channels=reader.channels(campaign.get("channels", list(CHANNELS))),
        listing_levels=reader.listing_levels(campaign),
        branch=str(campaign.get("branch", "")),
        level_words=reader.level_words(campaign.get("level_words", {})),
        role_words=role_words(campaign.get("roles", {})),
        last_census=reader.last_census(campaign.get("last_census", [])),
        return_reasons=reader.return_reasons(rules.get("return_texts", [])),
        quotas=reader.quotas(campaign.get("supervisors", {})),
        accounts=reader.accounts(campaign.get("accounts", {})),
        opinion=opinion_rules(
            campaign.get("opinion"), lambda key, message: reader.wrong(f"campaign.toml: {key}", message)
        ),
        roster_sheet=reader.sheet(rules.get("columns", {})),
        roster_columns=reader.columns(rules.get("columns", {}).get("column", []), ROSTER_FILE),
        branch_codes=frozenset(rules.get("branch", ())),
    )
    if reader.problems:
        raise Invalid(f"Kiểu điều tra {slug} có {len(reader.problems)} chỗ sai.", reader.problems)
    return kind


class _Reader:
    """Collects what is wrong while reading, so that an author sees all of it at once."""

    def __init__(self, *, opinion: bool) -> None:
        self.problems: list[Problem] = []
        self.opinion = opinion

    def sheet(self, table: Mapping[str, Any]) -> str:
        """The title of the sheet of a list of people. Excel takes 31 characters and none of []:*?/\\."""
        title = str(table.get("sheet", ""))
        if len(title) > MOST_OF_A_SHEET or any(it in "[]:*?/\\" for it in title):
            self.wrong(
                f"{ROSTER_FILE}: sheet",
                f"Tên trang tính không quá {MOST_OF_A_SHEET} ký tự, không có []:*?/\\.",
            )
            return ""
        return title

    def wrong(self, place: str, message: str) -> None:
        self.problems.append(Problem(place, message))

    def need(self, table: Mapping[str, Any], key: str, kind: type, otherwise: Any) -> Any:
        value = table.get(key)
        if not isinstance(value, kind):
            self.wrong(f"campaign.toml: {key}", "Thiếu, hoặc không đúng dạng.")
            return otherwise
        return value

    def need_for_units(self, table: Mapping[str, Any], key: str, kind: type, otherwise: Any) -> Any:
        """What a survey of units must say, and an opinion survey, which asks people, has no use for."""
        return table.get(key, otherwise) if self.opinion else self.need(table, key, kind, otherwise)

    def level(self, place: str, name: str) -> int:
        if name not in LEVELS:
            self.wrong(f"campaign.toml: {place}", f"Không có cấp “{name}”. Các cấp: {', '.join(LEVELS)}.")
        return LEVELS.get(name, 0)

    def listing_levels(self, campaign: Mapping[str, Any]) -> tuple[int, ...]:
        """`listing_levels`, or every level below the country that the kind has."""
        names = campaign.get("listing_levels", campaign.get("levels", []))
        found = {self.level("listing_levels", str(name)) for name in names} - {0}
        if not found:
            self.wrong(
                "campaign.toml: listing_levels", "Ghi ít nhất một cấp rà soát bảng kê, dưới Trung ương."
            )
        return tuple(sorted(found))

    def level_words(self, words: object) -> dict[int, str]:
        """[level_words] province = "cấp bộ": how screens call a level of this kind."""
        given = words if isinstance(words, dict) else {}
        return LEVEL_WORDS | {self.level("level_words", name): str(said) for name, said in given.items()}

    def accounts(self, table: object) -> AccountRules:
        rules, wrong = account_rules(table, ROLES)
        for key, message in wrong:
            self.wrong(f"campaign.toml: {key}", message)
        return rules

    def channels(self, names: object) -> tuple[str, ...]:
        found = tuple(str(name) for name in names) if isinstance(names, list) else ()
        unknown = [name for name in found if name not in CHANNELS]
        if unknown or not found:
            self.wrong("campaign.toml: channels", f"Ghi một hoặc nhiều kênh trong: {', '.join(CHANNELS)}.")
        return found

    def last_census(self, rows: list[dict[str, Any]]) -> tuple[LastCensus, ...]:
        """[[last_census]] question, column, label: what a supervisor compares with the last census."""
        found = []
        for number, row in enumerate(rows, 1):
            label = row.get("label", {}).get("vi", "") if isinstance(row.get("label"), dict) else ""
            if not (row.get("question") and row.get("column") and label):
                self.wrong(f"campaign.toml: last_census {number}", "Cần question, column và label.vi.")
            else:
                found.append(LastCensus(row["question"], row["column"], label))
        return tuple(found)

    def return_reasons(self, texts: list[list[str]]) -> tuple[ReturnReason, ...]:
        """Each text's first line is what the supervisor picks it by, the rest goes to the unit."""
        found = []
        for code, text in texts:
            name, _, body = text.strip().partition("\n")
            if not body.strip():
                self.wrong(
                    f"campaign.toml: return_reasons.{code}",
                    "Tệp cần một dòng tên, rồi nội dung lý do trả lại.",
                )
            elif len(body.strip()) > RETURN_LENGTH:
                self.wrong(f"campaign.toml: return_reasons.{code}", f"Lý do dài quá {RETURN_LENGTH} ký tự.")
            else:
                found.append(ReturnReason(code, name.strip(), body.strip()))
        return tuple(found)

    def quotas(self, rules: Mapping[str, Any]) -> tuple[QuotaRule, ...]:
        """[supervisors.province] of = "district", each = 3, extra_from_remainder = 2, at_most = 5."""
        found = []
        for name, rule in rules.items():
            place, each = f"supervisors.{name}", rule.get("each")
            numbers = (
                rule.get("extra_from_remainder"),
                rule.get("at_most", 0),
                0 if each == "required" else each,
            )
            if not all(isinstance(it, int) and it >= 0 for it in numbers):
                self.wrong(
                    f"campaign.toml: {place}",
                    "Cần each (số, hoặc “required”), extra_from_remainder và at_most là số.",
                )
                continue
            extra, most, _ = numbers
            of = self.level(place, rule.get("of", ""))
            asked = None if each == "required" else each
            found.append(QuotaRule(self.level(place, name), of, asked, extra, most))
        return tuple(sorted(found, key=lambda rule: rule.level))

    def creates(self, roles: Mapping[str, Any]) -> dict[Pair, frozenset[Pair]]:
        """[roles.qtv.creates] province = ["qtv.district", "dv.province"]: who creates whom."""
        found = {}
        for role, rule in roles.items():
            place = f"roles.{role}"
            if role not in ROLES:
                self.wrong(
                    f"campaign.toml: {place}", f"Không có vai trò này. Các vai trò: {', '.join(ROLES)}."
                )
            for at, created in rule.get("creates", {}).items():
                found[(role, self.level(place, at))] = frozenset(self.pair(place, text) for text in created)
        return found

    def pair(self, place: str, text: str) -> Pair:
        role, _, level = text.partition(".")
        if role not in ROLES:
            self.wrong(f"campaign.toml: {place}.creates", f"“{text}”: không có vai trò “{role}”.")
        return role, self.level(f"{place}.creates", level)

    def columns(self, rows: list[dict[str, Any]], file: str = "frame.toml") -> tuple[FrameColumn, ...]:
        columns = []
        for number, row in enumerate(rows, 1):
            unknown = row.keys() - FrameColumn.__dataclass_fields__.keys()
            if not row.get("header") or not row.get("name"):
                self.wrong(f"{file}: cột {number}", "Cần header và name.")
            elif unknown:
                self.wrong(f"{file}: cột {row['name']}", f"Không có thuộc tính {', '.join(sorted(unknown))}.")
            else:
                columns.append(FrameColumn(**row))
        return tuple(columns)
