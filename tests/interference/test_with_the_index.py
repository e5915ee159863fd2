"""Annulments and the index: results that two people annulled do not count, and publication ends all annulling."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dieutra.engine.refusals import NotNow, Stale
from dieutra.indices import publishing
from dieutra.indices.models import Publication, Reckoning
from dieutra.interference import annulling
from dieutra.interference.models import Annulment, Flag, SignalRun
from dieutra.interference.queries import annulled, is_closed
from tests.indices.given import all_answered, over, reckoned, row, taken, verified
from tests.opinion_cast import OpinionWorld, make_opinion_world

Annul = Callable[[], None]


@pytest.fixture
def world(db: None) -> OpinionWorld:
    """Hà Nam and Nghệ An have all their points."""
    made = make_opinion_world()
    taken(made)
    for code in ("35", "40"):
        verified(made, code)
        all_answered(made, code)
    over(made)
    return made


@pytest.fixture
def proposed(world: OpinionWorld) -> Annulment:
    campaign, path = world.campaign, world.area("35").path
    run = SignalRun.objects.create(campaign=campaign, answers=0, thresholds={}, hours={}, digest="")
    flag = Flag.objects.create(
        run=run, campaign=campaign, survey="tinh", path=path, level="clear", rank=3, score=100, why="", answers=40,
        findings=[], hours=[],
    )  # fmt: skip
    return annulling.propose(world.user("ong.chuyen.vien"), campaign, "tinh", path, "Dấu hiệu rõ.", [flag])


def publish(world: OpinionWorld, reckoning: Reckoning) -> Publication:
    return publishing.publish(world.user("ba.bo"), reckoning, with_lacking=True)


def test_an_annulled_body_has_no_survey_points_and_gets_them_back(
    world: OpinionWorld, proposed: Annulment
) -> None:
    bà, ông = world.user("ba.bo"), world.user("ong.chuyen.vien")
    assert row(reckoned(world), "35")["survey_points"] is not None
    annulling.confirm(bà, proposed, 1)
    one = row(reckoned(world), "35")
    assert (one["annulled"], one["survey_points"]) == (True, None)
    assert row(reckoned(world), "40")["survey_points"] is not None
    annulling.confirm_reversal(ông, annulling.propose_reversal(bà, proposed, "Đã giải trình."), 1)
    assert row(reckoned(world), "35")["survey_points"] is not None


def test_publication_ends_all_annulling(world: OpinionWorld, proposed: Annulment) -> None:
    publish(world, reckoned(world))
    assert is_closed(world.campaign, "tinh") and not is_closed(world.campaign, "bo")
    with pytest.raises(NotNow, match="đã công bố"):
        annulling.confirm(world.user("ba.bo"), proposed, 1)
    assert annulled(world.campaign) == set()


def test_what_was_reckoned_before_an_annulment_is_not_published(
    world: OpinionWorld, proposed: Annulment
) -> None:
    before = reckoned(world)
    annulling.confirm(world.user("ba.bo"), proposed, 1)
    with pytest.raises(NotNow):
        publish(world, before)
    assert not is_closed(world.campaign, "tinh")
    assert publish(world, reckoned(world)).number == 1


def test_an_annulment_in_the_middle_of_a_publication_stops_it(
    world: OpinionWorld, proposed: Annulment, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = publishing._refuse_lacking

    def meanwhile(reckoning: Reckoning, confirmed: bool) -> None:
        annulling.confirm(world.user("ba.bo"), proposed, 1)
        real(reckoning, confirmed)

    found = reckoned(world)
    monkeypatch.setattr(publishing, "_refuse_lacking", meanwhile)
    with pytest.raises(Stale, match="tính lại"):
        publish(world, found)
    assert not Publication.objects.exists() and not is_closed(world.campaign, "tinh")
