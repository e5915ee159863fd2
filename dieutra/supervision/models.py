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
