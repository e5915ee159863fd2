"""Writes to the lines of a list, one at a time. From a file: loading.py; overlaps: overlaps.py; as a whole: sending.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.engine.text import normal_name
from dieutra.events.actions import record
from dieutra.people.models import User
from dieutra.rosters.changing import MOVED_ON, kept, own, refuse_closed, touch
from dieutra.rosters.columns import EMAIL, KEPT, line, rules_of
from dieutra.rosters.findings import findings
from dieutra.rosters.models import Explanation, Person, Roster
from dieutra.rosters.twins import settle

Standing = Person.Standing
MOST_PEOPLE = 10_000
SHORT_OF = 10  # letters that an explanation has at least


def add(actor: User, roster: Roster, texts: Mapping[str, str]) -> Person:
    """A new line from typed texts by column. Raises Invalid with the column of everything that is wrong."""
    own(actor, roster)
    refuse_closed(roster)
    values = _sound(roster, texts)
    with transaction.atomic():
        roster = kept(roster)
        touch(roster)
        _refuse_same_address(roster, values)
        last = Person.objects.filter(roster=roster).aggregate(last=Max("number"))["last"] or 0
        if last >= MOST_PEOPLE:
            raise NotNow(f"Danh sách đã có {MOST_PEOPLE} dòng, không thêm được nữa.")
        person = Person.objects.create(
            roster=roster,
            campaign=roster.campaign,
            survey=roster.survey,
            path=roster.path,
            number=last + 1,
            **values,
        )
        settle(roster)
        record(actor, "person.added", person, group=person.group)
    return person


def change(actor: User, person: Person, version: int, texts: Mapping[str, str]) -> None:
    """Correct a line, or move it to another group."""
    roster = person.roster
    own(actor, roster)
    refuse_closed(roster)
    if person.standing == Standing.REMOVED:
        raise NotNow("Dòng này đã được bỏ khỏi danh sách. Hãy đưa lại rồi sửa.")
    values = _sound(roster, texts, but=person)
    with transaction.atomic():
        touch(roster)
        _refuse_same_address(roster, values, but=person)
        before = {name: getattr(person, name) for name in KEPT}
        _write(person, version, **values, remark="")
        settle(roster)
        changed = sorted(
            name for name in before if before[name] != values[name] and not name.endswith("_key")
        )
        record(actor, "person.changed", person, columns=changed)
    person.refresh_from_db()


def remove(actor: User, person: Person, version: int) -> None:
    """Take a line out; it can be put back."""
    own(actor, person.roster)
    refuse_closed(person.roster)
    if person.standing == Standing.REMOVED:
        raise NotNow("Dòng này đã được bỏ khỏi danh sách.")
    with transaction.atomic():
        touch(person.roster)
        _write(person, version, standing=Standing.REMOVED, kept_as=None)
        settle(person.roster)
        record(actor, "person.removed", person)


def restore(actor: User, person: Person, version: int) -> None:
    """Put a removed line back."""
    own(actor, person.roster)
    refuse_closed(person.roster)
    if person.standing != Standing.REMOVED:
        raise NotNow("Dòng này đang ở trong danh sách.")
    with transaction.atomic():
        touch(person.roster)
        _refuse_same_address(person.roster, {"email": person.email, "group": person.group}, but=person)
        _write(person, version, standing=Standing.IN, kept_as=None)
        settle(person.roster)
        record(actor, "person.restored", person)


def expect(actor: User, roster: Roster, numbers: Mapping[str, str]) -> None:
    """How many there are in all in each group, as the body says, so that “all” can be held against it; "" for unsaid."""
    own(actor, roster)
    refuse_closed(roster)
    groups = {
        it.code: it for it in rules_of(roster.campaign.kind).groups_of(roster.survey) if it.rule == "all"
    }
    wrong = [
        Problem(groups[code].name, "Ghi một số từ 0 đến 99999, hoặc để trống.")
        for code, text in numbers.items()
        if code in groups and text.strip() and not _is_number(text.strip())
    ]
    if wrong:
        raise Invalid("Chưa ghi: có số chưa đúng.", wrong)
    said = {code: int(text) for code, text in numbers.items() if code in groups and text.strip()}
    with transaction.atomic():
        roster = kept(roster)
        touch(roster)
        Roster.objects.filter(pk=roster.pk).update(expected=said)
        record(actor, "roster.expected", roster, groups=len(said))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5


def explain(actor: User, roster: Roster, said: Mapping[str, str]) -> int:
    """Keep what the body says about soft findings, by their keys; "" takes an explanation back. How many are kept."""
    own(actor, roster)
    refuse_closed(roster)
    texts = {key: normal_name(text) for key, text in said.items()}
    short = [it for it in texts.values() if it and not SHORT_OF <= len(it) <= 1000]
    if short:
        raise Invalid(
            f"Giải trình cần từ {SHORT_OF} đến 1000 ký tự.",
            [Problem("Giải trình", f"“{it[:60]}”") for it in short],
        )
    with transaction.atomic():
        touch(roster)
        standing = {it.key for it in findings(roster) if it.key and not it.hard}
        given = {key: text for key, text in texts.items() if key in standing}
        if not given:
            raise NotNow("Không còn mục nào trong số này cần giải trình. Hãy xem lại danh sách các mục.")
        Explanation.objects.filter(roster=roster, key__in=given).delete()
        rows = [
            Explanation(roster=roster, key=key, text=text, by=actor) for key, text in given.items() if text
        ]
        Explanation.objects.bulk_create(rows)
        record(actor, "roster.explained", roster, explanations=len(rows))
    return len(rows)


def _sound(roster: Roster, texts: Mapping[str, str], but: Person | None = None) -> dict[str, Any]:
    values, problems = line(roster.campaign.kind, roster.survey, texts)
    if problems:
        raise Invalid("Chưa ghi: có mục chưa đúng.", [*problems, *_same_address(roster, values, but)])
    return values


def _refuse_same_address(roster: Roster, values: Mapping[str, Any], but: Person | None = None) -> None:
    if problems := _same_address(roster, values, but):
        raise Invalid("Chưa ghi: địa chỉ e-mail này đã có trong nhóm.", problems)


def _same_address(roster: Roster, values: Mapping[str, Any], but: Person | None = None) -> list[Problem]:
    """One address twice in one group is never two people."""
    if not values["email"] or roster.pk is None:
        return []
    same = Person.objects.filter(roster=roster, group=values["group"], email=values["email"])
    found = same.exclude(standing=Standing.REMOVED).exclude(pk=but.pk if but else 0).first()
    header = next((it.header for it in roster.campaign.kind.roster_columns if it.name == EMAIL), "E-mail")
    return [Problem(header, f"Đã có ở dòng {found.number} ({found.name}) của nhóm này.")] if found else []


def _write(person: Person, version: int, **changes: Any) -> None:
    as_seen = Person.objects.filter(pk=person.pk, version=version)
    if not as_seen.update(version=F("version") + 1, changed_at=timezone.now(), **changes):
        raise Stale(f"Dòng này vừa được người khác thay đổi. {MOVED_ON.partition('. ')[2]}")
