"""The working group: who sits in it, who sees it, tasks with a day, and progress that is read from the forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.cases import actions as cases
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.jobs.actions import KINDS
from dieutra.jobs.models import Job
from dieutra.messages.models import Channel, Message
from dieutra.people.models import Post
from dieutra.reactions import REACTIONS
from dieutra.teams import actions, jobs, tasks
from dieutra.teams.models import Charge, Group, Member, Task
from dieutra.teams.queries import groups_of, loads, measured, my_tasks
from tests.cast import World, good_answers

Browser = Callable[[str], Client]


def group_of(world: World) -> tuple[Group, Member, Member]:
    """Ông Tỉnh's group of Hà Nam, led by bác Ban Chỉ Đạo; chị Giám Sát Tỉnh sits in it."""
    boss = world.user("ong.tinh")
    group = actions.set_up(boss, world.campaign, "VN/35/", "Tổ công tác", "Quyết định số 1")
    lead = actions.add_member(boss, group, "bac.ban.chi.dao", "lead", "Chỉ đạo chung")
    member = actions.add_member(boss, group, "chi.giam.sat.tinh", "member", "")
    return group, lead, member


def given(
    member: Member | None, days: int = 5, measure: str = "", title: str = "Gửi công văn"
) -> tasks.Given:
    due = timezone.localdate() + timedelta(days=days)
    return tasks.Given(title, "", due, member.pk if member else 0, measure)


def notices(world: World, username: str) -> list[str]:
    found = Message.objects.filter(user=world.user(username), channel=Channel.NOTICE, template="task")
    return list(found.order_by("pk").values_list("subject", flat=True))


def told() -> None:
    """What the worker does with the events of given tasks."""
    for event in Event.objects.filter(verb="task.given", processed_at__isnull=True):
        for make in REACTIONS["task.given"]:
            job = make(event)
            assert job is not None
            job.save()
            KINDS[job.kind](job)
    Event.objects.filter(verb="task.given").update(processed_at=timezone.now())


def test_only_people_with_a_reading_post_near_the_area_join(world: World) -> None:
    group, _, _ = group_of(world)
    boss = world.user("ong.tinh")
    for username in ("don.vi", "khong.co.ai"):
        with pytest.raises(Invalid):
            actions.add_member(boss, group, username, "member", "")
    with pytest.raises(NotNow):
        actions.add_member(boss, group, "CHI.giam.sat.tinh", "member", "")
    with pytest.raises(Invalid):
        actions.add_member(boss, group, "co.huyen", "chief", "")
    actions.add_member(boss, group, "co.huyen", "assistant", "")
    assert group.members.count() == 3


def test_a_group_of_a_province_is_not_seen_from_another_district_unless_one_sits_in_it(world: World) -> None:
    group, _, _ = group_of(world)
    stranger = world.user("nguoi.la")
    assert group not in groups_of(stranger)
    actions.add_member(world.user("ong.tinh"), group, "nguoi.la", "assistant", "")
    assert group in groups_of(world.user("nguoi.la"))
    assert group in groups_of(world.user("ba.trung.uong"))


def test_the_leader_gives_tasks_and_a_plain_member_does_not(world: World) -> None:
    group, lead, member = group_of(world)
    task = tasks.add(world.user("bac.ban.chi.dao"), group, given(member))
    with pytest.raises(Forbidden):
        tasks.add(world.user("chi.giam.sat.tinh"), group, given(member))
    with pytest.raises(Forbidden):
        tasks.move(world.user("chi.giam.sat.tinh"), task, task.version, "dropped", "Không cần nữa")
    tasks.move(world.user("chi.giam.sat.tinh"), task, task.version, "doing", "")
    assert list(my_tasks(world.user("chi.giam.sat.tinh"))) == [task]
    with pytest.raises(Stale):
        tasks.move(world.user("bac.ban.chi.dao"), task, 1, "dropped", "Không cần nữa")
    actions.let_go(world.user("ong.tinh"), lead)
    with pytest.raises(Forbidden):
        tasks.change(world.user("bac.ban.chi.dao"), task, task.version, given(None))


def test_a_leader_from_a_department_below_manages_until_she_leaves_her_post(world: World) -> None:
    group, _, member = group_of(world)
    actions.add_member(world.user("ong.tinh"), group, "co.huyen", "deputy", "")
    tasks.add(world.user("co.huyen"), group, given(member))
    Post.objects.filter(user__username="co.huyen").update(ended_at=timezone.now())
    with pytest.raises(Forbidden):
        tasks.add(world.user("co.huyen"), group, given(member))


def test_a_given_task_and_a_near_or_past_day_are_told_once_in_the_bell(world: World) -> None:
    group, _, member = group_of(world)
    boss = world.user("ong.tinh")
    tasks.add(boss, group, given(member, days=2))
    late = tasks.add(boss, group, given(member, days=9))
    told()
    assert notices(world, "chi.giam.sat.tinh") == ["Việc mới của tổ công tác"] * 2
    Task.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    for number in range(2):
        jobs.tell_due(Job.objects.create(kind="teams.tell_due", key=f"{number}"))
    assert sorted(notices(world, "chi.giam.sat.tinh")[2:]) == ["Việc quá hạn", "Việc sắp đến hạn"]
    assert notices(world, "bac.ban.chi.dao") == ["Việc của tổ quá hạn"]
    actions.let_go(boss, member)
    assert set(Task.objects.values_list("member", flat=True)) == {None}


def test_progress_is_read_from_the_units_in_charge(world: World) -> None:
    group, _, member = group_of(world)
    boss, case = world.user("ong.tinh"), world.case("don.vi")
    with pytest.raises(Invalid):
        actions.give_charge(boss, member, ["UBND-PL", "999999"])
    assert Charge.objects.count() == 0
    assert actions.give_charge(boss, member, ["ubnd-pl", "SNV", ""]) == 2
    task = tasks.add(boss, group, given(member, measure="sent"))
    everything = tasks.add(boss, group, given(None, measure="sent"))
    now = measured(task)
    assert now is not None
    assert now.words == "0/2"
    cases.save_draft(world.user("don.vi"), case, 0, good_answers(case), {})
    cases.submit(world.user("don.vi"), world.case("don.vi"), 1)
    assert [it.words for it in (measured(task), measured(everything)) if it] == ["1/2", "1/4"]
    load = next(it for it in loads(group) if it.member == member)
    assert load.sent is not None
    assert (load.sent.words, load.open) == ("1/2", 1)
    with pytest.raises(Invalid, match="lý do"):
        tasks.move(boss, task, task.version, "done", "")
    tasks.move(boss, task, task.version, "done", "Đơn vị còn lại xin gửi muộn")


def test_the_kind_ships_tasks_relative_to_the_calendar(world: World) -> None:
    group, lead, _ = group_of(world)
    boss = world.user("ong.tinh")
    with pytest.raises(NotNow):
        tasks.take_templates(boss, group)
    rows = [
        {"code": "a", "title": {"vi": "Mở đầu"}, "from": "opens", "days": -3, "who": "lead"},
        {"code": "b", "title": {"vi": "Kết thúc"}, "from": "closes", "days": 1, "measure": "accepted"},
    ]
    rules = world.campaign.rules
    rules["campaign"]["group_task"] = rows
    Campaign.objects.filter(pk=world.campaign.pk).update(rules=rules)
    group = Group.objects.get(pk=group.pk)
    assert tasks.take_templates(boss, group) == 2
    first, last = Task.objects.order_by("due_on")
    assert (first.due_on, first.member) == (world.campaign.opens_on - timedelta(days=3), lead)
    assert (last.due_on, last.member) == (world.campaign.closes_on + timedelta(days=1), None)
    with pytest.raises(NotNow):
        tasks.take_templates(boss, group)


def test_who_works_in_several_campaigns_chooses_whose_group_it_is(world: World, at_the_desk: Browser) -> None:
    boss = at_the_desk("ong.tinh")
    assert "optgroup" not in boss.get("/to-cong-tac/").content.decode()
    newer = Campaign.objects.get(pk=world.campaign.pk)
    newer.pk, newer.slug, newer.name = None, "moi-hon", "Điều tra năm sau"
    newer.save(force_insert=True)
    post = Post.objects.get(user__username="ong.tinh", campaign=world.campaign)
    post.pk, post.campaign = None, newer
    post.save(force_insert=True)
    page = boss.get("/to-cong-tac/").content.decode()
    for campaign in (newer, world.campaign):
        assert f'<optgroup label="{campaign.name}">' in page
        field = {"name": f"Tổ {campaign.slug}", "area": f"{campaign.pk}:35"}
        assert boss.post("/to-cong-tac/lap/", field).status_code == 302
        assert Group.objects.get(name=f"Tổ {campaign.slug}").campaign == campaign


def test_the_screens_from_setting_up_to_done(world: World, at_the_desk: Browser) -> None:
    boss, member = at_the_desk("ong.tinh"), at_the_desk("chi.giam.sat.tinh")
    area = f"{world.campaign.pk}:35"
    for wrong in ("", "35", ":", "0:35", f"{world.campaign.pk}:", "³:35", f"{world.campaign.pk}:khong-co"):
        assert boss.post("/to-cong-tac/lap/", {"name": "Tổ", "area": wrong}).status_code == 422, wrong
    assert boss.post("/to-cong-tac/lap/", {"name": "", "area": area}).status_code == 422
    boss.post("/to-cong-tac/lap/", {"name": "Tổ thường trực", "area": area, "decision": "QĐ 107"})
    group = Group.objects.get()
    url = f"/to-cong-tac/{group.pk}/"
    wrong = boss.post(url + "them-nguoi/", {"username": "ai.do", "capacity": "member"})
    assert wrong.status_code == 422
    assert "ai.do" in wrong.content.decode()
    boss.post(url + "them-nguoi/", {"username": "chi.giam.sat.tinh", "capacity": "member"})
    person = Member.objects.get()
    boss.post(f"/to-cong-tac/nguoi/{person.pk}/giao/", {"area": "347", "codes": "SNV"})
    assert Charge.objects.count() == 2
    assert boss.post(url + "them-viec/", {"title": "Họp", "due_on": "hôm nay"}).status_code == 422
    due = f"{timezone.localdate() - timedelta(days=1)}"
    boss.post(url + "them-viec/", {"title": "Họp báo", "due_on": due, "member": f"{person.pk}"})
    task = Task.objects.get()
    assert "Họp báo" in member.get("/viec-cua-toi/").content.decode()
    assert "việc của tổ công tác giao cho bạn" in member.get("/").content.decode()
    board = boss.get(url + "?tre=1").content.decode()
    assert "Quá hạn" in board
    assert "Chị Giám Sát Tỉnh" in boss.get(url + "nguoi/").content.decode()
    page = f"/to-cong-tac/viec/{task.pk}/"
    member.post(page + "ghi/", {"version": "1", "state": "done", "note": "Đã họp ngày 20"})
    assert "Đã họp ngày 20" in boss.get(page).content.decode()
    assert at_the_desk("nguoi.la").get(page).status_code == 404
    assert at_the_desk("don.vi").get(url).status_code == 404
