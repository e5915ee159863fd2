"""The record is append-only on both engines, and its seals show a change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from dieutra.cases.actions import save_draft, submit
from dieutra.events.actions import record, seal
from dieutra.events.models import Event
from dieutra.events.queries import broken_seal
from tests.cast import World, good_answers


@pytest.mark.parametrize("change", [{"verb": "case.accepted"}, {"facts": {}}, {"at": timezone.now()}])
def test_an_event_cannot_be_changed(world: World, change: dict[str, object]) -> None:
    event = Event.objects.first()
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(**change)


def test_an_event_cannot_be_deleted(world: World) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.all().delete()


def test_an_event_cannot_be_replaced_under_its_own_number(world: World) -> None:
    event = Event.objects.first()
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    copy = (
        f"{verb} INTO events_event (id, at, actor_id, verb, subject_type, subject_id, campaign_id, path, facts)"
        " SELECT id, at, actor_id, 'forged', subject_type, subject_id, campaign_id, path, facts"
        " FROM events_event WHERE id = %s"
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(copy, [event.pk])
    assert Event.objects.get(pk=event.pk).verb == event.verb


@pytest.mark.parametrize("change", ["UPDATE cases_response SET answers = '{}'", "DELETE FROM cases_response"])
def test_a_sent_response_can_be_neither_changed_nor_deleted(world: World, change: str) -> None:
    user, case = world.user("don.vi"), world.case("don.vi")
    save_draft(user, case, 0, good_answers(case), {})
    submit(user, world.case("don.vi"), 1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_worker_may_note_that_it_took_an_event(world: World) -> None:
    assert Event.objects.update(processed_at=timezone.now()) > 0


def _unguard() -> None:
    """What a person with the database's own keys could do."""
    with connection.cursor() as cursor:
        on = " ON events_event" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER events_no_update{on}")
        cursor.execute(f"DROP TRIGGER events_no_delete{on}")


def test_seals_hold_and_a_change_behind_the_triggers_back_breaks_the_chain(world: World) -> None:
    for _ in range(3):
        record(None, "thu.nghiem", world.campaign, path="VN/")
    _unguard()
    Event.objects.update(at=timezone.now() - timedelta(hours=1))
    assert seal() is not None
    assert broken_seal() is None
    Event.objects.filter(verb="thu.nghiem").update(facts={"sửa": "lén"})
    assert broken_seal() is not None


def test_a_removed_event_breaks_the_chain(world: World) -> None:
    event = record(None, "thu.nghiem", world.campaign, path="VN/")
    _unguard()
    Event.objects.update(at=timezone.now() - timedelta(hours=1))
    seal()
    Event.objects.filter(pk=event.pk).delete()
    assert broken_seal() is not None


def test_what_is_younger_than_ten_minutes_is_not_sealed_yet(world: World) -> None:
    _unguard()
    Event.objects.update(at=timezone.now() - timedelta(hours=1))
    young = record(None, "thu.nghiem", world.campaign, path="VN/")
    made = seal()
    assert made is not None
    assert made.last_event < young.pk
