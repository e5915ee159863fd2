"""The cast of an opinion survey stands."""

from __future__ import annotations

from dieutra.rosters.queries import bodies, surveys_at
from tests.opinion_cast import OpinionWorld, opinions  # noqa: F401


def test_the_small_world_has_two_surveys_with_their_bodies(opinions: OpinionWorld) -> None:  # noqa: F811
    campaign = opinions.campaign
    assert [it.code for it in bodies(campaign, "bo")] == ["B01", "B02"]
    assert sorted(it.code for it in bodies(campaign, "tinh")) == ["01", "35", "40"]
    assert surveys_at(campaign, "VN/B01/") == ["bo"]


def test_an_accepted_list_has_its_people(opinions: OpinionWorld) -> None:  # noqa: F811
    roster = opinions.accepted("tinh", "35", {"tinh-hdnd": 3, "tinh-so": 7})
    assert (roster.state, roster.people.count()) == ("accepted", 10)
    assert len({it.email for it in roster.people.all()}) == 10
