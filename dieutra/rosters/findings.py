"""What is to be looked at in a list before it is sent. Hard findings stop the sending, soft ones need an explanation.

Each kind of finding is one statement over the list. A finding's key names it and what it is about, so that an explanation
falls away by itself when its ground changes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet

from dieutra.campaigns.opinion_rules import Group
from dieutra.rosters.columns import against_group, rules_of
from dieutra.rosters.models import Explanation, Pair, Person, Roster
from dieutra.rosters.queries import LISTED, Counted, counts, used_elsewhere
from dieutra.rosters.twins import SHARED_PHONE, Twin, twins

Standing, Verdict = Person.Standing, Pair.Verdict
ODD_IN_A_NAME = re.compile(r"[0-9@_/\\|<>*#!?=+]")
LOOKED_AT = ("email", "office", "unit", "phone", "born_on", "stands_for", "why_stands", "details")
MOST_NAMED = 5  # units in one finding
TITLES = ("ong", "ba", "dong chi", "dc", "anh", "chi", "ts", "ths", "gs", "pgs", "bs", "ks")


@dataclass(frozen=True)
class Finding:
    """`people`: the lines it is about, in the order in which the screen links them."""

    code: str
    hard: bool
    message: str
    people: tuple[Person, ...] = ()
    group: str = ""
    key: str = ""
    explained: str = ""
    pair: bool = False  # to be decided on the page of overlaps


def findings(roster: Roster) -> list[Finding]:
    """Everything that is to be looked at, hard ones first."""
    if roster.pk is None:
        return [_empty()]
    said = dict(Explanation.objects.filter(roster=roster).values_list("key", "text"))
    counted = counts(roster)
    found = [] if counted else [_empty()]
    people = {it.pk: it for it in Person.objects.filter(roster=roster).exclude(standing=Standing.REMOVED)}
    found += _twins(roster, people)
    for group in rules_of(roster.campaign.kind).groups_of(roster.survey):
        found += _group(roster, group, counted.get(group.code, Counted()))
    found += _lines(roster, people)
    found += _shared_phones(roster) + _elsewhere(roster) + _without_address(roster)
    keyed = [it if it.explained else _explained(it, said) for it in found]
    return sorted(
        keyed, key=lambda it: (not it.hard, bool(it.explained), it.people[0].number if it.people else 0)
    )


def unsolved(found: list[Finding]) -> list[Finding]:
    """What still stops the sending: hard ones, and soft ones without an explanation."""
    return [it for it in found if it.hard or not it.explained]


def key_of(*about: object) -> str:
    return hashlib.sha256("|".join(map(str, about)).encode()).hexdigest()


def _explained(it: Finding, said: dict[str, str]) -> Finding:
    if it.hard or not it.key or it.key not in said:
        return it
    return Finding(it.code, it.hard, it.message, it.people, it.group, it.key, said[it.key], it.pair)


def _empty() -> Finding:
    return Finding("empty", True, "Danh sách chưa có ai. Hãy nạp tệp hoặc thêm từng người.")


def _twins(roster: Roster, people: dict[int, Person]) -> Iterator[Finding]:
    pairs = {(it.first_id, it.second_id): it for it in Pair.objects.filter(roster=roster)}
    names = {it.code: it.name for it in rules_of(roster.campaign.kind).groups_of(roster.survey)}
    for twin in twins(roster):
        two, pair = (people[twin.first], people[twin.second]), pairs.get(twin.key)
        asked = all(it.standing == Standing.IN for it in two)
        if two[0].group == two[1].group:
            if asked and pair is None:
                yield Finding("twin", True, _twin_words(twin, two, names), two, two[0].group, pair=True)
        elif pair is not None and pair.verdict == Verdict.PRIORITY and pair.by_id is None:
            kept = two[0] if pair.kept_id == two[0].pk else two[1]
            role = names.get(kept.group, kept.group)
            told = f"{two[0].name} có ở hai nhóm ({twin.words}). Theo quy định giữ vai trò “{role}”. Hãy xác nhận."
            yield Finding("confirm", True, told, two, pair=True)
        elif asked and pair is None:
            roles = " và ".join(f"“{names.get(it.group, it.group)}”" for it in two)
            told = f"{two[0].name} có ở hai nhóm {roles} ({twin.words}). Hãy chọn vai trò được giữ."
            yield Finding("overlap", True, told, two, pair=True)


def _twin_words(twin: Twin, two: tuple[Person, Person], names: dict[str, str]) -> str:
    who = two[0].name if two[0].name_key == two[1].name_key else f"{two[0].name} và {two[1].name}"
    what = (
        "Hãy sửa hoặc bỏ một dòng."
        if twin.by_email
        else "Hãy bỏ một dòng, hoặc ghi rõ là hai người khác nhau."
    )
    return f"{who} có hai dòng trong nhóm “{names.get(two[0].group)}” ({twin.words}). {what}"


def _group(roster: Roster, group: Group, counted: Counted) -> Iterator[Finding]:
    everybody = counted.asked + counted.aside + counted.excused
    if not everybody:
        told = f"Nhóm “{group.name}” chưa có ai. Nếu cơ quan không có đối tượng này, hãy ghi rõ."
        yield Finding("no_one", False, told, group=group.code, key=key_of("no_one", group.code))
    expected = roster.expected.get(group.code)
    if expected is not None and group.rule == "all" and expected != everybody:
        less = f"thiếu {expected - everybody}" if everybody < expected else f"thừa {everybody - expected}"
        told = f"Nhóm “{group.name}”: cơ quan ghi có {expected} người, danh sách có {everybody} ({less})."
        yield Finding(
            "expected", False, told, group=group.code, key=key_of("expected", group.code, expected, everybody)
        )
    if group.rule == "at_most" and counted.units > group.units:
        told = f"Nhóm “{group.name}” có {counted.units} hội, hiệp hội; được chọn nhiều nhất {group.units}. Hãy bỏ bớt."
        yield Finding("too_many_units", True, told, group=group.code)
    if group.rule == "per_unit":
        yield from _per_unit(roster, group)
        if everybody and group.units_of:
            yield from _units_without(roster, group)


def _per_unit(roster: Roster, group: Group) -> Iterator[Finding]:
    """Units with more people than the rule says are refused; one with fewer says why."""
    asked = Person.objects.filter(roster=roster, group=group.code, standing__in=(Standing.IN, Standing.ASIDE))
    units = (
        asked.values("unit_key")
        .annotate(n=Count("pk"), unit_name=Max("unit"), line=Max("pk"))
        .exclude(n=group.count)
    )
    lines = Person.objects.in_bulk([it["line"] for it in units])
    for it in units.order_by("unit_key"):
        unit = it["unit_name"] or "dòng chưa ghi đơn vị"
        told = f"Nhóm “{group.name}”: {unit} có {it['n']} người, mỗi đơn vị cần đúng {group.count}."
        people = (lines[it["line"]],) if it["line"] in lines else ()
        if it["n"] > group.count:
            yield Finding("over", True, f"{told} Hãy bỏ bớt.", people, group.code)
        else:
            key = key_of("under", group.code, it["unit_key"], it["n"])
            yield Finding("under", False, told, people, group.code, key)


def _units_without(roster: Roster, group: Group) -> Iterator[Finding]:
    """Units that the list knows from other groups and that have nobody in this one."""
    there = Person.objects.filter(roster=roster, standing__in=(Standing.IN, Standing.ASIDE))
    others = Person.objects.filter(roster=roster, group__in=group.units_of, standing__in=LISTED)
    without = others.exclude(unit_key="").exclude(
        unit_key__in=there.filter(group=group.code).values("unit_key")
    )
    names = dict(
        without.values("unit_key")
        .annotate(name=Max("unit"))
        .order_by("unit_key")
        .values_list("unit_key", "name")
    )
    if not names:
        return
    shown = ", ".join(list(names.values())[:MOST_NAMED])
    more = f" và {len(names) - MOST_NAMED} đơn vị khác" if len(names) > MOST_NAMED else ""
    told = f"Nhóm “{group.name}” chưa có ai của {shown}{more}; mỗi đơn vị cần đúng {group.count}."
    key = key_of("units_without", group.code, *names)
    yield Finding("units_without", False, f"{told} Hãy bổ sung hoặc ghi rõ lý do.", group=group.code, key=key)


def _lines(roster: Roster, people: dict[int, Person]) -> Iterator[Finding]:
    """What one line by itself gives cause to ask."""
    kind, rules = roster.campaign.kind, rules_of(roster.campaign.kind)
    groups = {it.code: it for it in rules.groups_of(roster.survey)}
    for it in people.values():
        group = groups.get(it.group)
        if it.standing != Standing.IN or group is None:
            continue
        values = {name: getattr(it, name) for name in LOOKED_AT}
        for problem in against_group(kind, group, values):
            yield Finding("line", True, f"{it.name}: {problem.place}. {problem.message}", (it,), it.group)
        if group.official_domain == "warned" and it.email and not rules.is_official(it.email):
            told = (
                f"{it.name}: “{it.email}” không phải hộp thư công vụ. Hãy xác nhận vì sao dùng địa chỉ này."
            )
            yield Finding("domain", False, told, (it,), it.group, key_of("domain", it.pk, it.email))
        if odd := _odd_name(it.name, it.name_key):
            yield Finding("name", False, f"{it.name}: {odd}", (it,), it.group, key_of("name", it.pk, it.name))


def _odd_name(name: str, key: str) -> str:
    if len(key.split()) < 2:
        return "họ tên chỉ có một chữ. Hãy ghi đủ họ và tên, hoặc xác nhận là đúng."
    if ODD_IN_A_NAME.search(name):
        return "họ tên có chữ số hoặc ký hiệu lạ. Hãy sửa, hoặc xác nhận là đúng."
    if (
        key.startswith(tuple(f"{it} " for it in TITLES))
        and len(key.split()) > 2
        and name.split()[0][-1:] in ".:"
    ):
        return "họ tên có cả danh xưng. Chỉ ghi họ và tên, hoặc xác nhận là đúng."
    if name.isupper() and len(name) > 3:
        return "họ tên viết toàn chữ hoa. Thư gửi đi sẽ viết như vậy; hãy sửa, hoặc xác nhận là đúng."
    return ""


def _shared_phones(roster: Roster) -> list[Finding]:
    asked = Person.objects.filter(roster=roster, standing=Standing.IN).exclude(phone="")
    shared = (
        asked.values("phone")
        .annotate(n=Count("pk"), line=Max("pk"))
        .filter(n__gt=SHARED_PHONE)
        .order_by("phone")
    )
    lines = Person.objects.in_bulk([it["line"] for it in shared])
    return [
        Finding(
            "phone", False, f"Số điện thoại {it['phone']} dùng chung cho {it['n']} người. Hãy xác nhận là số của cơ quan.",
            (lines[it["line"]],), key=key_of("phone", it["phone"], it["n"]),
        )
        for it in shared
    ]  # fmt: skip


def _elsewhere(roster: Roster) -> list[Finding]:
    found: QuerySet[Person] = used_elsewhere(roster)
    return [
        Finding(
            "elsewhere", False,
            f"{it.name}: địa chỉ “{it.email}” cũng có trong danh sách của một cơ quan khác trong cùng cuộc khảo sát. "
            "Hãy kiểm tra lại, hoặc xác nhận là đúng.",
            (it,), it.group, key_of("elsewhere", it.pk, it.email),
        )
        for it in found[:200]
    ]  # fmt: skip


def _without_address(roster: Roster) -> list[Finding]:
    """Where the kind does not require an address: whoever has none gets no questionnaire."""
    number = Person.objects.filter(roster=roster, standing=Standing.IN, email="").count()
    if not number:
        return []
    told = (
        f"{number} người chưa có địa chỉ e-mail nên không nhận được phiếu. Hãy bổ sung, hoặc ghi rõ vì sao."
    )
    return [Finding("no_address", False, told, key=key_of("no_address", number))]
