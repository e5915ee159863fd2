"""Published questionnaires."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.engine.forms.channels import CHANNELS, Refusals
from dieutra.engine.forms.errors import FormProblem


class FormVersion(models.Model):
    """One version of a questionnaire, compiled when it was published and never changed after."""

    form_id = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=255)
    workbook = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    xform = models.TextField()
    model = models.JSONField()
    refused = models.JSONField(default=dict)  # channel -> what keeps the form from it, as FormProblems
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form_id", "version"], name="form_version_once")]

    def __str__(self) -> str:
        return f"{self.form_id} {self.version}"

    @property
    def channels(self) -> tuple[str, ...]:
        """The ways in that can carry every question."""
        return tuple(name for name in CHANNELS if not self.refused.get(name))

    @property
    def refusals(self) -> Refusals:
        """Why it is not on the other ways."""
        return {name: tuple(FormProblem(**each) for each in found) for name, found in self.refused.items()}


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


class UploadedList(models.Model):
    """A CSV or XML list that came with a workbook that was put up."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="lists")
    name = models.CharField(max_length=120)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "name"], name="uploaded_list_once")]

    def __str__(self) -> str:
        return self.name
