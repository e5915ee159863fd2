"""Many approved at once, approvals taken back from above, and how far a form is from the last census."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dieutra.cases import actions, reviewing, tally, waiting
from dieutra.cases.history import steps
from dieutra.cases.last_census import compared
from dieutra.cases.models import Case, State, TakenBack
from dieutra.cases.queries import queue
from dieutra.engine.flow import workflow
from dieutra.engine.flow.workflow import Standing
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.frames.models import Unit
from tests.cases.test_the_way_of_a_case import sent
from tests.cast import World, path_of


def seen(*cases: Case) -> list[tuple[int, int]]:
    return [(case.pk, case.version) for case in cases]


def approved(world: World) -> Case:
    case = sent(world)
    actions.approve(world.user("anh.giam.sat"), case, case.version)
    return world.case("don.vi")


def accepted(world: World) -> Case:
    case = approved(world)
    actions.approve(world.user("chi.giam.sat.tinh"), case, case.version)
    return world.case("don.vi")


def test_many_are_approved_at_once_and_the_tally_follows(world: World) -> None:
    one, two = sent(world), sent(world, "don.vi.hai")
    outcome = reviewing.approve_many(world.user("anh.giam.sat"), seen(one, two))
    assert (outcome.approved, outcome.skipped) == (2, ())
    assert {world.case(name).level for name in ("don.vi", "don.vi.hai")} == {1}
    assert [world.case(name).version for name in ("don.vi", "don.vi.hai")] == [
        one.version + 1,
        two.version + 1,
    ]
    assert Event.objects.filter(verb="case.approved").count() == 2
    assert tally.kept(world.campaign) == tally.recount(world.campaign)


def test_what_is_skipped_is_said_with_why(world: World) -> None:
    good, warned, moved = sent(world), sent(world, "don.vi.hai"), sent(world, "so.noi.vu")
    Case.objects.filter(pk=warned.pk).update(soft_count=2)
    other = sent(world, "don.vi.la")
    outcome = reviewing.approve_many(world.user("anh.giam.sat"), seen(good, warned, moved, other))
    why = {it.case.pk if it.case else 0: it.why for it in outcome.skipped}
    assert outcome.approved == 1
    assert why[warned.pk] == "Phiếu có 2 cảnh báo nên cần mở ra xem từng phiếu."
    assert "không thuộc địa bàn" in why[0]
    assert world.case("don.vi.hai").state == State.SUBMITTED
    assert world.case("don.vi.la").state == State.SUBMITTED


def test_each_case_goes_by_the_version_that_was_seen(world: World) -> None:
    stale, fresh = sent(world), sent(world, "don.vi.hai")
    outcome = reviewing.approve_many(
        world.user("anh.giam.sat"), [(stale.pk, stale.version - 1), (fresh.pk, fresh.version)]
    )
    assert outcome.approved == 1
    assert "được xử lý ở nơi khác" in outcome.skipped[0].why
    assert world.case("don.vi").state == State.SUBMITTED


def test_whoever_has_none_of_them_to_review_is_refused(world: World) -> None:
    case = sent(world)
    for stranger in ("nguoi.la.giam.sat", "co.huyen", "chi.giam.sat.tinh"):
        with pytest.raises(Forbidden):
            reviewing.approve_many(world.user(stranger), seen(case))
    assert world.case("don.vi").version == case.version


def test_nothing_chosen_and_too_many_are_refused_with_what_to_do(world: World) -> None:
    who = world.user("anh.giam.sat")
    with pytest.raises(Invalid, match="chưa chọn"):
        reviewing.approve_many(who, [])
    with pytest.raises(Invalid, match="nhiều nhất 500"):
        reviewing.approve_many(who, [(number, 1) for number in range(501)])


def test_the_province_takes_the_districts_approval_back_with_a_reason(world: World) -> None:
    case = approved(world)
    reviewing.take_back(world.user("chi.giam.sat.tinh"), case, case.version, " Tổng lao động chưa hợp lý ")
    case = world.case("don.vi")
    assert (case.state, case.level) == (State.SUBMITTED, 2)
    assert TakenBack.objects.get(case=case).reason == "Tổng lao động chưa hợp lý"
    assert [it.pk for it in queue(world.user("anh.giam.sat"))] == [case.pk]
    assert tally.kept(world.campaign) == tally.recount(world.campaign)
    last = steps(case)[-1]
    assert (last.words, last.who, last.level) == (
        "Bỏ duyệt, cấp dưới xem lại",
        "Chị Giám Sát Tỉnh",
        "Cấp tỉnh",
    )


def test_the_centre_alone_takes_the_provinces_approval_back(world: World) -> None:
    case = accepted(world)
    for below in ("anh.giam.sat", "chi.giam.sat.tinh", "ong.tinh", "co.huyen", "bac.ban.chi.dao"):
        with pytest.raises(Forbidden):
            reviewing.take_back(world.user(below), case, case.version, "Lý do")
    reviewing.take_back(world.user("ba.trung.uong"), case, case.version, "Kiểm tra lại")
    case = world.case("don.vi")
    assert (case.state, case.level) == (State.IN_REVIEW, 1)


def test_who_approved_does_not_take_it_back_herself(world: World) -> None:
    case = approved(world)
    with pytest.raises(Forbidden, match="cấp trên"):
        reviewing.take_back(world.user("anh.giam.sat"), case, case.version, "Nhầm")


def test_taking_back_needs_a_reason_a_standing_approval_and_the_version_seen(world: World) -> None:
    who, case = world.user("chi.giam.sat.tinh"), approved(world)
    with pytest.raises(Invalid, match="lý do"):
        reviewing.take_back(who, case, case.version, "  ")
    with pytest.raises(Stale):
        reviewing.take_back(who, case, case.version - 1, "Lý do")
    waiting_case = sent(world, "don.vi.hai")
    with pytest.raises(NotNow, match="chưa được cấp nào duyệt"):
        reviewing.take_back(who, waiting_case, waiting_case.version, "Lý do")


@pytest.mark.parametrize(
    ("now", "chain", "then"),
    [
        (Standing("in_review", 1), (2, 1), Standing("submitted", 2)),
        (Standing("accepted"), (2, 1), Standing("in_review", 1)),
        (Standing("accepted"), (1,), Standing("submitted", 1)),
        (Standing("in_review", 1), (3, 2, 1), Standing("in_review", 2)),
    ],
)
def test_an_approval_taken_back_waits_where_it_was_given(
    now: Standing, chain: tuple[int, ...], then: Standing
) -> None:
    assert workflow.take_back(now, chain) == then


def test_a_form_that_nobody_approved_has_nothing_to_take_back() -> None:
    for state in ("new", "draft", "submitted", "returned"):
        with pytest.raises(NotNow):
            workflow.take_back(Standing(state, 2 if state == "submitted" else 0), (2, 1))


def test_the_distance_from_the_last_census_is_kept_when_the_form_is_sent(world: World) -> None:
    unit = Unit.objects.get(code="UBND-PL")
    neighbour = sent(world, "don.vi.hai")  # the same answers
    total = int(neighbour.response.answers[path_of(neighbour, "lao_dong_r01_c1")])
    Unit.objects.filter(pk=unit.pk).update(details={**unit.details, "workers_2017": str(total * 2)})
    case = sent(world)
    assert case.distance == 50
    row = compared(case, case.response.answers)[0]
    assert (row.before, row.now, row.difference) == (total * 2, total, -total)


def test_without_a_value_of_the_last_census_there_is_no_distance(world: World) -> None:
    assert sent(world).distance is None


def test_the_queue_is_ordered_filtered_and_counted_as_asked(world: World) -> None:
    today = timezone.localdate()
    one, two, body = sent(world), sent(world, "don.vi.hai"), world.user("anh.giam.sat")
    Case.objects.filter(pk=one.pk).update(soft_count=3, distance=10, due_on=today + timedelta(days=9))
    Case.objects.filter(pk=two.pk).update(soft_count=0, distance=80, due_on=today - timedelta(days=1))
    mine = queue(body)

    def listed(order: str = waiting.BY_DEADLINE, only: str = "") -> list[int]:
        return [case.pk for case in waiting.Asked(today, order, only).of(mine)]

    assert listed(waiting.BY_DEADLINE) == [two.pk, one.pk]
    assert listed(waiting.BY_FINDINGS) == [one.pk, two.pk]
    assert listed(waiting.BY_DISTANCE) == [two.pk, one.pk]
    assert listed(waiting.BY_WAIT) == [one.pk, two.pk]
    assert listed(only=waiting.FINDINGS) == [one.pk]
    assert (
        listed(only=waiting.LATE)
        == listed(only=waiting.FAR_OFF)
        == listed(only=waiting.NO_FINDINGS)
        == [two.pk]
    )
    assert listed(only=waiting.AGAIN) == []
    counted = waiting.counts(mine, today)
    assert (counted["all"], counted[waiting.NO_FINDINGS], counted[waiting.LATE]) == (2, 1, 1)


def test_the_next_case_is_the_one_below_in_the_queue_as_asked(world: World) -> None:
    today, mine = timezone.localdate(), queue(world.user("anh.giam.sat"))
    one, two = sent(world), sent(world, "don.vi.hai")
    Case.objects.filter(pk=one.pk).update(soft_count=3)
    by_findings = waiting.Asked(today, waiting.BY_FINDINGS)
    assert waiting.neighbours(mine, one.pk, by_findings) == (None, two.pk)
    assert waiting.neighbours(mine, two.pk, by_findings) == (one.pk, None)
    assert waiting.neighbours(mine, 999_999, by_findings) == (None, one.pk)
