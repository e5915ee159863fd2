"""Laying open in batches, the end of a survey, and the destruction of its key."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import NotNow
from dieutra.events.models import Event
from dieutra.jobs.models import Job
from dieutra.opinions import answering, closing, devices, jobs, keys, opening, releasing
from dieutra.opinions.models import Closing, Invitation, Opinion, SealedDraft, SealedOpinion
from tests.opinion_cast import OpinionWorld
from tests.opinions.respondent import Respondent, form_of, full_answers, invited, shift


def send(invitation: Invitation, at: int) -> dict[str, str]:
    """What a browser brings about, without the pages; the answers."""
    opened = opening.open_link(Respondent(invitation).token)
    answers = full_answers(form_of(invitation), at)
    answering.save(opened, 0, answers)
    answering.send(opened, 1, devices.Device("0" * 32, "203.0.113.7", 75))
    return answers


@pytest.fixture
def campaign(people: list[Invitation]) -> Campaign:
    return people[0].campaign


def test_fewer_than_twice_the_batch_stay_sealed(people: list[Invitation], campaign: Campaign) -> None:
    for at in range(9):
        send(people[at], at)
    assert releasing.lay_open(campaign).opinions == 0
    assert (Opinion.objects.count(), SealedOpinion.objects.count()) == (0, 9)
    assert not Event.objects.filter(verb="opinions.laid_open").exists()


def test_from_twice_the_batch_on_all_but_a_batch_are_laid_open(
    people: list[Invitation], campaign: Campaign
) -> None:
    given = [send(people[at], at) for at in range(12)]
    assert releasing.lay_open(campaign).opinions == 7
    assert SealedOpinion.objects.count() == 5
    found = list(Opinion.objects.all())
    assert len({str(sorted(it.answers.items())) for it in found}) == 7
    for it in found:
        assert it.answers in given
        assert (it.survey, it.group, it.path) == ("tinh", "tinh-so", people[0].path)
        assert (it.seconds, len(it.device), it.released_on) == ("60-120", 32, timezone.localdate())
    [event] = Event.objects.filter(verb="opinions.laid_open")
    assert event.facts == {"count": 7, "groups": 1, "unreadable": 0}
    assert releasing.lay_open(campaign).opinions == 0


def test_who_is_laid_open_is_drawn_by_lot(opinions: OpinionWorld) -> None:
    """Of the first five who answer, none is left over each time."""
    people = invited(opinions, "tinh", "35", {"tinh-so": 10})
    given = [json.dumps(send(it, at), sort_keys=True) for at, it in enumerate(people)]
    waiting = list(SealedOpinion.objects.all())
    drawn: Counter[str] = Counter()
    for _ in range(40):
        releasing.lay_open(opinions.campaign)
        drawn.update(json.dumps(it.answers, sort_keys=True) for it in Opinion.objects.all())
        Opinion.objects.all().delete()
        SealedOpinion.objects.all().delete()
        SealedOpinion.objects.bulk_create(waiting)
    assert set(drawn) == set(given)
    assert sum(drawn.values()) == 200
    assert max(drawn.values()) <= 35  # of 40 runs, 20 expected; more is a chance of 1 in 10 million


def test_groups_are_laid_open_each_by_itself_and_shuffled_together(opinions: OpinionWorld) -> None:
    people = invited(opinions, "tinh", "35", {"tinh-so": 10, "tinh-phong": 9, "tinh-hdnd": 11})
    for at, it in enumerate(people):
        send(it, at)
    assert releasing.lay_open(opinions.campaign).opinions == 11
    assert Counter(Opinion.objects.values_list("group", flat=True)) == {"tinh-so": 5, "tinh-hdnd": 6}
    assert Counter(SealedOpinion.objects.values_list("group", flat=True)) == {
        "tinh-so": 5,
        "tinh-phong": 9,
        "tinh-hdnd": 5,
    }


def test_many_groups_go_in_portions_and_none_is_left_out(opinions: OpinionWorld, monkeypatch: Any) -> None:
    monkeypatch.setattr(releasing, "AT_ONCE", 3)
    people = invited(opinions, "tinh", "35", {"tinh-so": 10, "tinh-phong": 10, "tinh-hdnd": 10})
    for at, it in enumerate(people):
        send(it, at)
    assert releasing.lay_open(opinions.campaign).opinions == 15
    facts = Event.objects.filter(verb="opinions.laid_open").values_list("facts", flat=True)
    assert list(facts) == [{"count": 5, "groups": 1, "unreadable": 0}] * 3


def test_an_end_that_was_broken_off_is_counted_whole_by_the_next(
    opinions: OpinionWorld, monkeypatch: Any
) -> None:
    """What a portion lays open is recorded with it: nothing is missing in the numbers of the closing."""
    monkeypatch.setattr(releasing, "AT_ONCE", 3)
    for at, it in enumerate(invited(opinions, "tinh", "35", {"tinh-so": 5, "tinh-phong": 6, "tinh-hdnd": 2})):
        send(it, at)
    shift(opinions.campaign, -30, -1)
    portion, calls = releasing._lay_open_portion, iter(range(9))

    def killed(*given: Any) -> Any:
        if next(calls) == 1:
            raise KeyboardInterrupt
        return portion(*given)

    monkeypatch.setattr(releasing, "_lay_open_portion", killed)
    with pytest.raises(KeyboardInterrupt):
        closing.close(opinions.campaign)
    assert Opinion.objects.count() in (5, 6) and not Closing.objects.exists()
    assert closing.close(opinions.campaign)
    closed = Closing.objects.get()
    assert (closed.released, closed.pooled, closed.destroyed) == (11, 0, 2)


def test_an_answer_that_cannot_be_opened_stays_and_does_not_stop_the_others(
    people: list[Invitation], campaign: Campaign
) -> None:
    for at in range(12):
        send(people[at], at)
    broken = SealedOpinion.objects.all()[0]
    SealedOpinion.objects.filter(pk=broken.pk).update(sealed=bytes(broken.sealed[:-1]) + b"\0\0")
    laid = releasing.lay_open(campaign, everything=True)
    assert (laid.opinions, laid.unreadable) == (11, 1)
    assert SealedOpinion.objects.get().pk == broken.pk


def test_an_answer_moved_to_another_body_does_not_open_there(
    people: list[Invitation], campaign: Campaign
) -> None:
    send(people[0], 0)
    SealedOpinion.objects.update(path="VN/40/")
    assert releasing.lay_open(campaign, everything=True).unreadable == 1
    assert not Opinion.objects.exists()


def test_without_the_key_answers_wait_and_other_campaigns_go_on(
    people: list[Invitation], campaign: Campaign, keys_apart: Path
) -> None:
    for at in range(12):
        send(people[at], at)
    file = keys.file_of(campaign)
    file.rename(keys_apart / "away")
    assert releasing.lay_open_everywhere() == 0
    assert SealedOpinion.objects.count() == 12
    (keys_apart / "away").rename(file)
    jobs.lay_open(Job(kind="opinions.lay_open", key="1"))
    assert Opinion.objects.count() == 7


def test_the_survey_is_closed_after_its_last_day_and_not_before(
    people: list[Invitation], campaign: Campaign
) -> None:
    for at in range(5):
        send(people[at], at)
    opened = opening.open_link(Respondent(people[5]).token)
    answering.save(opened, 0, {"/data/linh_vuc_1/q01": "1"})
    with pytest.raises(NotNow):
        closing.close(campaign)
    assert closing.close_due() == 0
    shift(campaign, -30, -1)
    jobs.close(Job(kind="opinions.close", key="1"))
    closed = Closing.objects.get()
    assert (closed.released, closed.drafts, closed.key_destroyed_on) == (5, 1, None)
    assert (Opinion.objects.count(), SealedOpinion.objects.count(), SealedDraft.objects.count()) == (5, 0, 0)
    [event] = Event.objects.filter(verb="opinions.closed")
    assert event.facts == {"released": 5, "unreadable": 0, "drafts": 1, "pooled": 0, "destroyed": 0}
    assert closing.close_due() == 0
    assert closing.close(campaign) is False
    assert keys.file_of(campaign).exists()


def test_the_key_is_destroyed_when_its_days_are_over(people: list[Invitation], campaign: Campaign) -> None:
    for at in range(5):
        send(people[at], at)
    shift(campaign, -40, -13)
    closing.close_due()
    assert keys.file_of(campaign).exists()
    shift(campaign, -40, -14)
    closing.close_due()
    assert not keys.file_of(campaign).exists()
    assert Closing.objects.get().key_destroyed_on == timezone.localdate()
    assert Event.objects.filter(verb="opinions.key_destroyed").count() == 1
    closing.close_due()
    assert Event.objects.filter(verb="opinions.key_destroyed").count() == 1
    assert Opinion.objects.count() == 5


def test_the_kind_says_how_long_the_key_is_kept(people: list[Invitation], campaign: Campaign) -> None:
    rules = campaign.rules
    rules["campaign"]["opinion"]["key_days"] = 2
    Campaign.objects.filter(pk=campaign.pk).update(rules=rules)
    shift(campaign, -40, -2)
    closing.close_due()
    assert not keys.file_of(campaign).exists()


def test_a_survey_whose_key_is_away_is_not_closed(
    people: list[Invitation], campaign: Campaign, keys_apart: Path, caplog: Any
) -> None:
    send(people[0], 0)
    shift(campaign, -40, -20)
    keys.file_of(campaign).rename(keys_apart / "away")
    assert closing.close_due() == 0
    assert "key is not on this machine" in caplog.text
    assert (Closing.objects.count(), SealedOpinion.objects.count()) == (0, 1)


def test_a_longer_deadline_is_followed(people: list[Invitation], campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(closes_on=timezone.localdate() + timedelta(days=40))
    assert send(people[0], 0)
    assert closing.close_due() == 0
