"""A working group at an area, its members, the areas and units that each is in charge of, and its tasks."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class Group(models.Model):
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="groups")
    path = PathField()  # of the area that it works for
    name = models.CharField("tên tổ", max_length=200)
    decision = models.CharField("quyết định thành lập", max_length=200, blank=True)
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "path", "name"], name="group_once")]

    def __str__(self) -> str:
        return self.name


class Capacity(models.TextChoices):
    LEAD = "lead", "Tổ trưởng"
    DEPUTY = "deputy", "Tổ phó"
    MEMBER = "member", "Tổ viên"
    ASSISTANT = "assistant", "Chuyên viên giúp việc"


class Member(models.Model):
    """A person of a group. Who left stays as a row, so that what she did keeps its name."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="memberships")
    capacity = models.CharField("chức danh", max_length=10, choices=Capacity.choices)
    duty = models.CharField("phần việc", max_length=300, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user"], condition=models.Q(ended_at__isnull=True), name="member_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.user_id}"

    @property
    def path(self) -> str:
        return self.group.path

    @property
    def campaign_id(self) -> int:
        return self.group.campaign_id


class Charge(models.Model):
    """An area, or one unit, that a member is in charge of."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="charges")
    path = PathField()
    name = models.CharField(max_length=250)  # as it was called when it was given
    given_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "path"], condition=models.Q(ended_at__isnull=True), name="charge_once"
            )
        ]

    def __str__(self) -> str:
        return self.path


class TaskState(models.TextChoices):
    TODO = "todo", "Chưa làm"
    DOING = "doing", "Đang làm"
    DONE = "done", "Đã xong"
    DROPPED = "dropped", "Thôi làm"


OPEN = (TaskState.TODO.value, TaskState.DOING.value)


class Task(models.Model):
    """What somebody of the group must do by a day. `measure`: where its progress is read; blank: a person says it."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="tasks")
    code = models.CharField(max_length=60, blank=True)  # of the kind's list; blank: made by hand
    title = models.CharField("tên việc", max_length=200)
    text = models.TextField("nội dung", blank=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="tasks")
    due_on = models.DateField("hạn")
    measure = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=8, choices=TaskState.choices, default=TaskState.TODO)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "code"], condition=~models.Q(code=""), name="task_of_the_kind_once"
            )
        ]
        indexes = [
            models.Index(fields=["member", "state", "due_on"], name="task_member"),
            models.Index(fields=["state", "due_on"], name="task_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> str:
        return self.group.path

    @property
    def campaign_id(self) -> int:
        return self.group.campaign_id

    @property
    def late(self) -> bool:
        return self.state in OPEN and self.due_on < timezone.localdate()


class TaskNote(models.Model):
    """What was said when a task moved; never changed after."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=TaskState.choices)
    text = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.task_id} {self.state}"
