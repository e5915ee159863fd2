"""Who is twice in a list: found in SQL by equal keys, and what follows from it.

Inside one group a twin is a fault. Across groups it is an overlap: the role of higher priority is kept by itself and
the other line stands aside until the body confirms it; between groups of equal priority the body chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from dieutra.rosters.columns import rules_of
from dieutra.rosters.models import Pair, Person, Roster

SHARED_PHONE = 4  # a number that more people have is a switchboard's, and says nothing about who they are
MOST_OF_A_NAME = 40
STABLE_AFTER = 6
Verdict, Standing = Pair.Verdict, Person.Standing

# Lines that share a key are set apart first, in one pass over the list, and only they are paired: an engine that has not
# counted a new list yet takes it for a single line, and would pair all of its lines or count them once for each.
_SHARING = """{name} AS MATERIALIZED (
  SELECT id, shared, born_on, unit_key FROM (
    SELECT id, {key} AS shared, born_on, unit_key, COUNT(*) OVER (PARTITION BY {key}) AS lines FROM rosters_person
    WHERE roster_id = %s AND standing <> 'removed' AND {key} <> '') counted
  WHERE lines BETWEEN 2 AND {most})"""
_PAIRS = """SELECT a.id AS first, b.id AS second, {e} AS by_email, {p} AS by_phone, {n} AS by_name
  FROM {name} a JOIN {name} b ON b.shared = a.shared AND b.id > a.id"""
_SAME = """ WHERE a.born_on = b.born_on OR (a.unit_key <> '' AND a.unit_key = b.unit_key
    AND (a.born_on IS NULL OR b.born_on IS NULL))"""
TWINS = f"""WITH {_SHARING.format(name="e", key="email", most=MOST_OF_A_NAME)},
{_SHARING.format(name="p", key="phone", most=SHARED_PHONE)},
{_SHARING.format(name="n", key="name_key", most=MOST_OF_A_NAME)}
SELECT first, second, MAX(by_email), MAX(by_phone), MAX(by_name) FROM (
  {_PAIRS.format(name="e", e=1, p=0, n=0)} UNION ALL
  {_PAIRS.format(name="p", e=0, p=1, n=0)} UNION ALL
  {_PAIRS.format(name="n", e=0, p=0, n=1)}{_SAME}
) found GROUP BY first, second ORDER BY first, second"""
PLACES = TWINS.count("%s")


@dataclass(frozen=True)
class Twin:
    """Two lines that look like one person, and by what."""

    first: int
    second: int
    by_email: bool
    by_phone: bool
    by_name: bool

    @property
    def key(self) -> tuple[int, int]:
        return self.first, self.second

    @property
    def words(self) -> str:
        named = (
            (self.by_email, "địa chỉ e-mail"), (self.by_phone, "số điện thoại"),
            (self.by_name, "họ tên và ngày sinh hoặc đơn vị"),
        )  # fmt: skip
        return "cùng " + ", ".join(words for found, words in named if found)


def twins(roster: Roster) -> list[Twin]:
    """Every pair of lines of a list that look like one person, in the order of their ids."""
    if roster.pk is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(TWINS, [roster.pk] * PLACES)
        return [Twin(row[0], row[1], bool(row[2]), bool(row[3]), bool(row[4])) for row in cursor.fetchall()]


def settle(roster: Roster) -> None:
    """Bring who stands aside into agreement with the lines; after every change of them, in its transaction.

    A decision whose ground is gone falls, and its line comes back. What the rule decides anew waits for confirmation.
    """
    found = {it.key: it for it in twins(roster)}
    pairs = {(it.first_id, it.second_id): it for it in Pair.objects.filter(roster=roster)}
    if not found and not pairs and not _aside(roster):
        return
    people = {
        it.pk: it for it in Person.objects.filter(roster=roster).only("pk", "group", "standing", "kept_as_id")
    }
    _drop_groundless(pairs, found, people)
    before = {pk: (it.standing, it.kept_as_id) for pk, it in people.items()}
    priority = {it.code: it.priority for it in rules_of(roster.campaign.kind).groups_of(roster.survey)}
    for _ in range(STABLE_AFTER):
        if not (_come_back(pairs, people) | _set_aside(roster, pairs, found, people, priority)):
            break
    moved = [it for pk, it in people.items() if before[pk] != (it.standing, it.kept_as_id)]
    Person.objects.bulk_update(moved, ["standing", "kept_as"], batch_size=500)


def _aside(roster: Roster) -> bool:
    return Person.objects.filter(roster=roster, standing=Standing.ASIDE).exists()


def _drop_groundless(
    pairs: dict[tuple[int, int], Pair], found: Mapping[tuple[int, int], Twin], people: Mapping[int, Person]
) -> None:
    """Decisions about lines that no longer look alike; and “different people” where they now have one address."""
    gone = [
        key
        for key, pair in pairs.items()
        if key not in found
        or (pair.verdict == Verdict.DIFFERENT and found[key].by_email)
        or (pair.verdict != Verdict.DIFFERENT and people[key[0]].group == people[key[1]].group)
    ]
    Pair.objects.filter(pk__in=[pairs.pop(key).pk for key in gone]).delete()


def _come_back(pairs: dict[tuple[int, int], Pair], people: Mapping[int, Person]) -> bool:
    """Lines aside whose kept role is itself no longer asked, or whose decision is gone."""
    back = False
    for person in people.values():
        if person.standing != Standing.ASIDE:
            continue
        kept = people.get(person.kept_as_id or 0)
        key = tuple(sorted((person.pk, person.kept_as_id or 0)))
        pair = pairs.get((key[0], key[1]))
        if kept is None or kept.standing != Standing.IN or pair is None or pair.kept_id != kept.pk:
            person.standing, person.kept_as_id, back = Standing.IN, None, True
            if pair is not None and pair.kept_id:
                del pairs[(key[0], key[1])]
                pair.delete()
    return back


def _set_aside(
    roster: Roster,
    pairs: dict[tuple[int, int], Pair],
    found: Mapping[tuple[int, int], Twin],
    people: Mapping[int, Person],
    priority: Mapping[str, int],
) -> bool:
    """Between groups of different priority the rule decides; the best role first, so that chains end at it."""
    made = []
    order = sorted(found, key=lambda key: (min(_rank(people[it], priority) for it in key), key))
    for key in order:
        first, second = people[key[0]], people[key[1]]
        asked = first.standing == Standing.IN == second.standing
        if key in pairs or not asked or _rank(first, priority) == _rank(second, priority):
            continue
        kept, other = sorted((first, second), key=lambda it: _rank(it, priority))
        other.standing, other.kept_as_id = Standing.ASIDE, kept.pk
        pairs[key] = Pair(
            roster=roster,
            first_id=key[0],
            second_id=key[1],
            verdict=Verdict.PRIORITY,
            kept_id=kept.pk,
            at=timezone.now(),
        )
        made.append(pairs[key])
    Pair.objects.bulk_create(made, batch_size=500)
    return bool(made)


def _rank(person: Person, priority: Mapping[str, int]) -> int:
    return priority.get(person.group, 9)
