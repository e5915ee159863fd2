"""Assignments: a supervisor's post, and an area or a unit that she looks after.

Supervisors of one area share it: their posts stand on the same path at the same level. As soon as one assignment stands
among them, each one's queue holds only what is assigned to her; what nobody has is shown as a gap.

Cases that the same posts have assigned share one row of Holders, and `Case.holders` names it: so a queue is a range of
an index, however many assignments made it. holding.py keeps it.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class Assignment(models.Model):
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="assignments")
    post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="assignments")
    path = PathField()  # of an area, or of one unit
    beyond = PathField()  # the end of the range of `path`, see places.paths.below
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "path"], condition=models.Q(ended_at__isnull=True), name="assignment_once"
            )
        ]
        indexes = [models.Index(fields=["campaign", "path"], name="assignment_place")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.path}"


class Holders(models.Model):
    """A set of supervisors' posts that have the same cases assigned, of all levels; never changed, only added."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)  # a digest of the posts' numbers
    posts = models.ManyToManyField("people.Post", related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="holders_once")]

    def __str__(self) -> str:
        return f"holders {self.pk}"


class BulkApproval(models.Model):
    """One order to approve all forms without findings that a filter of the queue left, and how far it is."""

    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    wish = models.CharField(max_length=200)  # the filter in words
    total = models.PositiveIntegerField()
    stopped_at = models.DateTimeField(null=True)  # by the person: what is left is not approved
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["by"], condition=models.Q(ended_at__isnull=True), name="bulk_approval_once"
            )
        ]

    def __str__(self) -> str:
        return f"bulk approval {self.pk}"


class BulkItem(models.Model):
    """A form of such an order, as it stood when it was asked for: it is approved in this version or not at all."""

    class Outcome(models.TextChoices):
        WAITING = "", "Chưa tới lượt"
        APPROVED = "approved", "Đã duyệt"
        SKIPPED = "skipped", "Bỏ qua"

    order = models.ForeignKey(BulkApproval, on_delete=models.CASCADE, related_name="items")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "case"], name="bulk_item_once")]
        indexes = [models.Index(fields=["order", "outcome", "id"], name="bulk_item_left")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.case_id}"


class Ratio(models.Model):
    """A ratio of the quota rule that no document states, as somebody set it for a place and all below; the latest holds."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    level = models.PositiveSmallIntegerField("cấp của quy tắc")
    each = models.PositiveSmallIntegerField()
    set_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["campaign", "level", "path"], name="ratio_place")]

    def __str__(self) -> str:
        return f"{self.path} {self.each}"
