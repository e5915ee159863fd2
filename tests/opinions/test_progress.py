"""Figures counted by the hour, and small groups kept from being worked out."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from dieutra.jobs.models import Job
from dieutra.opinions import figures, progress
from dieutra.opinions.letter_jobs import count as count_job
from dieutra.opinions.models import Closing, Figure, FigureDay, Invitation
from dieutra.opinions.progress import Shown
from dieutra.rosters.models import Person
from tests.messages.relay import Relay, always
from tests.opinion_cast import OpinionWorld, opinions
from tests.opinions.letters_cast import key_folder, mailed, relay, turn
from tests.opinions.test_reminders import answer

__all__ = ["key_folder", "opinions", "relay"]


def figure(world: OpinionWorld, group: str, code: str = "35") -> Figure:
    return Figure.objects.get(campaign=world.campaign, group=group, path=world.area(code).path)


def test_figures_count_each_group_of_each_body_in_one_go(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 6, "tinh-phong": 3})
    mailed(opinions, "tinh", "40", {"tinh-so": 5}, "1" * 16)
    gone = Person.objects.order_by("pk")[0].email
    relay.at_rcpt = lambda to, tries: "550 5.1.1 no" if to == gone else ""
    turn()
    answer(opinions, "tinh", "40", 2)
    assert figures.count(opinions.campaign) == 3
    one = figure(opinions, "tinh-so")
    assert (one.invited, one.mailed, one.bounced, one.answered) == (6, 5, 1, 0)
    other = figure(opinions, "tinh-so", "40")
    assert (other.invited, other.mailed, other.bounced, other.answered) == (5, 5, 0, 2)


def test_within_the_hour_nothing_moves(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 6})
    figures.count(opinions.campaign)
    answer(opinions, "tinh", "35", 3)
    count_job(None)  # type: ignore[arg-type]
    assert figure(opinions, "tinh-so").answered == 0, "a job that runs again counts nothing in between"
    Figure.objects.update(counted_at=timezone.now() - timedelta(hours=1))
    count_job(None)  # type: ignore[arg-type]
    assert figure(opinions, "tinh-so").answered == 3


def test_counting_twice_is_once_and_a_day_keeps_its_last_count(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 6, "tinh-phong": 5})
    day = timezone.now() - timedelta(days=1)
    figures.count(opinions.campaign, day)
    answer(opinions, "tinh", "35", 4)
    figures.count(opinions.campaign)
    figures.count(opinions.campaign)
    assert Figure.objects.count() == 2 and FigureDay.objects.count() == 4
    points = progress.days(opinions.campaign, "tinh")
    assert [(it.among, it.answered) for it in points] == [(11, 0), (11, 4)]
    Invitation.objects.filter(group="tinh-phong").update(withdrawn=True)
    figures.count(opinions.campaign)
    assert [it.group for it in Figure.objects.all()] == ["tinh-so"], (
        "a group without anybody invited has no figure"
    )


def test_a_letter_that_lost_its_sense_counts_as_one_that_left(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 6})
    answer(opinions, "tinh", "35", 2)
    turn()
    figures.count(opinions.campaign)
    one = figure(opinions, "tinh-so")
    assert (one.mailed, one.bounced) == (6, 0), "else the number of letters would tell of answers"


def test_a_small_group_has_no_rate_and_no_part_in_any_sum(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 6, "tinh-phong": 4})
    turn()
    answer(opinions, "tinh", "35", 8)
    figures.count(opinions.campaign)
    (line,) = progress.bodies(opinions.campaign, "tinh")
    groups = {it.code: it.shown for it in line.groups}
    assert groups["tinh-phong"].answered is None and groups["tinh-phong"].rate is None
    assert groups["tinh-phong"].invited == 4
    assert (groups["tinh-so"].answered, groups["tinh-so"].rate) == (6, 100), (
        "everybody of six: shown as it is"
    )
    assert (line.shown.invited, line.shown.among, line.shown.answered, line.shown.left_out) == (10, 6, 6, 1)
    (today,) = progress.days(opinions.campaign, "tinh")
    assert (today.among, today.answered) == (6, 6)


def test_a_body_of_small_groups_alone_has_neither_rate_nor_rank(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 2})
    mailed(opinions, "tinh", "40", {"tinh-so": 5}, "1" * 16)
    relay.at_rcpt = always("")
    turn()
    answer(opinions, "tinh", "35", 2)
    figures.count(opinions.campaign)
    first, last = progress.bodies(opinions.campaign, "tinh")
    assert (first.area.code, first.rank, first.shown.rate) == ("40", 1, 0)
    assert (last.area.code, last.rank, last.shown.answered, last.shown.rate) == ("35", None, None, None)


SMALLEST = 5
GROUPS = st.lists(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), max_size=5)


def seen(groups: list[tuple[int, int]]) -> tuple[list[Shown], Shown]:
    """All that is shown of a body: its groups and their sum."""
    figures_of = [Figure(invited=n, mailed=n, bounced=0, answered=a) for n, a in groups]
    lines = [progress.shown(it, SMALLEST) for it in figures_of]
    return lines, progress.total(lines)


@given(GROUPS)
def test_what_is_shown_fits_every_count_that_a_hidden_group_could_have(groups: list[tuple[int, int]]) -> None:
    hidden = [at for at, (n, _) in enumerate(groups) if n < SMALLEST]
    truth = seen(groups)
    others = itertools.islice(itertools.product(*(range(groups[at][0] + 1) for at in hidden)), 200)
    for counts in others:
        other = list(groups)
        for at, count in zip(hidden, counts, strict=True):
            other[at] = (groups[at][0], count)
        assert seen(other) == truth, "whoever sees the page cannot tell these two apart"


@given(st.lists(GROUPS, max_size=4))
def test_no_set_of_totals_is_solved_for_a_hidden_group(bodies: list[list[tuple[int, int]]]) -> None:
    """Totals of bodies and of the survey, less everything that is shown below them, leave nothing."""
    parts = [seen(it) for it in bodies]
    survey = progress.total(total for _, total in parts)
    for lines, total in [*parts, ([total for _, total in parts], survey)]:
        assert (total.answered or 0) - sum(it.answered or 0 for it in lines) == 0
        assert total.among - sum(it.among for it in lines) == 0
        assert (total.answered is None) == (total.among == 0)
    left_out = sum(n < SMALLEST for it in bodies for n, _ in it)
    assert survey.left_out == left_out
    assert survey.invited == sum(n for it in bodies for n, _ in it), "how many were invited is no secret"


def test_after_the_end_there_is_one_last_count_and_then_none(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 6})
    yesterday = timezone.now() - timedelta(days=1)
    figures.count(opinions.campaign, yesterday)
    answer(opinions, "tinh", "35", 5)
    Closing.objects.create(campaign=opinions.campaign, closed_on=timezone.localdate())
    count_job(Job(kind="opinions.count"))
    last = figure(opinions, "tinh-so")
    assert last.answered == 5 and last.counted_at > yesterday
    Figure.objects.update(counted_at=timezone.now() - timedelta(hours=2))
    Closing.objects.update(closed_on=timezone.localdate() - timedelta(days=1))
    Invitation.objects.update(answered=False)
    count_job(Job(kind="opinions.count"))
    assert figure(opinions, "tinh-so").answered == 5, "the hours go on, the count does not"
    Closing.objects.all().delete()
    count_job(Job(kind="opinions.count"))
    assert figure(opinions, "tinh-so").answered == 0, "it was the closing that held it"


@pytest.mark.parametrize("answers", [(0, 0), (2, 3), (4, 4)])
def test_pages_of_a_small_group_are_the_same_whatever_it_does(
    opinions: OpinionWorld, relay: Relay, answers: tuple[int, int]
) -> None:
    """The days, the ranking and the lines together, read from the database."""
    mailed(opinions, "tinh", "35", {"tinh-so": 6, "tinh-phong": 4})
    mailed(opinions, "tinh", "40", {"tinh-so": 4, "tinh-phong": 7}, "1" * 16)
    turn()
    for code, group, number in (("35", "tinh-phong", answers[0]), ("40", "tinh-so", answers[1])):
        some = Invitation.objects.filter(path=opinions.area(code).path, group=group).order_by("pk")[:number]
        Invitation.objects.filter(pk__in=[it.pk for it in some]).update(answered=True)
    figures.count(opinions.campaign)
    lines = progress.bodies(opinions.campaign, "tinh")
    said = [(it.area.code, it.rank, it.shown, tuple(g.shown for g in it.groups)) for it in lines]
    assert [it[1] for it in said] == [1, 1]
    assert {(it[2].among, it[2].answered) for it in said} == {(6, 0), (7, 0)}
    assert [(it.among, it.answered) for it in progress.days(opinions.campaign, "tinh")] == [(13, 0)]
