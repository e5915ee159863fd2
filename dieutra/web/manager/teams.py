"""The working group: one's own tasks, the board, each person's load, and one task with what was said about it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.campaigns.queries import campaigns_of
from dieutra.campaigns.team_rules import MEASURES, group_name, task_templates
from dieutra.engine.refusals import Invalid, NotNow, Problem, Refusal, Stale
from dieutra.people.models import User
from dieutra.places.models import Area
from dieutra.teams import actions, queries, tasks
from dieutra.teams.models import OPEN, Capacity, Charge, Group, Member, Task, TaskState
from dieutra.web.requests import signed_in, whole_number


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    found = [(it, queries.measured(it)) for it in queries.my_tasks(signed_in(request))[:200]]
    return render(request, "teams/mine.html", {"tasks": found})


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    return _list(request, signed_in(request))


def _list(request: HttpRequest, user: User, refusal: Refusal | None = None) -> HttpResponse:
    own = queries.own_areas(user)
    names = {group_name(campaign) for campaign, _ in own}
    context: dict[str, Any] = {
        "groups": queries.groups_of(user),
        "mine": queries.my_tasks(user).count(),
        "own": own,
        "name": request.POST.get("name") or (names.pop() if len(names) == 1 else ""),
        "given": request.POST,
        **_said(refusal),
    }
    return render(request, "teams/list.html", context, status=refusal.status if refusal else 200)


def _said(refusal: Refusal | None) -> dict[str, Any]:
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    return {"refused": refusal.message if refusal else "", "problems": problems}


@login_required
@require_POST
def set_up(request: HttpRequest) -> HttpResponse:
    user, given = signed_in(request), request.POST
    number, _, code = given.get("area", "").partition(":")
    campaign = campaigns_of(user).filter(pk=whole_number(number)).first()
    area = Area.objects.filter(catalogue_id=campaign.catalogue_id, code=code).first() if campaign else None
    try:
        if campaign is None or area is None:
            raise Invalid("Hãy chọn địa bàn của tổ.", [Problem("Địa bàn", "Chưa chọn")])
        group = actions.set_up(user, campaign, area.path, given.get("name", ""), given.get("decision", ""))
    except (Invalid, NotNow) as refusal:
        return _list(request, user, refusal)
    messages.success(request, f"Đã lập “{group.name}”. Hãy thêm người vào tổ.")
    return redirect("team_people", group.pk)


def _group(request: HttpRequest, pk: int) -> tuple[User, Group]:
    user = signed_in(request)
    return user, get_object_or_404(queries.groups_of(user), pk=pk)


def _about(user: User, group: Group) -> dict[str, Any]:
    area = Area.objects.filter(catalogue_id=group.campaign.catalogue_id, path=group.path).first()
    return {"group": group, "area": area, "manages": actions.manages(user, group)}


@login_required
@require_safe
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """All tasks by state; `nguoi` narrows to one person, `tre` to what is late."""
    user, group = _group(request, pk)
    found = queries.tasks_of(group)
    person = whole_number(request.GET.get("nguoi", ""), otherwise=0)
    if person:
        found = found.filter(member=person)
    shown = [it for it in found if it.late] if request.GET.get("tre") else list(found)
    columns = [
        (state, label, [(it, queries.measured(it)) for it in shown if it.state == state])
        for state, label in TaskState.choices
    ]
    standing = set(group.tasks.exclude(code="").values_list("code", flat=True))
    context = {
        **_about(user, group),
        "columns": columns,
        "late": sum(it.late for it in found),
        "only_late": bool(request.GET.get("tre")),
        "person": person,
        "members": group.members.filter(ended_at__isnull=True).select_related("user"),
        "templates": sum(it.code not in standing for it in task_templates(group.campaign)),
    }
    return render(request, "teams/board.html", context)


@login_required
@require_safe
def people(request: HttpRequest, pk: int) -> HttpResponse:
    user, group = _group(request, pk)
    return _people(request, user, group)


def _people(request: HttpRequest, user: User, group: Group, refusal: Refusal | None = None) -> HttpResponse:
    area = _about(user, group)["area"]
    context = {
        **_about(user, group),
        "loads": queries.loads(group),
        "capacities": Capacity.choices,
        "below": Area.objects.filter(parent=area).order_by("sort_key") if area else (),
        "charges": Charge.objects.filter(member__group=group, ended_at__isnull=True).order_by("path"),
        "given": request.POST,
        **_said(refusal),
    }
    return render(request, "teams/people.html", context, status=refusal.status if refusal else 200)


@login_required
@require_POST
def member_add(request: HttpRequest, pk: int) -> HttpResponse:
    user, group = _group(request, pk)
    given = request.POST
    try:
        member = actions.add_member(
            user, group, given.get("username", ""), given.get("capacity", ""), given.get("duty", "")
        )
    except (Invalid, NotNow) as refusal:
        return _people(request, user, group, refusal)
    messages.success(request, f"Đã thêm {member.user.full_name} vào tổ.")
    return redirect("team_people", pk)


def _member(request: HttpRequest, pk: int) -> tuple[User, Member]:
    user = signed_in(request)
    found = Member.objects.filter(group__in=queries.groups_of(user)).select_related("group__campaign", "user")
    return user, get_object_or_404(found, pk=pk)


@login_required
@require_POST
def member_end(request: HttpRequest, pk: int) -> HttpResponse:
    user, member = _member(request, pk)
    try:
        left = actions.let_go(user, member)
    except NotNow as refusal:
        return _people(request, user, member.group, refusal)
    words = f" {left} việc chưa xong cần giao cho người khác." if left else ""
    messages.success(request, f"{member.user.full_name} đã rời tổ.{words}")
    return redirect("team_people", member.group_id)


@login_required
@require_POST
def charge_give(request: HttpRequest, pk: int) -> HttpResponse:
    """Ticked areas, and codes of areas or units written one to a line."""
    user, member = _member(request, pk)
    codes = [*request.POST.getlist("area"), *request.POST.get("codes", "").replace(",", "\n").splitlines()]
    try:
        done = actions.give_charge(user, member, codes[:2000])
    except (Invalid, NotNow) as refusal:
        return _people(request, user, member.group, refusal)
    messages.success(request, f"Đã giao thêm {done} địa bàn, đơn vị cho {member.user.full_name}.")
    return redirect("team_people", member.group_id)


@login_required
@require_POST
def charge_take(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = Charge.objects.filter(member__group__in=queries.groups_of(user))
    charge = get_object_or_404(found.select_related("member__group__campaign", "member__user"), pk=pk)
    try:
        actions.take_charge(user, charge)
    except NotNow as refusal:
        return _people(request, user, charge.member.group, refusal)
    messages.success(request, f"{charge.member.user.full_name} thôi phụ trách {charge.name}.")
    return redirect("team_people", charge.member.group_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def task_add(request: HttpRequest, pk: int) -> HttpResponse:
    user, group = _group(request, pk)
    actions.require_manager(user, group)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            task = tasks.add(user, group, _given(request))
        except (Invalid, NotNow) as said:
            refusal = said
        else:
            messages.success(request, f"Đã thêm việc “{task.title}”.")
            return redirect("team", pk)
    context = {**_about(user, group), **_choices(group), "given": request.POST, **_said(refusal)}
    return render(request, "teams/task_add.html", context, status=refusal.status if refusal else 200)


def _choices(group: Group) -> dict[str, Any]:
    members = group.members.filter(ended_at__isnull=True).select_related("user").order_by("user__search_key")
    return {"members": members, "measures": MEASURES.items()}


def _given(request: HttpRequest) -> tasks.Given:
    given = request.POST
    try:
        due_on = date.fromisoformat(given.get("due_on", ""))
    except ValueError:
        due_on = None
    member = whole_number(given.get("member", ""), otherwise=0)
    return tasks.Given(
        given.get("title", ""), given.get("text", ""), due_on, member, given.get("measure", "")
    )


@login_required
@require_POST
def take_templates(request: HttpRequest, pk: int) -> HttpResponse:
    user, group = _group(request, pk)
    try:
        made = tasks.take_templates(user, group)
    except NotNow as refusal:
        messages.info(request, refusal.message)
    else:
        messages.success(request, f"Đã thêm {made} việc theo danh mục của cuộc điều tra. Hãy giao người làm.")
    return redirect("team", pk)


def _task(request: HttpRequest, pk: int) -> tuple[User, Task]:
    user = signed_in(request)
    found = Task.objects.filter(group__in=queries.groups_of(user))
    return user, get_object_or_404(found.select_related("group__campaign", "member__user", "made_by"), pk=pk)


@login_required
@require_safe
def task(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = _task(request, pk)
    return _task_page(request, user, found)


def _task_page(request: HttpRequest, user: User, found: Task, refusal: Refusal | None = None) -> HttpResponse:
    about = _about(user, found.group)
    mine = found.member is not None and found.member.user_id == user.pk
    moves = [(state, label) for state, label in TaskState.choices if state != found.state]
    context = {
        **about,
        **_choices(found.group),
        "task": found,
        "measured": queries.measured(found),
        "measure_words": MEASURES.get(found.measure, ""),
        "notes": found.notes.select_related("author").order_by("at", "pk"),
        "moves": [it for it in moves if it[0] != TaskState.DROPPED or about["manages"]],
        "mine": mine,
        "open": found.state in OPEN,
        "given": request.POST,
        **_said(refusal),
    }
    return render(request, "teams/task.html", context, status=refusal.status if refusal else 200)


@login_required
@require_POST
def task_change(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = _task(request, pk)
    version = whole_number(request.POST.get("version", ""))
    try:
        tasks.change(user, found, version, _given(request))
    except (Invalid, NotNow, Stale) as refusal:
        return _task_page(request, user, _task(request, pk)[1], refusal)
    messages.success(request, "Đã lưu việc.")
    return redirect("team_task", pk)


@login_required
@require_POST
def task_move(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = _task(request, pk)
    version, given = whole_number(request.POST.get("version", "")), request.POST
    try:
        tasks.move(user, found, version, given.get("state", ""), given.get("note", ""))
    except (Invalid, NotNow, Stale) as refusal:
        return _task_page(request, user, _task(request, pk)[1], refusal)
    messages.success(request, f"Đã ghi: {found.get_state_display().lower()}.")
    return redirect("team_task", pk)


urlpatterns = [
    path("viec-cua-toi/", mine, name="my_tasks"),
    path("to-cong-tac/", listed, name="teams"),
    path("to-cong-tac/lap/", set_up, name="team_set_up"),
    path("to-cong-tac/<int:pk>/", board, name="team"),
    path("to-cong-tac/<int:pk>/nguoi/", people, name="team_people"),
    path("to-cong-tac/<int:pk>/them-nguoi/", member_add, name="team_member_add"),
    path("to-cong-tac/nguoi/<int:pk>/roi/", member_end, name="team_member_end"),
    path("to-cong-tac/nguoi/<int:pk>/giao/", charge_give, name="team_charge_give"),
    path("to-cong-tac/phan-viec/<int:pk>/thoi/", charge_take, name="team_charge_take"),
    path("to-cong-tac/<int:pk>/them-viec/", task_add, name="team_task_add"),
    path("to-cong-tac/<int:pk>/danh-muc/", take_templates, name="team_templates"),
    path("to-cong-tac/viec/<int:pk>/", task, name="team_task"),
    path("to-cong-tac/viec/<int:pk>/sua/", task_change, name="team_task_change"),
    path("to-cong-tac/viec/<int:pk>/ghi/", task_move, name="team_task_move"),
]
