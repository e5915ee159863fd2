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
