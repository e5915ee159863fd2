"""Deciding about two lines that look like one person."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from dieutra.engine.refusals import NotNow, Stale
from dieutra.events.actions import record
from dieutra.people.models import User
from dieutra.rosters.changing import MOVED_ON, own, refuse_closed, touch
from dieutra.rosters.columns import rules_of
from dieutra.rosters.models import Pair, Person, Roster
from dieutra.rosters.twins import Twin, settle, twins

Verdict, Standing = Pair.Verdict, Person.Standing


@dataclass(frozen=True)
class Overlap:
    """Two lines side by side, what ties them, what was decided, and what may be decided."""

    first: Person
    second: Person
    twin: Twin
    pair: Pair | None
    choices: tuple[str, ...]

    @property
    def one_group(self) -> bool:
        return self.first.group == self.second.group

    @property
    def waits(self) -> bool:
        if self.pair is None:
            return self.first.standing == Standing.IN == self.second.standing
        return self.pair.verdict == Verdict.PRIORITY and self.pair.by_id is None


def overlaps(roster: Roster) -> list[Overlap]:
    """All of them, those that wait for a word first."""
    found = twins(roster)
    people = Person.objects.in_bulk([it for twin in found for it in twin.key])
    pairs = {
        (it.first_id, it.second_id): it for it in Pair.objects.filter(roster=roster).select_related("by")
    }
    made = [_overlap(roster, people[it.first], people[it.second], it, pairs.get(it.key)) for it in found]
    shown = [it for it in made if it.waits or it.pair is not None]
    return sorted(shown, key=lambda it: (not it.waits, it.first.number, it.second.number))


def _overlap(roster: Roster, first: Person, second: Person, twin: Twin, pair: Pair | None) -> Overlap:
    """“keep:ID” keeps one role, “both” both, “different” says that they are two people, “confirm” agrees to the rule."""
    rules = rules_of(roster.campaign.kind)
    rank = {it.code: it.priority for it in rules.groups_of(roster.survey)}
    ranks = rank.get(first.group, 9), rank.get(second.group, 9)
    choices = []
    if first.group != second.group and ranks[0] != ranks[1]:
        choices.append("confirm")
    elif first.group != second.group:
        choices += [f"keep:{first.pk}", f"keep:{second.pk}"]
        if rules.both_roles:
            choices.append("both")
    if not twin.by_email:
        choices.append("different")
    return Overlap(first, second, twin, pair, tuple(choices))


def decide(actor: User, roster: Roster, first: int, second: int, choice: str) -> None:
    """The body's word about two lines. Raises Stale when they no longer look alike, NotNow for what the rule forbids."""
    own(actor, roster)
    refuse_closed(roster)
    with transaction.atomic():
        touch(roster)
        here = {(it.first.pk, it.second.pk): it for it in overlaps(roster)}
        found = here.get((min(first, second), max(first, second)))
        if found is None:
            raise Stale(MOVED_ON)
        if choice not in found.choices:
            raise NotNow("Quy định của cuộc khảo sát không cho chọn như vậy với hai dòng này.")
        _keep(actor, roster, found, choice)
        settle(roster)
        pair = [found.first.pk, found.second.pk]
        record(actor, "overlap.decided", roster, lines=pair, choice=choice.partition(":")[0])


def confirm_all(actor: User, roster: Roster) -> int:
    """Agree to everything that the rule of priority has set aside; how many."""
    own(actor, roster)
    refuse_closed(roster)
    with transaction.atomic():
        touch(roster)
        waiting = Pair.objects.filter(roster=roster, verdict=Verdict.PRIORITY, by__isnull=True)
        confirmed = waiting.update(by=actor, at=timezone.now())
        if not confirmed:
            raise NotNow("Không còn trường hợp nào chờ xác nhận.")
        record(actor, "overlap.confirmed", roster, pairs=confirmed)
    return confirmed


def _keep(actor: User, roster: Roster, found: Overlap, choice: str) -> None:
    what, _, kept = choice.partition(":")
    if what == "confirm":
        Pair.objects.filter(first=found.first, second=found.second).update(
            verdict=Verdict.PRIORITY, by=actor, at=timezone.now()
        )
        if not Pair.objects.filter(first=found.first, second=found.second, kept__isnull=False).exists():
            # they were said to be two people, and now are one after all
            Pair.objects.filter(first=found.first, second=found.second).delete()
            settle(roster)
            Pair.objects.filter(first=found.first, second=found.second).update(by=actor)
        return
    people = {it.pk: it for it in (found.first, found.second)}
    verdict = {"keep": Verdict.CHOSEN, "both": Verdict.BOTH, "different": Verdict.DIFFERENT}[what]
    stays = people.get(int(kept)) if kept else None
    Pair.objects.update_or_create(
        first=found.first, second=found.second,
        defaults={"roster": roster, "verdict": verdict, "kept": stays, "by": actor, "at": timezone.now()},
    )  # fmt: skip
    for it in people.values():
        aside = stays is not None and it.pk != stays.pk
        back = it.standing == Standing.ASIDE and it.kept_as_id in people and not aside
        if aside:
            Person.objects.filter(pk=it.pk).update(standing=Standing.ASIDE, kept_as=stays)
        elif back:
            Person.objects.filter(pk=it.pk).update(standing=Standing.IN, kept_as=None)
