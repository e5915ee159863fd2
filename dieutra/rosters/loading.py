"""A whole list from a file: read, looked at, and loaded only on the body's word. What the preview says is what happens,
since it is the loading itself, taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from dieutra.campaigns.kind import FrameColumn, Kind
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.engine.text import normal_name
from dieutra.events.actions import record
from dieutra.frames.reading import every_row, place
from dieutra.people.models import User
from dieutra.rosters.actions import MOST_PEOPLE
from dieutra.rosters.changing import go, kept, own, refuse_closed
from dieutra.rosters.columns import EMAIL, KEPT, columns_of, line
from dieutra.rosters.findings import Finding, findings
from dieutra.rosters.models import Load, Person, Roster
from dieutra.rosters.twins import settle

SHOWN_PROBLEMS = 200
BATCH = 500
OTHER_FILE = (
    "Tệp bạn đã xem trước không còn: người khác của cơ quan vừa gửi một tệp khác, hoặc đã nạp hay bỏ tệp của bạn. "
    "Chưa nạp dòng nào; hãy xem lại rồi quyết định."
)
Standing = Person.Standing
Line = dict[str, Any]  # the fields of a Person


@dataclass(frozen=True)
class Told:
    """What a loading does: lines by what happens to them, and what the list will have to be looked at for."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    people: int = 0
    changes: Sequence[tuple[Person, tuple[str, ...]]] = field(default_factory=tuple)
    gone: Sequence[Person] = field(default_factory=tuple)
    found: Sequence[Finding] = field(default_factory=tuple)


def read(actor: User, roster: Roster, content: bytes, filename: str, replaces: bool) -> Load:
    """Read a file and keep its lines until the body has seen what they do. Raises Invalid with row and column."""
    own(actor, roster)
    refuse_closed(roster)
    kind = roster.campaign.kind
    columns = columns_of(kind, roster.survey)
    rows, problems = every_row(content, filename, columns, "người"), []
    if len(rows) > MOST_PEOPLE:
        raise Invalid(f"Tệp có quá {MOST_PEOPLE:,} người. Hãy kiểm tra lại tệp.".replace(",", "."))
    email = next((it.header for it in kind.roster_columns if it.name == EMAIL), "")
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        values, wrong = line(kind, roster.survey, row.values, columns, row.wrong)
        cells = row.wrong.values()  # these name their place on the sheet themselves
        problems += [it if it in cells else Problem(place(row.number, it.place), it.message) for it in wrong]
        if values["group"] and values["email"]:
            first = seen.setdefault((values["group"], values["email"]), row.number)
            if first != row.number:
                told = f"“{values['email']}” đã có ở dòng {first}, cùng nhóm. Hãy bỏ hoặc sửa một dòng."
                problems.append(Problem(place(row.number, email), told))
    if problems:
        raise _refused(problems)
    with transaction.atomic():
        roster = kept(roster)
        Load.objects.filter(roster=roster).delete()
        load = Load.objects.create(
            roster=roster, path=roster.path, campaign=roster.campaign, filename=normal_name(filename)[:200] or "tệp",
            replaces=replaces, lines=[[row.number, row.values] for row in rows], by=actor,
        )  # fmt: skip
        record(actor, "roster.read", roster, lines=len(rows), replaces=replaces)
    return load


def _refused(problems: list[Problem]) -> Invalid:
    def row(problem: Problem) -> int:
        digits = problem.place.removeprefix("Dòng ").partition(",")[0]
        return int(digits) if digits.isdecimal() else 0

    shown = f" Dưới đây là {SHOWN_PROBLEMS} chỗ đầu tiên." if len(problems) > SHOWN_PROBLEMS else ""
    count = f"{len(problems):,}".replace(",", ".")
    told = f"Chưa nạp dòng nào: tệp có {count} chỗ sai.{shown} Hãy sửa trong tệp rồi gửi lại."
    return Invalid(told, sorted(problems, key=row)[:SHOWN_PROBLEMS])


def as_seen(load: Load, pk: int) -> None:
    """Raises Stale unless the file that waits is the one that was looked at."""
    if load.pk != pk:
        raise Stale(OTHER_FILE)


def preview(actor: User, load: Load) -> Told:
    """What loading it would do now; nothing stays of it."""
    own(actor, load.roster)
    with transaction.atomic():
        told = _put(load)
        transaction.set_rollback(True)
    load.roster.refresh_from_db()
    return told


def confirm(actor: User, load: Load, version: int) -> Told:
    """Load it, if the list still is as the preview saw it, and no other file has come in its place."""
    roster = load.roster
    own(actor, roster)
    refuse_closed(roster)
    with transaction.atomic():
        go(roster, version, Roster.CHANGING)
        if not Load.objects.filter(pk=load.pk).delete()[0]:
            raise Stale(OTHER_FILE)
        told = _put(load)
        record(
            actor, "roster.loaded", roster,
            added=told.added, changed=told.changed, removed=told.removed, people=told.people,
        )  # fmt: skip
    return told


def give_up(actor: User, load: Load) -> None:
    """The lines that were read are forgotten."""
    own(actor, load.roster)
    with transaction.atomic():
        roster = load.roster
        load.delete()
        record(actor, "roster.load_dropped", roster)


def _put(load: Load) -> Told:
    roster = load.roster
    kind = roster.campaign.kind
    columns = columns_of(kind, roster.survey)
    lines = [_line(kind, columns, roster.survey, number, values) for number, values in load.lines]
    standing = list(
        Person.objects.filter(roster=roster).exclude(standing=Standing.REMOVED).order_by("number")
    )
    same = _matched(standing, lines)
    now = timezone.now()
    changed = []
    for person, found in same:
        different = tuple(it for it in KEPT if getattr(person, it) != found[it])
        if different:
            for name in different:
                setattr(person, name, found[name])
            person.version, person.changed_at, person.remark = person.version + 1, now, ""
            changed.append((person, tuple(it for it in different if not it.endswith("_key"))))
    Person.objects.bulk_update(
        [it for it, _ in changed], [*KEPT, "version", "changed_at", "remark"], batch_size=200
    )
    matched = {id(found) for _, found in same}
    added = _add(roster, [it for it in lines if id(it) not in matched])
    gone = _take_away(standing, {person.pk for person, _ in same}) if load.replaces else []
    settle(roster)
    people = Person.objects.filter(roster=roster).exclude(standing=Standing.REMOVED).count()
    if people > MOST_PEOPLE:
        raise NotNow(f"Danh sách sẽ có quá {MOST_PEOPLE} người. Chưa nạp dòng nào.")
    return Told(
        len(added), len(changed), len(same) - len(changed), len(gone), people,
        changed[:100], gone[:100], findings(roster),
    )  # fmt: skip


def _line(
    kind: Kind, columns: Sequence[FrameColumn], survey: str, number: int, values: dict[str, str]
) -> Line:
    found, wrong = line(kind, survey, values, columns)
    if wrong:
        problems = [Problem(place(number, it.place), it.message) for it in wrong]
        raise Invalid("Tệp không còn hợp quy định. Hãy nạp lại tệp.", problems)
    return found


def _matched(standing: Sequence[Person], lines: Sequence[Line]) -> list[tuple[Person, Line]]:
    """Lines of the file that are lines of the list: by group and address, then by group, name and unit."""
    same: list[tuple[Person, Line]] = []
    left, rest = list(standing), list(lines)
    for keys in (("group", "email"), ("group", "name_key", "unit_key")):
        by_key: dict[tuple[Any, ...], Person] = {}
        for person in left:
            by_key.setdefault(tuple(getattr(person, it) for it in keys), person)
        unmatched = []
        for each in rest:
            person_found = by_key.pop(tuple(each[it] for it in keys), None) if each[keys[1]] else None
            if person_found is None:
                unmatched.append(each)
            else:
                same.append((person_found, each))
        taken = {person.pk for person, _ in same}
        left, rest = [it for it in left if it.pk not in taken], unmatched
    return same


def _add(roster: Roster, lines: Sequence[Line]) -> list[Person]:
    last = Person.objects.filter(roster=roster).aggregate(last=Max("number"))["last"] or 0
    at = {"roster": roster, "campaign": roster.campaign, "survey": roster.survey, "path": roster.path}
    people = [Person(number=last + number, **at, **values) for number, values in enumerate(lines, 1)]
    return Person.objects.bulk_create(people, batch_size=BATCH)


def _take_away(standing: Sequence[Person], stay: set[int]) -> list[Person]:
    gone = [it for it in standing if it.pk not in stay]
    for start in range(0, len(gone), BATCH):
        away = Person.objects.filter(pk__in=[it.pk for it in gone[start : start + BATCH]])
        away.update(
            standing=Standing.REMOVED, kept_as=None, version=F("version") + 1, changed_at=timezone.now()
        )
    return gone
