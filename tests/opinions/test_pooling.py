"""The few at the end: pooled over bodies, then over groups of one questionnaire, and destroyed when they stay few."""

from __future__ import annotations

from collections import Counter

from django.utils import timezone

from dieutra.campaigns.models import Campaign, GroupForm
from dieutra.indices import counting
from dieutra.interference.reading import answers_of, items_of
from dieutra.opinions import closing, releasing
from dieutra.opinions.models import Closing, Opinion, SealedOpinion
from tests.opinion_cast import OpinionWorld
from tests.opinions.respondent import invited, shift
from tests.opinions.test_releasing import send


def answered(world: OpinionWorld, survey: str, code: str, groups: dict[str, int]) -> None:
    for at, it in enumerate(invited(world, survey, code, groups)):
        send(it, at)


def lie(campaign: Campaign) -> dict[tuple[str, str], int]:
    return dict(Counter(Opinion.objects.filter(campaign=campaign).values_list("path", "group")))


def test_the_few_of_a_group_are_laid_open_together_at_no_body(opinions: OpinionWorld) -> None:
    answered(opinions, "tinh", "35", {"tinh-so": 5, "tinh-hdnd": 3})
    answered(opinions, "tinh", "40", {"tinh-hdnd": 2})
    laid = releasing.lay_open(opinions.campaign, everything=True)
    assert (laid.opinions, laid.pooled, laid.destroyed) == (10, 5, 0)
    assert lie(opinions.campaign) == {("VN/35/", "tinh-so"): 5, ("VN/", "tinh-hdnd"): 5}
    assert set(Opinion.objects.filter(path="VN/").values_list("device", "network", "seconds")) == {
        ("", "", "")
    }


def test_those_who_stay_few_are_destroyed_and_counted(opinions: OpinionWorld) -> None:
    """Two groups with questionnaires of their own: put together, the questionnaire would tell them apart."""
    answered(opinions, "tinh", "35", {"tinh-phong": 4, "tinh-hdnd": 3})
    shift(opinions.campaign, -30, -1)
    assert closing.close(opinions.campaign)
    assert (Opinion.objects.count(), SealedOpinion.objects.count()) == (0, 0)
    closed = Closing.objects.get()
    assert (closed.released, closed.pooled, closed.destroyed) == (0, 0, 7)


def test_groups_of_one_questionnaire_are_pooled_without_a_group(opinions: OpinionWorld) -> None:
    form = GroupForm.objects.get(campaign=opinions.campaign, group="tinh-hdnd").form
    GroupForm.objects.filter(campaign=opinions.campaign, group="tinh-phong").update(form=form)
    answered(opinions, "tinh", "35", {"tinh-phong": 4, "tinh-hdnd": 3, "tinh-so": 2})
    laid = releasing.lay_open(opinions.campaign, everything=True)
    assert (laid.pooled, laid.destroyed) == (7, 2)
    assert lie(opinions.campaign) == {("VN/", ""): 7}


def test_who_comes_after_the_end_is_not_laid_open_alone(opinions: OpinionWorld) -> None:
    """A place from which some were laid open before: a late one would be the only one of its batch."""
    people = invited(opinions, "tinh", "35", {"tinh-so": 6})
    for at, it in enumerate(people[:5]):
        send(it, at)
    assert releasing.lay_open(opinions.campaign, everything=True).opinions == 5
    send(people[5], 5)
    Closing.objects.create(campaign=opinions.campaign, closed_on=timezone.localdate(), released=5)
    shift(opinions.campaign, -60, -30)
    closing.close_due()
    closed = Closing.objects.get()
    assert (Opinion.objects.count(), closed.released, closed.destroyed) == (5, 5, 1)
    assert closed.key_destroyed_on


def test_what_cannot_be_opened_does_not_make_a_crowd(opinions: OpinionWorld) -> None:
    answered(opinions, "tinh", "35", {"tinh-so": 5})
    broken = SealedOpinion.objects.all()[0]
    SealedOpinion.objects.filter(pk=broken.pk).update(sealed=bytes(broken.sealed[:-2]) + b"\0\0")
    laid = releasing.lay_open(opinions.campaign, everything=True)
    assert (laid.opinions, laid.destroyed, laid.unreadable) == (0, 4, 1)
    assert SealedOpinion.objects.get().pk == broken.pk


def test_what_is_of_no_body_counts_for_none_and_is_no_signal(opinions: OpinionWorld) -> None:
    answered(opinions, "tinh", "35", {"tinh-so": 5, "tinh-hdnd": 3})
    answered(opinions, "tinh", "40", {"tinh-hdnd": 2})
    releasing.lay_open(opinions.campaign, everything=True)
    Opinion.objects.filter(path="VN/", pk__in=Opinion.objects.filter(path="VN/")[:2]).update(group="")
    assert counting.people(opinions.campaign, "tinh", frozenset(), 5) == {"VN/35/": 5}
    assert [it[:2] for it in counting.numbers(opinions.campaign, "tinh")] == [("VN/35/", "tinh-so")]
    assert set(answers_of(opinions.campaign).column("body").to_pylist()) == {"VN/35/"}
    assert {it.grp for it in items_of(opinions.campaign)} == {"tinh-so"}
