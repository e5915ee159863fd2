"""Invitations follow an accepted list: made once, withdrawn and given back with the people on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dieutra.events.actions import record
from dieutra.events.models import Event
from dieutra.jobs.models import Job
from dieutra.jobs.worker import work_once
from dieutra.opinions import invitations, jobs, keys
from dieutra.opinions.invitations import invite, receipt_of, settle, token_for
from dieutra.opinions.models import Invitation, SealedDraft
from dieutra.opinions.tokens import hash_of
from dieutra.reactions import REACTIONS
from dieutra.rosters.models import Person, Roster
from tests.opinion_cast import OpinionWorld


@pytest.fixture
def roster(opinions: OpinionWorld) -> Roster:
    return opinions.accepted("tinh", "35", {"tinh-so": 4, "tinh-phong": 3})


def test_the_acceptance_of_a_list_makes_an_invitation_for_everybody_who_is_asked(roster: Roster) -> None:
    Person.objects.filter(pk=roster.people.first().pk).update(standing=Person.Standing.ASIDE)
    record(None, "roster.accepted", roster)
    while work_once({"roster.accepted": REACTIONS["roster.accepted"]}, {}):
        pass
    assert Job.objects.get(kind="opinions.invite").state == Job.State.DONE
    found = Invitation.objects.select_related("person", "campaign")
    assert found.count() == 6
    for it in found:
        assert (it.survey, it.path, it.group) == (it.person.survey, it.person.path, it.person.group)
        assert it.token_hash == hash_of(token_for(it))
    assert Event.objects.get(verb="invitations.made").facts == {"count": 6}


def test_asking_twice_makes_nobody_a_second_invitation(roster: Roster) -> None:
    assert (invite(roster), invite(roster)) == (7, 0)
    assert Event.objects.filter(verb="invitations.made").count() == 1


def test_a_list_that_is_not_accepted_invites_nobody(opinions: OpinionWorld) -> None:
    open_list = opinions.roster("tinh", "40")
    opinions.fill(open_list, {"tinh-so": 2})
    assert invite(open_list) == 0
    assert not Invitation.objects.exists()


def test_the_key_is_there_before_the_first_invitation(
    roster: Roster, keys_apart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looks(campaign: object, purpose: str) -> bytes:
        assert keys.file_of(roster.campaign).stat().st_size == keys.LENGTH
        assert not Invitation.objects.exists()
        raise RuntimeError("dừng")

    monkeypatch.setattr(invitations.keys, "of", looks)
    with pytest.raises(RuntimeError):
        invite(roster)


def test_large_lists_go_in_portions(roster: Roster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "AT_ONCE", 3)
    assert invite(roster) == 7


def test_whoever_is_taken_off_is_withdrawn_and_given_back_when_asked_again(roster: Roster) -> None:
    invite(roster)
    person = roster.people.first()
    Person.objects.filter(pk=person.pk).update(standing=Person.Standing.REMOVED)
    jobs.keep_invitations(Job.objects.create(kind="opinions.keep_invitations", key="1"))
    assert Invitation.objects.get(withdrawn=True).person_id == person.pk
    Person.objects.filter(pk=person.pk).update(standing=Person.Standing.IN)
    assert settle(roster) == 1
    assert not Invitation.objects.filter(withdrawn=True).exists()
    facts = Event.objects.filter(verb="invitations.settled").order_by("pk").values_list("facts", flat=True)
    assert list(facts) == [{"withdrawn": 1, "given_back": 0}, {"withdrawn": 0, "given_back": 1}]


def test_whoever_is_moved_to_another_group_is_asked_for_that_one(roster: Roster) -> None:
    """The list was opened again, corrected and accepted again. Whoever has answered stays where she was asked."""
    invite(roster)
    moved, done, other = roster.people.filter(group="tinh-so").order_by("number")[:3]
    for person in (moved, done, other):
        SealedDraft.objects.create(invitation=person.invitation, sealed=b"x")
    Invitation.objects.filter(person=done).update(answered=True)
    Person.objects.filter(pk__in=[moved.pk, done.pk]).update(group="tinh-phong")
    invite(roster)
    groups = [Invitation.objects.get(person=it).group for it in (moved, done, other)]
    assert groups == ["tinh-phong", "tinh-so", "tinh-so"]
    assert set(SealedDraft.objects.values_list("invitation__person", flat=True)) == {done.pk, other.pk}
    facts = Event.objects.get(verb="invitations.settled").facts
    assert facts == {"withdrawn": 0, "given_back": 0, "moved": 1}
    assert settle(roster) == 0, "twice is once"


def test_whoever_comes_into_an_accepted_list_later_is_invited_within_the_hour(
    opinions: OpinionWorld, roster: Roster
) -> None:
    invite(roster)
    [late] = opinions.fill(roster, {"tinh-huyen": 1})
    jobs.keep_invitations(Job.objects.create(kind="opinions.keep_invitations", key="1"))
    assert Invitation.objects.filter(person=late).exists()


def test_tokens_are_nowhere_in_the_database(roster: Roster) -> None:
    invite(roster)
    rows = json.dumps(list(Invitation.objects.values()), default=str)
    tokens = [token_for(it) for it in Invitation.objects.select_related("campaign")]
    assert len(set(tokens)) == 7
    assert not any(token in rows for token in tokens)


def test_a_new_epoch_is_a_new_token_and_the_same_receipt(roster: Roster) -> None:
    invite(roster)
    it = Invitation.objects.select_related("campaign").first()
    before = token_for(it), receipt_of(it.campaign, it.pk)
    it.epoch = 2
    assert token_for(it) != before[0]
    assert receipt_of(it.campaign, it.pk) == before[1]
