"""Published questionnaires."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class FormVersion(models.Model):
    """One version of a questionnaire, compiled when it was published and never changed after."""

    form_id = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=255)
    workbook = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    xform = models.TextField()
    model = models.JSONField()
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form_id", "version"], name="form_version_once")]

    def __str__(self) -> str:
        return f"{self.form_id} {self.version}"


class Upload(models.Model):
    """A workbook that somebody put up to be looked at; `result` is what `examine` said of it. Published from here."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200)
    workbook = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    result = models.JSONField()
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    published = models.ForeignKey(FormVersion, on_delete=models.PROTECT, null=True, related_name="uploads")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "sha256"], name="form_upload_once")]

    def __str__(self) -> str:
        return f"{self.filename} {self.sha256[:8]}"
