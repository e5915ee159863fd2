"""Questions with their thread and files, the FAQ, security incidents and their append-only log."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.people.models import Role
from dieutra.places.paths import PathField


class Question(models.Model):
    """A question on its way: `role` and `level` name the desk where it lies now, `due_at` until when it may lie there."""

    class State(models.TextChoices):
        OPEN = "open", "Chờ trả lời"
        ANSWERED = "answered", "Đã trả lời"
        CLOSED = "closed", "Đã đóng"

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="questions")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="questions")
    place = models.CharField(
        max_length=400, blank=True
    )  # a place of the form, rows left out; blank: in general
    place_words = models.CharField(max_length=300, blank=True)
    topic = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    asker = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="questions")
    asker_role = models.CharField(max_length=8, choices=Role.choices)
    asker_level = models.PositiveSmallIntegerField()
    path = PathField()  # the asker's
    role = models.CharField(max_length=8, choices=Role.choices)
    level = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()  # open: to be answered; answered: closes by itself
    overdue = models.BooleanField(default=False)  # the last desk let its time pass, too
    escalations = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    satisfaction = models.PositiveSmallIntegerField(null=True)
    satisfaction_words = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["campaign", "state", "role", "level", "path"], name="question_desk"),
            models.Index(fields=["state", "due_at"], name="question_due"),
            models.Index(fields=["asker", "-asked_at"], name="question_asker"),
        ]

    def __str__(self) -> str:
        return f"question {self.pk}"


class Turn(models.Model):
    """One line of a question's thread; never changed after."""

    class Sort(models.TextChoices):
        ASKED = "asked", "Câu hỏi"
        ADDED = "added", "Hỏi thêm"
        ANSWERED = "answered", "Trả lời"
        TRANSFERRED = "transferred", "Chuyển"
        ESCALATED = "escalated", "Tự chuyển lên cấp trên"
        OVERDUE = "overdue", "Quá hạn ở cấp cuối"
        CLOSED = "closed", "Đóng"
        REOPENED = "reopened", "Mở lại"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="turns")
    sort = models.CharField(max_length=12, choices=Sort.choices)
    author = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    author_role = models.CharField(max_length=8, blank=True)
    text = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.question_id} {self.sort}"


class TurnFile(models.Model):
    """A file that came with a line; its content lies in the folder of files under its digest."""

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class FaqEntry(models.Model):
    """A question with its answer for everybody at or below `path`, written anew without personal data."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="faq")
    path = PathField()  # the publisher's: a district's answer is for its district, the centre's for all
    source = models.ForeignKey(Question, on_delete=models.SET_NULL, null=True, related_name="entries")
    topic = models.CharField(max_length=40)
    place = models.CharField(max_length=400, blank=True)
    place_words = models.CharField(max_length=300, blank=True)
    question = models.TextField()
    answer = models.TextField()
    search_key = models.TextField()
    published_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["campaign", "path"], name="faq_place")]

    def __str__(self) -> str:
        return self.question[:60]


class Incident(models.Model):
    """A security incident: how grave, what became of it, its closing report. Told to the centre's administrators only."""

    class Severity(models.IntegerChoices):
        LOW = 1, "Thấp"
        MEDIUM = 2, "Trung bình"
        HIGH = 3, "Cao"
        CRITICAL = 4, "Nghiêm trọng"

    class State(models.TextChoices):
        OPEN = "open", "Đang xử lý"
        CONTAINED = "contained", "Đã ngăn chặn"
        CLOSED = "closed", "Đã đóng"

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="incidents")
    title = models.CharField(max_length=200)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    found_at = models.DateTimeField()
    registered_at = models.DateTimeField(default=timezone.now)
    registered_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    contained_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cause = models.TextField(blank=True)
    harm = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    lessons = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["campaign", "state", "-severity"], name="incident_standing")]

    def __str__(self) -> str:
        return f"incident {self.pk}"

    @property
    def path(self) -> str:
        return self.campaign.path


class LogLine(models.Model):
    """One line of an incident's response log; database triggers let nobody change or remove it.

    `happened_at` is when it was done, `written_at` when it was written down. `told`: who was told, of a line of that sort.
    """

    class Sort(models.TextChoices):
        REGISTERED = "registered", "Ghi nhận"
        DONE = "done", "Đã làm"
        TOLD = "told", "Thông báo"
        SEVERITY = "severity", "Đổi mức độ"
        CONTAINED = "contained", "Ngăn chặn"
        CLOSED = "closed", "Báo cáo kết thúc"
        REOPENED = "reopened", "Mở lại"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="lines")
    sort = models.CharField(max_length=12, choices=Sort.choices)
    text = models.TextField()
    told = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    written_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.incident_id} {self.sort}"
