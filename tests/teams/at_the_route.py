"""For the permission matrix: a group with a leader, a member and a task, and a route's address with good fields."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from dieutra.teams import actions, tasks
from dieutra.teams.models import Charge
from tests.cast import World


def at_the_route(route: str, world: World) -> tuple[str, dict[str, str]]:
    if route == "team_set_up":
        return reverse(route), {"name": "Tổ giúp việc", "area": f"{world.campaign.pk}:35"}
    boss, due = world.user("ong.tinh"), timezone.localdate() + timedelta(days=3)
    group = actions.set_up(boss, world.campaign, "VN/35/", "Tổ công tác", "")
    actions.add_member(boss, group, "bac.ban.chi.dao", "lead", "")
    member = actions.add_member(boss, group, "chi.giam.sat.tinh", "member", "")
    actions.give_charge(boss, member, ["347"])
    task = tasks.add(boss, group, tasks.Given("Họp báo", "", due, member.pk, ""))
    fields = {
        "username": "anh.giam.sat", "capacity": "assistant", "codes": "349", "title": "Họp", "due_on": f"{due}",
        "version": "1", "state": "done",
    }  # fmt: skip
    about = {
        "team_member_end": member.pk,
        "team_charge_give": member.pk,
        "team_charge_take": Charge.objects.get().pk,
    }
    about |= {"team_task_change": task.pk, "team_task_move": task.pk}
    return reverse(route, args=[about.get(route, group.pk)]), fields
