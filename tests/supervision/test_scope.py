"""What is assigned is what messages and reports speak of, as the queue does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dieutra.campaigns.actions import appoint
from dieutra.cases.models import Case, State
from dieutra.engine.refusals import NotNow
from dieutra.messages import clock, planning, single
from dieutra.people.models import Post, User
from dieutra.places.models import Area
from dieutra.reports.figures import progress
from dieutra.supervision import actions, queries, scope
from tests.cast import HA_NAM, PHU_LY, World
from tests.messages.test_planning import TOKEN, area
from tests.messages.test_planning import urge as send


@pytest.fixture
def shared(world: World) -> queries.Place:
    """Phủ Lý has two supervisors; each has one of its two units."""
    place = queries.Place(world.campaign, Area.objects.get(catalogue=world.campaign.catalogue, code=PHU_LY))
    appoint(None, world.campaign, "gsv", place.area, username="chi.hai", full_name="Chị Hai")
    User.objects.filter(username="chi.hai").update(email="chi.hai@example.gov.vn")
    hers = world.case("don.vi.hai")
    mine = world.case("don.vi")
    actions.assign(world.user("co.huyen"), place, post("anh.giam.sat").pk, [mine.path])
    actions.assign(world.user("co.huyen"), place, post("chi.hai").pk, [hers.path])
    return place


def post(username: str) -> Post:
    return Post.objects.get(user__username=username)


def wait(world: World, *usernames: str) -> None:
    """Sent six days ago, and waiting at the district's desk."""
    cases = Case.objects.filter(pk__in=[world.case(name).pk for name in usernames])
    cases.update(state=State.SUBMITTED, level=2, changed_at=timezone.now() - timedelta(days=6))


def numbers(world: World) -> dict[str, int]:
    found = Post.objects.filter(role="gsv").annotate(
        n=scope.number_of(Case.objects.filter(campaign=world.campaign, state="submitted"), at_level=True)
    )
    return {name: n for name, n in found.values_list("user__username", "n") if n}


def test_each_supervisor_is_told_of_her_own_forms(world: World, shared: queries.Place) -> None:
    wait(world, "don.vi")
    [wave] = [it for it in clock.waves_due(world.campaign) if it.rule == "nhac-cho-duyet"]
    told = wave.messages.filter(channel="email").values_list("user__username", flat=True)
    assert list(told) == ["anh.giam.sat"], "chị Hai has nothing that waits"


def test_an_assignment_inside_another_counts_its_forms_once(world: World, shared: queries.Place) -> None:
    wait(world, "don.vi", "don.vi.hai")
    assert numbers(world) == {"anh.giam.sat": 1, "chi.hai": 1}
    commune = world.case("don.vi").unit.area.path
    actions.assign(world.user("co.huyen"), shared, post("chi.hai").pk, [commune])
    assert numbers(world) == {"anh.giam.sat": 1, "chi.hai": 2}


def test_numbers_are_those_of_the_queues(world: World, shared: queries.Place) -> None:
    wait(world, "don.vi", "don.vi.hai")
    for username in ("anh.giam.sat", "chi.hai", "chi.giam.sat.tinh"):
        queue = queries.my_queue(User.objects.get(username=username)).count()
        assert numbers(world).get(username, 0) == queue


def test_a_supervisor_urges_those_whom_she_looks_after(world: World, shared: queries.Place) -> None:
    wave = send(world, "chi.hai", PHU_LY)
    planning.plan(wave)
    assert [it.user.username for it in wave.messages.all()] == ["don.vi.hai"]
    assert planning.reach(wave, "email").people == planning.reach(wave, "email").cases == 1
    whole = send(world, "co.huyen", PHU_LY, token="e" * 16)
    assert planning.recipients(whole).count() == 2, "an administrator urges the whole area"
    Case.objects.filter(pk=world.case("don.vi.hai").pk).update(state="accepted")
    with pytest.raises(NotNow):
        send(world, "chi.hai", PHU_LY, token="d" * 16)


def test_where_nothing_is_assigned_all_is_hers(world: World) -> None:
    wave = send(world, "anh.giam.sat", PHU_LY, token=TOKEN)
    assert planning.recipients(wave).count() == 2
    wait(world, "don.vi", "don.vi.hai")
    assert numbers(world) == {"anh.giam.sat": 2}


def test_of_an_event_the_supervisor_hears_who_has_the_form(world: World, shared: queries.Place) -> None:
    case = world.case("don.vi.hai")
    found = {it.user.username for it in single._posts(case, "supervisor")}
    assert found == {"chi.hai", "chi.giam.sat.tinh"}


def test_a_report_shows_each_desk_as_its_queue_is(world: World, shared: queries.Place) -> None:
    wait(world, "don.vi", "don.vi.hai")
    now = timezone.now()
    tables = progress(
        world.campaign, area(world, HA_NAM), (now - timedelta(days=1), now + timedelta(hours=1))
    )
    [table] = [it for it in tables if it.title == "Theo giám sát viên"]
    desks = {row[0]: row[2] for row in table.rows}
    assert (desks["Anh Giám Sát"], desks["Chị Hai"]) == (1, 1)
    assert "phân công" in table.note
