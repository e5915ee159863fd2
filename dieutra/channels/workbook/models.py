"""Workbooks on their way in and out by the hundred: batches that came back, and archives to hand out."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class Outcome(models.TextChoices):
    """What became of a file; blank while it waits."""

    TAKEN = "taken", "Nhận"
    WITH_FINDINGS = "findings", "Nhận, còn lỗi"
    NOTHING_NEW = "nothing", "Không có gì mới"
    SAME = "same", "Trùng với bản đã nhận"
    REFUSED = "refused", "Từ chối"
    OPENED = "opened", "Đã mở"  # an archive, whose files have rows of their own


class Batch(models.Model):
    """Files that came back together from the units of an area."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    sent_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)  # the files themselves were removed; the report stays

    class Meta:
        indexes = [models.Index(fields=["campaign", "path"], name="batch_place")]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class BatchFile(models.Model):
    """One file of a batch and what became of it. `digest` names its bytes in the store."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="files")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="+")
    looked_at = models.DateTimeField(null=True)  # its unit was looked up
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    message = models.TextField(blank=True)
    answers = models.PositiveIntegerField(default=0)  # taken into the draft
    findings = models.PositiveIntegerField(default=0)  # of the draft afterwards
    notes = models.PositiveIntegerField(default=0)  # cells to look at
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="batch_file_once")]
        indexes = [models.Index(fields=["digest", "outcome"], name="batch_file_digest")]

    def __str__(self) -> str:
        return self.name


class CellNote(models.Model):
    """Something to look at in one cell of a file: what was written there and what to do."""

    class Kind(models.TextChoices):
        WRONG = "wrong", "Không đọc được"
        WARNED = "warned", "Nên xem lại"
        HARD = "hard", "Lỗi"
        SOFT = "soft", "Cảnh báo"
        MISSING = "missing", "Còn thiếu"

    file = models.ForeignKey(BatchFile, on_delete=models.CASCADE, related_name="cells")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    sheet = models.CharField(max_length=40)
    cell = models.CharField(max_length=12)
    written = models.CharField(max_length=200, blank=True)
    message = models.TextField()

    def __str__(self) -> str:
        return f"{self.sheet} {self.cell}"


class Archive(models.Model):
    """All workbooks of an area, made in the background and kept for a day."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["campaign", "path"], name="archive_place")]

    def __str__(self) -> str:
        return f"archive {self.pk}"
