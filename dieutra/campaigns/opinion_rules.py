"""[opinion] of campaign.toml: who is asked about whom, by which rule, and how small groups are kept from being seen.

Surveys are independent of each other: an overlap of people is resolved inside one survey only (S1, mục 1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from dieutra.campaigns.action_rules import When, read_when
from dieutra.engine.refusals import Invalid
from dieutra.engine.signals.thresholds import from_data as thresholds_from

Wrong = Callable[[str, str], None]  # (place in campaign.toml, what is wrong)

RULES = ("all", "per_unit", "at_most")
DOMAINS = ("required", "warned", "free")
AREAS = ("branch", "catalogue", "all")
MAILING = "mailing"


@dataclass(frozen=True)
class Survey:
    """One survey of the campaign, e.g. about provinces. `areas`: whose bodies send lists."""

    code: str
    title: Mapping[str, str]
    areas: str = "all"  # "branch": the kind's own areas, "catalogue": the others
    unranked: tuple[str, ...] = ()  # codes of bodies that are assessed and not ranked
    about: Mapping[str, str] = field(default_factory=dict)  # what respondents read before the body's name
    group_word: Mapping[str, str] = field(default_factory=dict)  # … and before that of their group

    @property
    def name(self) -> str:
        return self.title.get("vi", self.code)


@dataclass(frozen=True)
class Group:
    """A group of respondents of one survey with its questionnaire and its sampling rule.

    `rule`: "all"; "per_unit": `count` people of each unit; "at_most": people of at most `units` units.
    `priority`: of two roles of one person in a survey the lower number is kept; equal numbers are not regulated.
    """

    survey: str
    code: str
    title: Mapping[str, str]
    form: str
    rule: str = "all"
    count: int = 0
    units: int = 0
    priority: int = 9
    official_domain: str = "required"
    weight: Decimal = Decimal(1)
    needs: tuple[str, ...] = ()  # columns that this group must fill besides the required ones
    units_of: tuple[
        str, ...
    ] = ()  # of per_unit: groups of the survey whose units are those that this group is asked of

    @property
    def name(self) -> str:
        return self.title.get("vi", self.code)


@dataclass(frozen=True)
class Letter:
    """A letter by the clock: to those asked who have not answered, or to bodies whose list is not sent yet."""

    name: str
    when: When
    whom: str  # "respondent" or "body"
    what: str  # of [messages]


@dataclass(frozen=True)
class OpinionRules:
    surveys: tuple[Survey, ...] = ()
    groups: tuple[Group, ...] = ()
    official_domains: tuple[str, ...] = ()
    smallest: int = 5  # of a group with fewer people no rate is shown
    batch: int = 5  # answers of a group are laid open by so many at least
    contacts_due: str = ""  # ISO date, by the calendar of the kind, as is the next
    list_due: str = ""
    both_roles: bool = False  # may a body keep somebody in two groups of equal priority?
    key_days: int = 14  # after the last day of answering the key is kept so long, then destroyed
    languages: tuple[str, ...] = ("vi",)
    letters: tuple[Letter, ...] = ()

    def survey(self, code: str) -> Survey:
        """KeyError when there is none."""
        return {it.code: it for it in self.surveys}[code]

    def groups_of(self, survey: str) -> tuple[Group, ...]:
        return tuple(it for it in self.groups if it.survey == survey)

    def group(self, survey: str, code: str) -> Group:
        """KeyError when there is none."""
        return {(it.survey, it.code): it for it in self.groups}[(survey, code)]

    def is_official(self, email: str) -> bool:
        """Whether an address lies in one of the official domains or below it."""
        domain = email.rpartition("@")[2].lower()
        return any(domain == it or domain.endswith(f".{it}") for it in self.official_domains)


def opinion_rules(table: object, wrong: Wrong) -> OpinionRules | None:
    """None when the kind is no opinion survey; every fault is told to `wrong`."""
    if table is None:
        return None
    if not isinstance(table, dict):
        wrong("opinion", "Cần một bảng [opinion].")
        return None
    surveys = tuple(_survey(it, wrong) for it in _rows(table, "survey", wrong))
    groups = tuple(_group(it, {each.code for each in surveys}, wrong) for it in _rows(table, "group", wrong))
    _no_twins([it.code for it in surveys], "opinion.survey", wrong)
    _no_twins([f"{it.survey}/{it.code}" for it in groups], "opinion.group", wrong)
    _check_units(groups, wrong)
    for it in surveys:
        if not any(group.survey == it.code for group in groups):
            wrong("opinion.survey", f"Cuộc khảo sát “{it.code}” chưa có nhóm đối tượng nào.")
    _check_signals(table.get("signals", {}), wrong)
    return OpinionRules(
        surveys=surveys,
        groups=groups,
        official_domains=_texts(table, "official_domains"),
        smallest=_number(table, "smallest", 5, "opinion.smallest", wrong),
        batch=_number(table, "batch", 5, "opinion.batch", wrong),
        key_days=_number(table, "key_days", 14, "opinion.key_days", wrong),
        contacts_due=str(table.get("contacts_due", "")),
        list_due=str(table.get("list_due", "")),
        both_roles=table.get("both_roles") is True,
        languages=_texts(table, "languages") or ("vi",),
        letters=_letters(table.get("letter", []), wrong),
    )


def _check_units(groups: Sequence[Group], wrong: Wrong) -> None:
    for it in groups:
        known = {other.code for other in groups if other.survey == it.survey and other.code != it.code}
        if it.units_of and (it.rule != "per_unit" or not known.issuperset(it.units_of)):
            wrong(
                f"opinion.group {it.survey}/{it.code}",
                "units_of chỉ dùng với per_unit và nêu mã nhóm khác của cùng cuộc khảo sát.",
            )


def _check_signals(found: object, wrong: Wrong) -> None:
    """[opinion.signals]: thresholds by name; interference reads them from the campaign's rules."""
    try:
        thresholds_from(found if isinstance(found, dict) else {"signals": found})
    except Invalid as refusal:
        wrong("opinion.signals", refusal.message)


def _survey(row: Mapping[str, Any], wrong: Wrong) -> Survey:
    code, areas = str(row.get("code", "")), str(row.get("areas", "all"))
    if not code or not isinstance(row.get("title"), dict):
        wrong("opinion.survey", "Mỗi cuộc khảo sát cần code và title.")
    if areas not in AREAS:
        wrong("opinion.survey", f"“{areas}”: areas là một trong {', '.join(AREAS)}.")
    said = {key: row.get(key, {}) for key in ("about", "group_word")}
    for key, words in said.items():
        if not isinstance(words, dict) or not all(isinstance(it, str) for it in words.values()):
            wrong(f"opinion.survey {code}", f'{key} ghi chữ theo ngôn ngữ, như {{ vi = "…", en = "…" }}.')
            said[key] = {}
    return Survey(code, row.get("title") or {}, areas, _texts(row, "unranked"), **said)


def _group(row: Mapping[str, Any], surveys: set[str], wrong: Wrong) -> Group:
    code, survey = str(row.get("code", "")), str(row.get("survey", ""))
    place = f"opinion.group {survey}/{code}"
    name = row.get("name")
    if not code or not isinstance(name, dict) or not row.get("form"):
        wrong(place, "Mỗi nhóm cần code, name và form.")
    if survey not in surveys:
        wrong(place, f"Không có cuộc khảo sát “{survey}”.")
    for key, words in (("rule", RULES), ("official_domain", DOMAINS)):
        if str(row.get(key, words[0])) not in words:
            wrong(place, f"{key} là một trong {', '.join(words)}.")
    group = Group(
        survey=survey,
        code=code,
        title=name if isinstance(name, dict) else {},
        form=str(row.get("form", "")),
        rule=str(row.get("rule", "all")),
        count=_number(row, "count", 0, place, wrong),
        units=_number(row, "units", 0, place, wrong),
        priority=_number(row, "priority", 9, place, wrong),
        official_domain=str(row.get("official_domain", "required")),
        weight=_weight(row.get("weight", 1), place, wrong),
        needs=_texts(row, "needs"),
        units_of=_texts(row, "units_of"),
    )
    if group.rule == "per_unit" and group.count < 1:
        wrong(place, "Quy tắc per_unit cần count: số người của mỗi đơn vị.")
    if group.rule == "at_most" and group.units < 1:
        wrong(place, "Quy tắc at_most cần units: số đơn vị nhiều nhất.")
    return group


def _after_mailing(text: str, whom: str) -> When | None:
    """“3 days after mailing”: from the day on which a body's mailing was opened; of respondents alone."""
    found = re.fullmatch(r"(\d{1,3}) days? after mailing", text)
    return When(of=MAILING, days=int(found[1])) if found and whom == "respondent" else None


def _letters(rows: object, wrong: Wrong) -> tuple[Letter, ...]:
    found = []
    for row in rows if isinstance(rows, list) else ():
        name, whom, when = (str(row.get(key, "")) for key in ("name", "whom", "when"))
        read = read_when(when) or _after_mailing(when, whom)
        if not name or not row.get("what") or whom not in ("respondent", "body"):
            wrong("opinion.letter", "Mỗi thư cần name, what và whom là respondent hoặc body.")
        elif read is None or not read.of:
            wrong(
                f"opinion.letter {name}",
                f"when “{when}”: ghi như “7 days before closes”, “on list_due”, với respondent cả “3 days after mailing”.",
            )
        else:
            found.append(Letter(name, read, whom, str(row["what"])))
    _no_twins([it.name for it in found], "opinion.letter", wrong)
    return tuple(found)


def _rows(table: Mapping[str, Any], key: str, wrong: Wrong) -> Sequence[Mapping[str, Any]]:
    rows = table.get(key)
    if not isinstance(rows, list) or not rows:
        wrong(f"opinion.{key}", f"Cần ít nhất một [[opinion.{key}]].")
        return ()
    return [it for it in rows if isinstance(it, dict)]


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = table.get(key, [])
    return tuple(str(it) for it in found) if isinstance(found, list) else ()


def _number(table: Mapping[str, Any], key: str, otherwise: int, place: str, wrong: Wrong) -> int:
    found = table.get(key, otherwise)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        wrong(place, f"{key} là một số nguyên không âm.")
        return otherwise
    return found


def _weight(found: object, place: str, wrong: Wrong) -> Decimal:
    try:
        weight = Decimal(str(found))
    except InvalidOperation:
        weight = Decimal(-1)
    if not weight.is_finite() or weight < 0:
        wrong(place, "weight là một số không âm, ví dụ “0.25”.")
        return Decimal(1)
    return weight


def _no_twins(codes: Sequence[str], place: str, wrong: Wrong) -> None:
    for code in sorted({it for it in codes if codes.count(it) > 1}):
        wrong(place, f"“{code}” có hai lần.")
