"""`Case.holders` follows the assignments, whatever comes first: the assignment or the case."""

from __future__ import annotations

import pytest

from dieutra.cases.models import Case
from dieutra.events.models import Event
from dieutra.jobs.actions import ask
from dieutra.jobs.worker import work_once
from dieutra.reactions import REACTIONS
from dieutra.supervision import actions, holding, queries
from dieutra.supervision.models import Assignment, Holders
from tests.cases.test_the_way_of_a_case import sent
from tests.cast import PHU_LY, World
from tests.people.test_many_accounts import units_in
from tests.supervision.test_assignments import phu_ly, post, waits_for

__all__ = ["phu_ly"]


def names(world: World, username: str) -> set[str]:
    sets = Holders.objects.filter(pk=world.case(username).holders)
    return set(sets.values_list("posts__user__username", flat=True))


def test_who_has_an_area_and_who_has_a_unit_in_it_both_hold_the_case(
    world: World, phu_ly: queries.Place
) -> None:
    sent(world), sent(world, "don.vi.hai")
    who, case = world.user("co.huyen"), world.case("don.vi")
    actions.assign(who, phu_ly, post("anh.giam.sat").pk, [case.unit.area.path])
    actions.assign(who, phu_ly, post("chi.hai").pk, [case.path])
    assert names(world, "don.vi") == {"anh.giam.sat", "chi.hai"}
    assert names(world, "don.vi.hai") == {"anh.giam.sat"}
    assert (waits_for("anh.giam.sat"), waits_for("chi.hai")) == (["DANG-PL", "UBND-PL"], ["UBND-PL"])
    area = Assignment.objects.get(path=case.unit.area.path)
    actions.release(who, phu_ly, [area.pk])
    assert names(world, "don.vi") == {"chi.hai"}
    assert world.case("don.vi.hai").holders == 0


def test_two_levels_that_share_out_the_same_place_do_not_push_each_other_out(
    world: World, phu_ly: queries.Place
) -> None:
    case = sent(world)
    province = queries.Place(world.campaign, phu_ly.area.parent)
    actions.assign(world.user("co.huyen"), phu_ly, post("anh.giam.sat").pk, [case.path])
    actions.assign(world.user("ong.tinh"), province, post("chi.giam.sat.tinh").pk, [phu_ly.path])
    assert names(world, "don.vi") == {"anh.giam.sat", "chi.giam.sat.tinh"}
    assert waits_for("chi.giam.sat.tinh") == [], "the district has not passed it up yet"
    assert waits_for("anh.giam.sat") == ["UBND-PL"]


def test_a_list_that_becomes_cases_finds_those_who_have_its_area(world: World, phu_ly: queries.Place) -> None:
    commune = phu_ly.area.children.order_by("code")[0]
    actions.assign(world.user("co.huyen"), phu_ly, post("chi.hai").pk, [commune.path])
    units_in(world, PHU_LY, 3)
    listing = world.listing(PHU_LY)
    ask("cases.open_from_listing", "thu", listing=listing.pk, actor=world.user("ong.tinh").pk)
    while work_once(REACTIONS, {}):
        pass
    made = Case.objects.filter(unit__code__startswith="MOI-")
    assert set(made.values_list("holders", flat=True)) == set(holding.held_by([post("chi.hai").pk]))
    assert not queries.uncovered(phu_ly, commune).exists()


def test_the_night_puts_right_what_differs_and_says_so(world: World, phu_ly: queries.Place) -> None:
    assert holding.mend(world.campaign) == 0
    actions.assign(world.user("co.huyen"), phu_ly, post("chi.hai").pk, [world.case("don.vi").path])
    assert holding.mend(world.campaign) == 0
    assert not Event.objects.filter(verb="holders.mended").exists()
    Case.objects.filter(pk=world.case("don.vi").pk).update(holders=0)
    Case.objects.filter(pk=world.case("don.vi.la").pk).update(holders=99)
    assert holding.mend(world.campaign) == 2
    assert names(world, "don.vi") == {"chi.hai"}
    assert Event.objects.get(verb="holders.mended").facts == {"number": 2}


@pytest.mark.parametrize("batch", [1, 500])
def test_thousands_of_units_are_one_set(
    world: World, phu_ly: queries.Place, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "BATCH", batch)
    paths = [world.case(name).path for name in ("don.vi", "don.vi.hai")]
    actions.assign(world.user("co.huyen"), phu_ly, post("chi.hai").pk, paths)
    assert Holders.objects.count() == 1
    assert len({world.case(name).holders for name in ("don.vi", "don.vi.hai")} - {0}) == 1
