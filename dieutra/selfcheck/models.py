"""Runs of the self-check, and what people answered where the software cannot look. Triggers let nobody change a row."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Run(models.Model):
    """One self-check as it was. `digest` is the SHA-256 of the JSON file, which holds all of `facts`."""

    occasion = models.CharField(max_length=60, blank=True)  # of the job; a job run twice makes one
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.CharField(max_length=40)
    facts = models.JSONField()
    digest = models.CharField(max_length=64)
    pdf_digest = models.CharField(max_length=64)
    passed = models.PositiveSmallIntegerField()
    failed = models.PositiveSmallIntegerField()
    waiting = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["occasion"], condition=~models.Q(occasion=""), name="run_once_per_job"
            )
        ]

    def __str__(self) -> str:
        return f"self-check {self.pk}"


class Answer(models.Model):
    """What a person says of a line that needs one, with a note and maybe a file."""

    class Result(models.TextChoices):
        PASS = "pass", "Đạt"
        FAIL = "fail", "Không đạt"
        NOT_APPLICABLE = "na", "Không áp dụng"

    code = models.CharField(max_length=40)
    result = models.CharField(max_length=4, choices=Result.choices)
    note = models.TextField()
    file_name = models.CharField(max_length=120, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_type = models.CharField(max_length=100, blank=True)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["code", "-at"], name="answer_latest")]

    def __str__(self) -> str:
        return f"{self.code} {self.result}"


class Verdict(models.Model):
    """What a second person, of another role, says to an answer; only then does it count."""

    answer = models.OneToOneField(Answer, on_delete=models.PROTECT, related_name="verdict")
    agrees = models.BooleanField()
    note = models.TextField(blank=True)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.answer_id} {self.agrees}"
