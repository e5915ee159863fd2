"""A report that was made: its figures as they stood, and the files that were drawn from them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class Report(models.Model):
    """`facts` is the whole report as `sheet.Sheet.to_json` spells it; a report is never computed again."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="reports")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    shape = models.CharField(max_length=20)
    since = models.DateTimeField()
    until = models.DateTimeField()
    rule = models.CharField(max_length=60, blank=True)  # the cut-off that asked for it; blank: a person
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=200)
    facts = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "path", "rule", "until"],
                condition=~models.Q(rule=""),
                name="report_once_per_cut_off",
            )
        ]
        indexes = [models.Index(fields=["campaign", "path", "-until"], name="report_place")]

    def __str__(self) -> str:
        return f"{self.shape} {self.path} {self.until:%Y-%m-%d %H:%M}"


class ReportFile(models.Model):
    """A drawn report; its content lies in the folder of files under its digest."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files")
    format = models.CharField(max_length=5)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "format"], name="report_file_once")]

    def __str__(self) -> str:
        return f"{self.report_id}.{self.format}"
