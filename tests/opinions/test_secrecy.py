"""The proof: whoever holds every backup, all logs and all mails with their links, but not the key, learns from nobody what
she answered. And the proof of the proof: each leak that is planted is found.

docs/opinion-surveys.md has the argument, decision 0033 the reasons.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.events.actions import record
from dieutra.opinions import answering, closing, devices, keys, opening, releasing, sealing
from dieutra.opinions.models import Invitation, Opinion, SealedDraft, SealedOpinion
from tests.messages.conftest import relay
from tests.messages.relay import Relay
from tests.opinion_cast import OpinionWorld
from tests.opinions import adversary
from tests.opinions.held import Held
from tests.opinions.play import Numbers, Play
from tests.opinions.respondent import shift

COUNTRY: Numbers = {
    ("tinh", "35"): {"tinh-so": 30, "tinh-phong": 22, "tinh-hdnd": 3},
    ("tinh", "40"): {"tinh-huyen": 8, "tinh-hdnd": 4},
    ("bo", "B01"): {"bo-vu": 20, "bo-hoi": 3},
}
__all__ = ["relay"]
ONE_GROUP: Numbers = {("tinh", "35"): {"tinh-phong": 26}}
FEW: Numbers = {("tinh", "35"): {"tinh-phong": 12, "tinh-hdnd": 3}}
LARGE_GROUP: Numbers = {("tinh", "35"): {"tinh-phong": 66}}  # an order shows among many alone
_played: dict[str, Held] = {}


@pytest.fixture
def held(opinions: OpinionWorld, relay: Relay) -> Held:
    """Played once, with real letters; what came of it is plain data."""
    if "country" not in _played:
        _played["country"] = Play(opinions, COUNTRY, pages=True, relay=relay).whole()
    return _played["country"]


def test_the_play_is_worth_attacking(held: Held) -> None:
    assert len(held.truth) >= 60
    given = [tuple(sorted(it.items())) for it in held.truth.values()]
    assert len(set(given)) == len(given)
    names = [step.name for step in held.steps]
    [end] = held.last["opinions_closing"]
    assert len(held.last["opinions_opinion"]) == len(held.truth) - end["destroyed"]
    assert (end["destroyed"] > 0, end["pooled"] >= held.batch) == (True, True)
    appeared = [len(step.after["opinions_opinion"]) for step in held.steps]
    assert appeared[names.index("the first laying open")] >= 10
    assert (
        appeared[names.index("the second laying open")] > appeared[names.index("the first laying open")] + 10
    )
    assert any(step.after["opinions_sealeddraft"] for step in held.steps)
    assert not held.last["opinions_sealeddraft"]
    assert len(held.tokens) == len(held.last["opinions_invitation"])
    assert len(held.mails) > len(held.tokens)  # with reminders
    assert "/y-kien/mo/" in held.logs  # the wrong codes, and nothing else of anybody


@pytest.mark.parametrize("way", adversary.every_way())
def test_nobody_is_joined_to_an_answer_by(held: Held, way: str) -> None:
    assert adversary.every_way()[way](held) == []


def test_what_he_does_learn_is_who_has_answered(held: Held) -> None:
    """Stated in the contract, so that it is not taken for a secret."""
    answered = {row["person_id"] for row in held.last["opinions_invitation"] if row["answered"]}
    assert answered == set(held.truth)


def test_those_of_places_in_which_too_few_answered_lie_at_no_body_or_nowhere(held: Held) -> None:
    rows = [(row["path"], row["group"]) for row in held.last["opinions_opinion"]]
    assert {group for path, group in rows if path == held.root} == {"tinh-hdnd"}
    assert not {("VN/35/", "tinh-hdnd"), ("VN/40/", "tinh-hdnd")} & set(rows)
    assert "bo-hoi" not in {group for _, group in rows}
    pooled = [row for row in held.last["opinions_opinion"] if row["path"] == held.root]
    assert {(row["device"], row["network"], row["seconds"]) for row in pooled} == {("", "", "")}


def test_columns_with_a_moment_are_those_of_the_contract_and_found_by_looking_at_all_models() -> None:
    here = [it for it in apps.get_models() if it._meta.app_label == "opinions"]
    person_or_answer = {Invitation, SealedDraft, SealedOpinion, Opinion}
    assert person_or_answer <= set(here)
    dated = {
        (it.__name__, column.name)
        for it in person_or_answer
        for column in it._meta.get_fields()
        if isinstance(column, models.DateField | models.TimeField | models.DurationField)
    }
    assert dated == {("Opinion", "released_on")}
    assert type(Opinion._meta.get_field("released_on")) is models.DateField


def test_no_key_of_the_database_leads_from_opinions_to_people() -> None:
    """Following every foreign key from both sides, the only tables that both reach are those of campaigns and forms."""
    far = {Invitation, *_reached(Invitation)}
    for it in (Opinion, SealedOpinion):
        assert not _reached(it) & {Invitation, apps.get_model("rosters", "Person")}
        assert {one._meta.app_label for one in _reached(it) & far} <= {
            "campaigns",
            "forms",
            "places",
            "people",
        }
        pointing = {one.related_model for one in it._meta.related_objects}
        assert not pointing, f"{pointing} point at {it.__name__}"


def _reached(start: type[models.Model]) -> set[type[models.Model]]:
    """By columns of the row itself, then by columns of what they name."""
    seen: set[type[models.Model]] = set()
    ahead = [start]
    while ahead:
        for column in ahead.pop()._meta.get_fields():
            to = getattr(column, "related_model", None)
            if isinstance(column, models.ForeignKey) and to not in seen and to != start:
                seen.add(to)
                ahead.append(to)
    return seen


# --- the adversary finds what is planted

Plant = Callable[[Any], None]


def a_moment_on_the_invitation(patch: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE opinions_invitation ADD COLUMN seen_at varchar(40)")
    write = answering._write

    def writes(opened: opening.Opened, version: int, sealed: bytes) -> None:
        write(opened, version, sealed)
        with connection.cursor() as cursor:
            now = timezone.now().isoformat()
            cursor.execute(
                "UPDATE opinions_invitation SET seen_at = %s WHERE id = %s", [now, opened.invitation.pk]
            )

    patch.setattr(answering, "_write", writes)


def the_order_of_arrival(patch: Any) -> None:
    class NoLot:
        def shuffle(self, rows: list[Any]) -> None:
            pass

        def sample(self, rows: list[Any], many: int) -> list[Any]:
            return rows[:many]

    # as they lie in the table
    physical = "ctid" if connection.vendor == "postgresql" else "rowid"
    manager = SealedOpinion.objects
    patch.setattr(releasing, "SystemRandom", NoLot)
    patch.setattr(
        type(manager.all()), "_fetch_all", _ordered(type(manager.all())._fetch_all, physical), raising=True
    )


def _ordered(fetch: Callable[..., None], physical: str) -> Callable[..., None]:
    def fetches(self: Any) -> None:
        if self.model is SealedOpinion and self._fields is None and self._result_cache is None:
            names = f"SELECT id FROM opinions_sealedopinion ORDER BY {physical}"
            with connection.cursor() as cursor:
                cursor.execute(names)
                turn = {uuid.UUID(str(row[0])): at for at, row in enumerate(cursor.fetchall())}
            fetch(self)
            self._result_cache.sort(key=lambda it: turn[it.pk])
            return
        fetch(self)

    return fetches


def no_padding(patch: Any) -> None:
    def seals(key: bytes, content: Any, about: str) -> bytes:
        patch.setattr(sealing, "BLOCK", 1)
        try:
            return seal(key, content, about)
        finally:
            patch.setattr(sealing, "BLOCK", 4096)

    seal = sealing.seal
    patch.setattr(answering, "seal", seals)


def the_key_in_the_database(patch: Any) -> None:
    make = keys.make

    def makes(campaign: Campaign) -> None:
        make(campaign)
        rules = {**campaign.rules, "khóa": keys.file_of(campaign).read_bytes().hex()}
        Campaign.objects.filter(pk=campaign.pk).update(rules=rules)

    patch.setattr(keys, "make", makes)


def an_event_for_each_answer(patch: Any) -> None:
    count = answering._count_burst

    def counts(it: Invitation) -> None:
        count(it)
        record(None, "opinion.sent", it.campaign, path=it.path, campaign_id=it.campaign_id)

    patch.setattr(answering, "_count_burst", counts)


def the_address_without_a_key(patch: Any) -> None:
    import hashlib

    def marks(campaign: Campaign, device: devices.Device) -> dict[str, str]:
        return {
            "device": "",
            "network": hashlib.sha256(device.network.encode()).hexdigest()[:32],
            "seconds": "",
        }

    patch.setattr(devices, "marks", marks)


def the_number_of_the_invitation(patch: Any) -> None:
    marks = answering._marks
    write, standing = answering.send, []

    def sends(opened: opening.Opened, *more: Any) -> str:
        standing.append(opened.invitation.pk)
        return write(opened, *more)

    def numbered(campaign: Campaign, device: devices.Device) -> dict[str, str]:
        return {**marks(campaign, device), "device": str(standing[-1])}

    patch.setattr(answering, "send", sends)
    patch.setattr(answering, "_marks", numbered)


def one_by_one(patch: Any) -> None:
    def portions(waiting: Any, batch: int, everything: bool) -> Any:
        yield {place: many if everything else 3 for place, many in waiting.items()}

    patch.setattr(releasing, "_portions", portions)


def a_line_in_the_log(patch: Any) -> None:
    import logging

    count = answering._count_burst

    def counts(it: Invitation) -> None:
        count(it)
        logging.getLogger("dieutra.opinions").info("answer of %s", it.person.email)

    patch.setattr(answering, "_count_burst", counts)


def the_few_at_their_own_body(patch: Any) -> None:
    portions = releasing._portions

    def at_once(waiting: Any, batch: int, everything: bool) -> Any:
        return portions(waiting, 1 if everything else batch, everything)

    patch.setattr(releasing, "_portions", at_once)


def the_few_pooled_among_few(patch: Any) -> None:
    pool = releasing._pool_the_few
    patch.setattr(releasing, "_pool_the_few", lambda campaign, key, batch: pool(campaign, key, 2))


PLANTED: dict[str, tuple[Plant, str]] = {
    "a moment on the invitation": (a_moment_on_the_invitation, "moments"),
    "the order of arrival": (the_order_of_arrival, "order"),
    "no padding": (no_padding, "sizes"),
    "the key in the database": (the_key_in_the_database, "opening"),
    "an event for each answer": (an_event_for_each_answer, "traces of an answer"),
    "an event has a moment": (an_event_for_each_answer, "moments"),
    "the address without a key": (the_address_without_a_key, "equal values"),
    "the number of the invitation": (the_number_of_the_invitation, "equal values"),
    "laid open one by one": (one_by_one, "differences of backups"),
    "a line in the log": (a_line_in_the_log, "logs"),
    "the few, by the last backup": (the_few_at_their_own_body, "small places"),
    "the few, by two backups": (the_few_at_their_own_body, "differences of backups"),
    "a pool that is too small": (the_few_pooled_among_few, "differences of backups"),
}


OF_FEW = ("backup", "two backups", "too small")


@pytest.mark.parametrize("leak", PLANTED)
def test_a_planted_leak_is_found(leak: str, opinions: OpinionWorld, monkeypatch: Any) -> None:
    plant, way = PLANTED[leak]
    with monkeypatch.context() as patch:
        plant(patch)
        numbers = LARGE_GROUP if way == "order" else FEW if leak.endswith(OF_FEW) else ONE_GROUP
        seen = Play(opinions, numbers).whole()
    assert adversary.every_way()[way](seen) != []


def test_the_same_small_play_without_a_leak_gives_nothing(opinions: OpinionWorld) -> None:
    seen = Play(opinions, ONE_GROUP).whole()
    assert {name: way(seen) for name, way in adversary.every_way().items() if way(seen)} == {}


def test_even_he_who_stole_the_key_too_late_opens_nothing(opinions: OpinionWorld, keys_apart: Path) -> None:
    """After its destruction backups of sealed rows stay shut, whatever lies in the folder of keys; a copy still opens."""
    held = Play(opinions, ONE_GROUP).whole()
    copy = keys.file_of(opinions.campaign).read_bytes()
    assert {it.split(" is opened")[0] for it in adversary.opening(held, copy)} == {adversary.SEALED}
    shift(opinions.campaign, -40, -30)
    closing.close_due()
    left = [file.read_bytes() for file in keys_apart.rglob("*") if file.is_file()]
    assert copy not in left
    assert adversary.opening(held, *left) == []
    assert not keys.file_of(opinions.campaign).exists()
