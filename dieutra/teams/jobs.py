"""What the bell says of tasks: one was given, its day is near, its day is past. Each is said once."""

from __future__ import annotations

from django.utils import timezone

from dieutra.jobs.actions import beat, job
from dieutra.jobs.models import Job
from dieutra.messages.models import Channel
from dieutra.messages.single import put
from dieutra.people.models import User
from dieutra.teams.actions import eligible
from dieutra.teams.models import OPEN, Capacity, Task
from dieutra.teams.queries import to_remind


@job("teams.tell_given")
def tell_given(work: Job) -> None:
    task = Task.objects.select_related("group__campaign", "member__user").get(pk=work.payload["task"])
    if task.member is not None and task.state in OPEN:
        words = f"Bạn được giao việc “{task.title}”, hạn {task.due_on:%d/%m/%Y}."
        _say(task, task.member.user, "Việc mới của tổ công tác", words, f"given|{work.key}")


@job("teams.tell_due")
def tell_due(work: Job) -> None:
    """Run as often as one likes: the key of a notice names the task, its day and what is said."""
    today = timezone.localdate()
    for number, task in enumerate(to_remind()):
        beat(work, done=number)
        if task.member is None:
            continue
        if task.due_on >= today:
            words = f"Việc “{task.title}” đến hạn ngày {task.due_on:%d/%m/%Y}."
            _say(task, task.member.user, "Việc sắp đến hạn", words, f"soon|{task.due_on}")
            continue
        words = f"Việc “{task.title}” đã quá hạn ngày {task.due_on:%d/%m/%Y}."
        _say(task, task.member.user, "Việc quá hạn", words, f"late|{task.due_on}")
        who = f"{words[:-1]}, người làm: {task.member.user.full_name}."
        for lead in task.group.members.filter(capacity=Capacity.LEAD, ended_at__isnull=True):
            if lead.user_id != task.member.user_id:
                _say(task, lead.user, "Việc của tổ quá hạn", who, f"late|{task.due_on}")


def _say(task: Task, user: User, subject: str, words: str, occasion: str) -> None:
    """Nothing for somebody who no longer has a post from which she could read it."""
    post = eligible(task.group, user)
    if post is not None:
        key = f"task|{task.pk}|{user.pk}|{occasion}"
        link = f"/to-cong-tac/viec/{task.pk}/"
        put(post, Channel.NOTICE, "task", key, (subject, words), link=link, obligatory=True)
