"""Assignments: a supervisor's post, and an area or a unit that she looks after.

Supervisors of one area share it: their posts stand on the same path at the same level. As soon as one assignment stands
among them, each one's queue holds only what is assigned to her; what nobody has is shown as a gap.
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
