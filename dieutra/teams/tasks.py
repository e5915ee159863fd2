"""Writes about tasks: made by hand or from the kind's list, given to a member, moved by her or by who manages the group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.team_rules import MEASURES, task_templates
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.incidents.wording import worded
from dieutra.people.models import User
from dieutra.people.permission import READ_ONLY
from dieutra.teams.actions import manages, require_manager
from dieutra.teams.models import Group, Member, Task, TaskNote, TaskState
from dieutra.teams.queries import measured

MOST_TASKS = 500


@dataclass(frozen=True)
class Given:
    """What a form says of a task; `member` is a key, 0 for nobody yet."""

    title: str
    text: str
    due_on: date | None
    member: int
    measure: str


def add(actor: User, group: Group, given: Given) -> Task:
    """A task made by hand. Raises Forbidden, Invalid."""
    require_manager(actor, group)
    fields = _checked(group, given)
    if group.tasks.count() >= MOST_TASKS:
        raise NotNow(f"Tổ đã có {MOST_TASKS} việc.")
    with transaction.atomic():
        task = Task.objects.create(group=group, made_by=actor, **fields)
        record(actor, "task.made", task)
        _tell(actor, task)
    return task


def take_templates(actor: User, group: Group) -> int:
    """The tasks of the kind's list that the group does not have yet; how many."""
    require_manager(actor, group)
    standing = set(group.tasks.exclude(code="").values_list("code", flat=True))
    made = 0
    with transaction.atomic():
        for it in task_templates(group.campaign):
            if it.code in standing:
                continue
            task, new = Task.objects.get_or_create(
                group=group,
                code=it.code,
                defaults={
                    "title": it.title, "text": it.text, "measure": it.measure,
                    "due_on": it.due_on(group.campaign), "member": _only(group, it.who), "made_by": actor,
                },
            )  # fmt: skip
            if new:
                made += 1
                record(actor, "task.made", task, code=it.code)
                _tell(actor, task)
    if not made:
        raise NotNow("Tổ đã có đủ các việc trong danh mục của cuộc điều tra.")
    return made


def change(actor: User, task: Task, version: int, given: Given) -> None:
    """Another wording, day or person."""
    require_manager(actor, task.group)
    fields = _checked(task.group, given)
    before = (task.member_id, task.due_on)
    with transaction.atomic():
        _go(task, version, **fields)
        record(actor, "task.changed", task, due_on=f"{task.due_on}")
        if (task.member_id, task.due_on) != before:
            _tell(actor, task)


def move(actor: User, task: Task, version: int, state: str, text: str) -> None:
    """Begun, done, dropped or open again: by whoever has the task, or by who manages the group.

    Only a manager drops a task. One that is called done although its figures are not whole needs a word about it.
    """
    if actor.seen_by is not None:
        raise Forbidden(READ_ONLY)
    mine = task.member is not None and task.member.user_id == actor.pk and task.member.ended_at is None
    if not (mine or manages(actor, task.group)):
        raise Forbidden("Chỉ người được giao, tổ trưởng, tổ phó và quản trị viên được ghi việc này.")
    if state not in TaskState.values or state == task.state:
        raise Invalid(
            "Hãy chọn tình trạng mới của việc.", [Problem("Tình trạng", "Chưa chọn, hoặc không đổi.")]
        )
    if state == TaskState.DROPPED and not manages(actor, task.group):
        raise Forbidden("Chỉ tổ trưởng, tổ phó và quản trị viên được thôi một việc.")
    text = worded("Ghi chú", text, 2000, may_be_blank=True)
    figures = measured(task) if state == TaskState.DONE else None
    if not text and (state == TaskState.DROPPED or (figures and figures.done < figures.total)):
        raise Invalid("Hãy ghi lý do.", [Problem("Ghi chú", _why(figures.words if figures else ""))])
    done_at = timezone.now() if state == TaskState.DONE else None
    with transaction.atomic():
        _go(task, version, state=state, done_at=done_at)
        TaskNote.objects.create(task=task, author=actor, state=state, text=text)
        record(actor, "task.moved", task, state=state)


def _why(figures: str) -> str:
    return (
        f"Số liệu mới đạt {figures}; nói rõ vì sao việc đã xong."
        if figures
        else "Nói rõ vì sao thôi việc này."
    )


def _checked(group: Group, given: Given) -> dict[str, object]:
    title = worded("Tên việc", given.title, 200)
    text = worded("Nội dung", given.text, 4000, may_be_blank=True)
    if given.due_on is None or not 2000 <= given.due_on.year <= 2200:
        raise Invalid("Hạn chưa đúng.", [Problem("Hạn", "Hãy ghi ngày, tháng, năm.")])
    if given.measure and given.measure not in MEASURES:
        raise Invalid("Hãy chọn cách đo trong danh sách.", [Problem("Đo tiến độ", "Chưa đúng")])
    member = group.members.filter(pk=given.member, ended_at__isnull=True).first() if given.member else None
    if given.member and member is None:
        raise Invalid("Người được chọn không còn trong tổ.", [Problem("Người làm", "Hãy chọn lại.")])
    return {"title": title, "text": text, "due_on": given.due_on, "member": member, "measure": given.measure}


def _only(group: Group, who: str) -> Member | None:
    found = list(group.members.filter(capacity=who, ended_at__isnull=True)[:2]) if who else []
    return found[0] if len(found) == 1 else None


def _go(task: Task, version: int, **changes: object) -> None:
    if not Task.objects.filter(pk=task.pk, version=version).update(version=version + 1, **changes):
        raise Stale(
            "Việc này vừa được người khác ghi. Thay đổi của bạn chưa được lưu; hãy tải lại trang để xem."
        )
    task.refresh_from_db()


def _tell(actor: User, task: Task) -> None:
    """The member hears of it in her bell, unless she gave it to herself."""
    if task.member is not None and task.member.user_id != actor.pk:
        record(actor, "task.given", task, member=task.member_id)
