"""All forms without findings of a filter, approved by a job: what is shown, what is judged, what a kill leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dieutra.cases import tally
from dieutra.cases.models import Case, State
from dieutra.cases.waiting import Asked
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.events.models import Event
from dieutra.jobs.models import Job
from dieutra.jobs.worker import work_once
from dieutra.people.models import Post, User
from dieutra.reactions import REACTIONS
from dieutra.supervision import bulk
from dieutra.supervision.models import BulkApproval
from tests.cases.test_the_way_of_a_case import sent
from tests.cast import World
from tests.supervision.crowd import HER, crowd

Desk = Callable[[str], Client]
ADDRESS = "/duyet/ca-bo-loc/"


def wish(only: str = "") -> Asked:
    return Asked(timezone.localdate(), only=only)


def ordered(world: World, only: str = "") -> BulkApproval:
    return bulk.order_all(world.user(HER), wish(only), "Tất cả", timezone.now())


def work_it_off() -> None:
    while work_once(REACTIONS, {}):
        pass


def after(order: BulkApproval) -> dict[str, int]:
    order.refresh_from_db()
    return bulk.counted(order)


def test_hundreds_are_approved_in_the_background_and_the_tally_follows(world: World) -> None:
    crowd(world, 400)  # a quarter of them without findings
    tally.move(tally.recount(world.campaign) - tally.kept(world.campaign))
    order = ordered(world)
    assert order.total == 100
    work_it_off()
    assert after(order) == {"": 0, "approved": 100, "skipped": 0}
    assert order.ended_at
    assert Case.objects.filter(unit__code__startswith="NHIEU", state=State.ACCEPTED).count() == 100
    assert Event.objects.filter(verb="case.accepted", actor_id=world.user(HER).pk).count() == 100
    assert tally.kept(world.campaign) == tally.recount(world.campaign)
    job = Job.objects.get(kind="supervision.approve_all")
    assert (job.state, job.done, job.total) == ("done", 100, 100)
    with pytest.raises(Invalid, match="Không còn phiếu"):
        ordered(world)


def test_each_is_judged_anew_and_what_is_skipped_says_why(world: World) -> None:
    crowd(world, 40)
    order = ordered(world)
    moved, warned, gone = order.items.order_by("pk")[:3]
    Case.objects.filter(pk=moved.case_id).update(version=moved.version + 1)
    Case.objects.filter(pk=warned.case_id).update(soft_count=2)
    Case.objects.filter(pk=gone.case_id).update(level=2)
    work_it_off()
    assert after(order) == {"": 0, "approved": 7, "skipped": 3}
    words = [why for why, _ in bulk.reasons(order)]
    assert any("Phiếu có 2 cảnh báo" in why for why in words)
    assert any("được xử lý ở nơi khác" in why for why in words)
    assert any("chờ cấp khác" in why for why in words)


def test_what_came_after_the_number_was_seen_is_left_out(world: World) -> None:
    crowd(world, 40)
    seen_at = timezone.now()
    late = Case.objects.filter(unit__code__startswith="NHIEU", soft_count=0).first()
    Case.objects.filter(pk=late.pk).update(changed_at=seen_at + timedelta(seconds=1))
    assert bulk.order_all(world.user(HER), wish(), "Tất cả", seen_at).total == 9


def test_the_filter_narrows_the_order(world: World) -> None:
    crowd(world, 400)
    today = timezone.localdate()
    late = Case.objects.filter(unit__code__startswith="NHIEU", soft_count=0, due_on__lt=today).count()
    assert 0 < ordered(world, "qua-han").total == late < 100


def test_a_kill_between_two_batches_loses_nothing_and_repeats_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 10)
    crowd(world, 160)
    order, real, turns = ordered(world), bulk.approve_batch, list[int]()

    def falls_in_the_third(*given: object) -> object:
        turns.append(1)
        done = real(*given)  # type: ignore[arg-type]
        if len(turns) == 3:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(bulk, "approve_batch", falls_in_the_third)
    with pytest.raises(KeyboardInterrupt):
        work_it_off()
    assert after(order) == {"": 20, "approved": 20, "skipped": 0}
    assert Case.objects.filter(unit__code__startswith="NHIEU", state=State.ACCEPTED).count() == 20
    Job.objects.update(lease_until="2020-01-01T00:00:00Z")
    work_it_off()
    assert after(order) == {"": 0, "approved": 40, "skipped": 0}
    assert Event.objects.filter(verb="case.accepted").count() == 40


def test_an_order_can_be_stopped_by_the_one_who_gave_it(world: World) -> None:
    crowd(world, 40)
    order = ordered(world)
    with pytest.raises(NotNow, match="đang chạy"):
        ordered(world)
    with pytest.raises(Forbidden):
        bulk.stop(world.user("anh.giam.sat"), order)
    bulk.stop(world.user(HER), order)
    with pytest.raises(NotNow):
        bulk.stop(world.user(HER), order)
    work_it_off()
    assert after(order) == {"": 0, "approved": 0, "skipped": 10}
    assert ordered(world).total == 10, "another may be given now"


def test_who_lost_the_post_or_the_account_meanwhile_approves_nothing_more(world: World) -> None:
    crowd(world, 40)
    order = ordered(world)
    Post.objects.filter(user__username=HER).update(ended_at=timezone.now())
    work_it_off()
    assert after(order) == {"": 0, "approved": 0, "skipped": 10}
    Post.objects.filter(user__username=HER).update(ended_at=None)
    order = ordered(world)
    User.objects.filter(username=HER).update(is_active=False)
    work_it_off()
    assert after(order) == {"": 0, "approved": 0, "skipped": 10}
    assert "bị khóa" in bulk.reasons(order)[0][0]


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+00:00", "1970-01-01T00:00:00+00:00"]
)
def test_a_moment_of_another_age_is_refused_at_the_page(world: World, at_the_desk: Desk, moment: str) -> None:
    sent(world)
    refused = at_the_desk("anh.giam.sat").post(ADDRESS, {"xem-luc": moment})
    assert refused.status_code == 422
    assert "Hãy xem lại số phiếu rồi bấm duyệt" in refused.content.decode()


def test_a_moment_at_the_end_of_time_counts_as_now(world: World, at_the_desk: Desk) -> None:
    sent(world)
    fields = {"xem-luc": "9999-12-31T23:59:59-14:00"}
    assert at_the_desk("anh.giam.sat").post(ADDRESS, fields).status_code == 302


def test_the_screens_show_the_number_the_progress_and_the_result(world: World, at_the_desk: Desk) -> None:
    sent(world)
    warned = sent(world, "don.vi.hai")
    Case.objects.filter(pk=warned.pk).update(soft_count=1)
    desk = at_the_desk("anh.giam.sat")
    assert f"{ADDRESS}" in desk.get("/duyet/").content.decode()
    page = desk.get(ADDRESS).content.decode()
    assert "<strong>1</strong> phiếu không có cảnh báo trong 2 phiếu" in page
    assert desk.post(ADDRESS, {"xem-luc": "hôm nay"}).status_code == 422
    shown = desk.post(ADDRESS, {"xem-luc": timezone.now().isoformat()}, follow=True)
    assert "Đang duyệt: 0 trên 1 phiếu" in shown.content.decode()
    order = BulkApproval.objects.get()
    assert at_the_desk("chi.giam.sat.tinh").get(f"{ADDRESS}{order.pk}/").status_code == 404
    work_it_off()
    assert "Đã duyệt 1 phiếu." in desk.get(f"{ADDRESS}{order.pk}/").content.decode()
    assert world.case("don.vi").state == State.IN_REVIEW
    assert "Không có phiếu nào không có cảnh báo" in desk.get(ADDRESS).content.decode()
    assert at_the_desk("ong.tinh").get(ADDRESS).status_code == 403


def test_an_order_whose_work_was_given_up_can_be_ended_and_another_given(
    world: World, at_the_desk: Callable[[str], Client]
) -> None:
    crowd(world, 40)
    order = ordered(world)
    Job.objects.filter(kind="supervision.approve_all").update(state=Job.State.FAILED, key=f"{order.pk}.2")
    page = at_the_desk(HER).get(f"/duyet/ca-bo-loc/{order.pk}/").content.decode()
    assert "dừng do lỗi của hệ thống" in page and "Kết thúc lượt này" in page
    bulk.stop(world.user(HER), order)
    assert after(order) == {"": 0, "approved": 0, "skipped": 10}
    assert ordered(world).total == 10
