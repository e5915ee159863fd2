"""Runs of the signals with what they found, which never change, and annulments of a body's results by two people."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class SignalRun(models.Model):
    """One look at all released answers of a campaign. Triggers let nobody change it or its flags."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="signal_runs")
    occasion = models.CharField(max_length=60, blank=True)  # of the job; a job run twice makes one
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    answers = models.PositiveIntegerField()
    thresholds = models.JSONField()
    hours = models.JSONField()  # by survey: how many answers came in each of the 24 hours of the day
    digest = models.CharField(max_length=64)  # SHA-256 of all that was found; the event has it too

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "occasion"],
                condition=~models.Q(occasion=""),
                name="signal_run_once_per_job",
            )
        ]

    def __str__(self) -> str:
        return f"signal run {self.pk}"


class Flag(models.Model):
    """What a run found about one body in one survey. `findings` are those of engine/signals/finding.py as JSON."""

    class Level(models.TextChoices):
        NONE = "", "Không có"
        LOOK = "look", "Xem"
        SUSPECT = "suspect", "Nghi"
        CLEAR = "clear", "Rõ"

    run = models.ForeignKey(SignalRun, on_delete=models.PROTECT, related_name="flags")
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()
    level = models.CharField(max_length=8, choices=Level.choices, blank=True)
    rank = models.PositiveSmallIntegerField()  # 0 nothing … 3 clear
    score = models.PositiveSmallIntegerField()  # the most of its signals
    why = models.CharField(max_length=300)
    answers = models.PositiveIntegerField()
    findings = models.JSONField()
    hours = models.JSONField()  # answers in each of the 24 hours of the day

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "survey", "path"], name="flag_once")]
        indexes = [models.Index(fields=["run", "-rank", "-score"], name="flag_order")]

    def __str__(self) -> str:
        return f"flag {self.pk}"


class Gate(models.Model):
    """Per survey: closed when its index is published. `version` grows whenever an annulment begins or ceases to count."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "survey"], name="gate_once")]

    def __str__(self) -> str:
        return f"gate {self.campaign_id} {self.survey}"


class Annulment(models.Model):
    """That the whole result of a body in a survey does not count: proposed by one person, counted once another confirms."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Chờ người thứ hai"
        WITHDRAWN = "withdrawn", "Đã rút"
        DECLINED = "declined", "Không đồng ý"
        STANDING = "standing", "Đã hủy kết quả"
        REVERSED = "reversed", "Đã khôi phục"

    OPEN = (State.PROPOSED, State.STANDING)

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="annulments")
    survey = models.CharField(max_length=40)
    path = PathField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    flags = models.ManyToManyField(Flag, related_name="annulments")
    reason = models.TextField()
    proposed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)  # why it was declined

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "survey", "path"],
                condition=models.Q(state__in=["proposed", "standing"]),
                name="annulment_open_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["standing", "reversed"])
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("proposed_by"))),
                name="annulment_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"annulment {self.pk}"


class Reversal(models.Model):
    """That an annulment does not stand any more: again proposed by one person and confirmed by another."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Chờ người thứ hai"
        WITHDRAWN = "withdrawn", "Đã rút"
        DECLINED = "declined", "Không đồng ý"
        CONFIRMED = "confirmed", "Đã khôi phục"

    annulment = models.ForeignKey(Annulment, on_delete=models.PROTECT, related_name="reversals")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    reason = models.TextField()
    proposed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["annulment"], condition=models.Q(state="proposed"), name="reversal_open_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed")
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("proposed_by"))),
                name="reversal_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"reversal {self.pk}"
