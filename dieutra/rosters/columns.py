"""The columns of a kind's list of people, and what a line of it must be: the same for a row of a file and for a screen.

A column of the kind is kept in a field of `Person` when `FIELDS` knows its name, otherwise in `details`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from dieutra.campaigns.kind import FrameColumn, Kind
from dieutra.campaigns.opinion_rules import Group, OpinionRules
from dieutra.engine.refusals import Problem
from dieutra.engine.text import search_key
from dieutra.frames.columns import Wrong, clean, in_words, short
from dieutra.rosters.models import Person

GROUP, NAME, BORN, OFFICE, UNIT = "group", "ho_ten", "ngay_sinh", "chuc_vu", "don_vi"
EMAIL, PHONE, STANDS_FOR, WHY = "email", "dien_thoai", "thay_cho", "ly_do_thay"
FIELDS = {
    GROUP: "group", NAME: "name", BORN: "born_on", OFFICE: "office", UNIT: "unit",
    EMAIL: "email", PHONE: "phone", STANDS_FOR: "stands_for", WHY: "why_stands",
}  # fmt: skip
KEPT = (*FIELDS.values(), "name_key", "unit_key", "details")
DAYS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")
OLDEST = date(1900, 1, 1)
PHONE_NUMBER = re.compile(r"0[0-9]{9,10}")


def rules_of(kind: Kind) -> OpinionRules:
    """The kind's rules; only for campaigns that ask people."""
    if kind.opinion is None:
        raise TypeError(f"{kind.slug} asks no people")
    return kind.opinion


def columns_of(kind: Kind, survey: str) -> tuple[FrameColumn, ...]:
    """The kind's columns with the groups of one survey; days and telephone numbers are looked at in `line`."""
    groups = {it.name: it.code for it in rules_of(kind).groups_of(survey)}
    return tuple(_readable(column, groups) for column in kind.roster_columns)


def _readable(column: FrameColumn, groups: Mapping[str, str]) -> FrameColumn:
    if column.name == GROUP:
        return replace(column, type="choice", values=groups)
    if column.type == "date":
        return replace(column, type="text", max_length=40)
    return replace(column, pattern="", max_length=40) if column.name == PHONE else column


def day(text: str) -> date | None:
    """A day of birth; Wrong when it is none or none of a grown-up."""
    found = any_day(text)
    if found and not OLDEST < found < date.today():
        raise Wrong(f"“{short(text)}” không thể là ngày sinh. Hãy kiểm tra năm.")
    return found


def any_day(text: str, example: str = "31/12/1975") -> date | None:
    """None for a blank; Wrong when it is no day."""
    for pattern in DAYS if text else ():
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    if text:
        raise Wrong(f"“{short(text)}” không phải là ngày. Ghi ngày/tháng/năm, ví dụ {example}.")
    return None


def phone(text: str) -> str:
    """Digits alone, from 0; Wrong when it cannot be a Vietnamese number. Excel takes the zero off."""
    digits = re.sub(r"[\s.()\-\u00a0]", "", text)
    digits = re.sub(r"^(\+|00)84", "0", digits)
    if re.fullmatch(r"84[0-9]{9}", digits):
        digits = f"0{digits[2:]}"
    if re.fullmatch(r"[1-9][0-9]{8}", digits):
        digits = f"0{digits}"
    if digits and not PHONE_NUMBER.fullmatch(digits):
        raise Wrong(f"“{short(text)}” không phải là số điện thoại. Ghi 10 hoặc 11 chữ số, bắt đầu bằng số 0.")
    return digits


def line(
    kind: Kind,
    survey: str,
    texts: Mapping[str, str],
    known: Sequence[FrameColumn] = (),
    wrong: Mapping[str, Problem] | None = None,
) -> tuple[dict[str, Any], list[Problem]]:
    """The fields of a `Person` from typed texts by column, and all that is wrong, each at the header of its column.

    `known`: `columns_of` the survey, from whoever asks for thousands of lines. `wrong`: what the reader of a file found
    already, by column; it comes back among the rest, in the order of the columns. A field that is wrong stays blank.
    """
    columns, told = {it.name: it for it in known or columns_of(kind, survey)}, dict(wrong or {})
    values: dict[str, Any] = dict.fromkeys(FIELDS.values(), "") | {"born_on": None, "details": {}}
    for name, column in columns.items():
        if name in told:
            continue
        try:
            kept = _kept(column, texts.get(name, ""))
        except Wrong as refused:
            told[name] = Problem(column.header, str(refused))
            continue
        if name in FIELDS:
            values[FIELDS[name]] = kept
        elif kept:
            values["details"][name] = kept
    values["name_key"], values["unit_key"] = search_key(values["name"]), search_key(values["unit"])
    group = next((it for it in rules_of(kind).groups_of(survey) if it.code == values["group"]), None)
    for name, problem in _against_rules(kind, group, values):
        told.setdefault(name, problem)
    return values, [told[name] for name in dict.fromkeys((*columns, *told)) if name in told]


def _kept(column: FrameColumn, text: str) -> Any:
    text = clean(column, text)
    if column.name == BORN:
        return day(text)
    if column.name == PHONE:
        return phone(text)
    return text.lower() if column.name == EMAIL else text


def against_group(kind: Kind, group: Group, values: Mapping[str, Any]) -> list[Problem]:
    """What the rules of a group refuse in a line that is sound in itself."""
    return [problem for _, problem in _against_rules(kind, group, values)]


def _against_rules(
    kind: Kind, group: Group | None, values: Mapping[str, Any]
) -> Iterator[tuple[str, Problem]]:
    """By column: what the group's rules refuse, and what goes for every line, whose group may be unknown."""
    headers = {it.name: it.header for it in kind.roster_columns}
    if group is not None:
        for name in group.needs:
            if not (values.get(FIELDS.get(name, name)) or values["details"].get(name)):
                told = f"Nhóm “{group.name}” phải có mục này, đang để trống."
                yield name, Problem(headers.get(name, name), told)
    rules = rules_of(kind)
    required = group is not None and group.official_domain == "required"
    if group is not None and required and values["email"] and not rules.is_official(values["email"]):
        domains = ", ".join(rules.official_domains)
        told = f"“{short(values['email'])}” không phải hộp thư công vụ. Nhóm “{group.name}” cần địa chỉ thuộc {domains}."
        yield EMAIL, Problem(headers.get(EMAIL, EMAIL), told)
    if values["stands_for"] and not values["why_stands"]:
        yield WHY, Problem(headers.get(WHY, WHY), "Đã ghi “Thay cho” thì phải ghi lý do thay.")
    if values["why_stands"] and not values["stands_for"]:
        told = "Đã ghi lý do thay thì phải ghi thay cho ai."
        yield STANDS_FOR, Problem(headers.get(STANDS_FOR, STANDS_FOR), told)


def texts_of(person: Person) -> dict[str, str]:
    """A line as it is typed: column -> text."""
    found = {name: getattr(person, field) for name, field in FIELDS.items()}
    found[BORN] = f"{person.born_on:%d/%m/%Y}" if person.born_on else ""
    return {**found, **person.details}


def in_cells(kind: Kind, survey: str, person: Person) -> list[str]:
    """A line as it stands in the sheet, in the order of the columns."""
    texts = texts_of(person)
    return [in_words(column, texts.get(column.name, "")) for column in columns_of(kind, survey)]
