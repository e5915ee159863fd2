"""A kind: the folder of data that one sort of campaign is made from.

`read_kind(folder)` checks the folder and collects every fault as (file, place, message); `kind_from` rebuilds a kind from
the rules that a campaign keeps, so that a later change of the folder does not touch a running campaign.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from json import dumps, loads
from pathlib import Path
from typing import Any, Protocol

from dieutra.campaigns.account_rules import AccountRules, account_rules
from dieutra.campaigns.opinion_rules import OpinionRules, opinion_rules
from dieutra.engine.forms.form import REVIEW_LEVELS
from dieutra.engine.refusals import Invalid, Problem
from dieutra.places.paths import codes_by_level

LEVELS = {name: level for level, name in enumerate(REVIEW_LEVELS)}
LANGUAGE = re.compile("[a-z]{2,3}")
LEVEL_WORDS = {0: "Trung ương", 1: "cấp tỉnh", 2: "cấp huyện", 3: "cấp xã"}
ROLES = ("qtv", "gsv", "bcd", "tk", "dv", "dtv")
CHANNELS = ("web", "workbook", "collect")
RETURN_LENGTH = 2000  # of a remark
MOST_OF_A_SHEET = 31
ROSTER_FILE = "columns.toml"  # of an opinion survey, whose list is of people and which has no frame

Pair = tuple[str, int]  # (role, level)


@dataclass(frozen=True)
class FrameColumn:
    """A column of the base list. `values` of a choice: the words in the sheet -> the code that is kept."""

    header: str
    name: str
    type: str = "text"  # text, code, choice, integer, email, date (of a roster)
    required: bool = False
    max_length: int = 200
    values: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    min: int | None = None
    catalogue: str = ""  # for codes of areas: the level that the code must be of
    example: str = ""  # shown beside the template of a list


@dataclass(frozen=True)
class LastCensus:
    """A value of the last census that the frame keeps, and the question that asks for it now."""

    question: str
    column: str
    label: str


@dataclass(frozen=True)
class ReturnReason:
    """A ready text for a return; the supervisor edits it before she sends it."""

    code: str
    name: str
    text: str


@dataclass(frozen=True)
class QuotaRule:
    """How many supervisors of a level an area gets; `each` None: a person must say it. See engine/flow/quota.py."""

    level: int
    of: int  # the level of the areas that are counted
    each: int | None
    extra_from: int
    at_most: int = 0


class PlacedUnit(Protocol):
    code: Any
    name: Any
    details: Any
    area: Any


@dataclass(frozen=True)
class Kind:
    slug: str
    title: Mapping[str, str]
    simulated: bool
    catalogue: str
    levels: tuple[int, ...]
    creates: Mapping[Pair, frozenset[Pair]]
    review_levels: tuple[int, ...]
    frame_sheet: str
    frame_columns: tuple[FrameColumn, ...]
    unit_kinds: Mapping[str, str]
    removal_reasons: Mapping[str, str]
    prefills: Mapping[str, str]  # name of a question -> column of the frame
    channels: tuple[str, ...] = CHANNELS  # ways in for answers
    listing_levels: tuple[int, ...] = ()  # levels that review a listing of their own, from above downwards
    level_words: Mapping[int, str] = field(default_factory=lambda: LEVEL_WORDS)
    role_words: Mapping[str, str] = field(default_factory=dict)  # how screens call the holders of a role
    branch: str = (
        ""  # file of areas that the kind adds beside the provinces, e.g. a ministry with its departments
    )
    last_census: tuple[LastCensus, ...] = ()
    return_reasons: tuple[ReturnReason, ...] = ()
    quotas: tuple[QuotaRule, ...] = ()
    accounts: AccountRules = field(default_factory=AccountRules)
    opinion: OpinionRules | None = None  # an opinion survey: lists of people instead of a frame
    roster_columns: tuple[FrameColumn, ...] = ()
    roster_sheet: str = ""  # title of the first sheet of a list of people; "" is our own
    branch_codes: frozenset[str] = frozenset()

    def may_create(self, role: str, level: int) -> frozenset[Pair]:
        """The (role, level) pairs whose accounts a holder of this post creates."""
        return self.creates.get((role, level), frozenset())

    @property
    def catalogue_slug(self) -> str:
        """The catalogue of its campaigns; with a branch one of its own, so that no other campaign sees the branch."""
        return f"{self.catalogue}.{self.slug}".replace(".", "-")[:50] if self.branch else self.catalogue

    def takes(self, channel: str) -> bool:
        return channel in self.channels

    def managing_level(self, area_level: int) -> int:
        """The level that looks after the account of a unit of an area: the lowest of the kind's that is not below it."""
        return max(level for level in (0, *self.levels) if level <= area_level)

    def accepting_level(self, listing_level: int) -> int:
        """The level that accepts a listing: the next one of the kind above it."""
        return max((level for level in (0, *self.levels) if level < listing_level), default=0)

    def prefill(self, unit: PlacedUnit) -> dict[str, str]:
        """What the frame knows about a unit, by name of the question; blank values are left out."""
        filled = {name: _frame_value(column, unit) for name, column in self.prefills.items()}
        return {name: value for name, value in filled.items() if value}


def _frame_value(column: str, unit: PlacedUnit) -> str:
    fact = FRAME_FACTS.get(column)
    return fact(unit) if fact else str(unit.details.get(column, ""))


def _area_code(level: int, column: str) -> Callable[[PlacedUnit], str]:
    """The code of the unit's area at a level; below its own area, where it has its seat."""

    def code(unit: PlacedUnit) -> str:
        codes = codes_by_level(unit.area.path, unit.area.level)
        return codes[level] if level in codes else str(unit.details.get(column, ""))

    return code


def _area_line(area: Any) -> str:
    """“Xã Nha Bích, Thị xã Chơn Thành, Tỉnh Bình Phước”."""
    names = []
    while area is not None and area.level > 0:
        names.append(area.name)
        area = area.parent
    return ", ".join(names)


FRAME_FACTS: dict[str, Callable[[PlacedUnit], str]] = {
    "code": lambda unit: str(unit.code),
    "name": lambda unit: str(unit.name),
    "area": lambda unit: _area_line(unit.area),
    "province": _area_code(1, "province"),
    "district": _area_code(2, "district"),
    "commune": _area_code(3, "commune"),
}


def folder_rules(folder: Path) -> dict[str, Any]:
    """The folder's campaign.toml, frame.toml and letters as one JSON-able mapping."""
    rules: dict[str, Any] = {"campaign": _toml(folder, "campaign.toml")}
    if "opinion" in rules["campaign"]:
        rules |= {"frame": {}, "columns": _toml(folder, ROSTER_FILE), "branch": _branch_codes(folder, rules)}
    else:
        rules["frame"] = _toml(folder, "frame.toml")
    rules["letters"] = _letters(folder, rules["campaign"].get("messages", {}))
    # in their order: a database may keep the keys of a mapping in another
    reasons = rules["campaign"].get("return_reasons", {})
    texts = _letters(folder, reasons)
    rules["return_texts"] = [[code, texts[code]] for code in reasons]
    return dict(loads(dumps(rules, default=str)))


def _toml(folder: Path, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / name).read_text("utf-8"))
    except FileNotFoundError:
        raise Invalid(f"Thiếu tệp {name} trong {folder.name}.", [Problem(name, "Không có tệp")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"Không đọc được {name}: {error}", [Problem(name, str(error))]) from None


def _branch_codes(folder: Path, rules: Mapping[str, Any]) -> list[str]:
    """The codes of the kind's own areas, so that its bodies are told from those of the catalogue."""
    name = rules["campaign"].get("branch", "")
    if not name:
        return []
    try:
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            return [row["code"] for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        raise Invalid(f"Không đọc được {name}: {error}", [Problem(name, str(error))]) from None


def _letters(folder: Path, files: Mapping[str, str]) -> dict[str, str]:
    """[messages] or [return_reasons] of campaign.toml: name of a letter, and name.language -> its text."""
    texts = {}
    for name, file in files.items():
        try:
            texts[name] = (folder / file).read_text("utf-8")
            for language, other in _languages(folder / file):
                texts[f"{name}.{language}"] = other.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(f"Không đọc được thư {file}: {error}", [Problem(file, str(error))]) from None
    return texts


def _languages(letter: Path) -> Iterator[tuple[str, Path]]:
    """(language, file) of a letter in all its languages: beside “return.late.vi.txt” lies “return.late.en.txt”."""
    stem = letter.name.removesuffix(".txt")
    start, _, last = stem.rpartition(".")
    name = start if start and LANGUAGE.fullmatch(last) else stem
    for other in sorted(letter.parent.glob("*.txt")):
        start, _, language = other.name.removesuffix(".txt").rpartition(".")
        if start == name and LANGUAGE.fullmatch(language):
            yield language, other


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
