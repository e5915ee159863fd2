"""Criteria of a survey, what bodies give themselves and the centre finds, reckonings, and what was published."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.campaigns.ordered import OrderedJSON
from dieutra.campaigns.score_rules import ScoreRules
from dieutra.places.paths import PathField


class Scheme(models.Model):
    """The criteria and rules by which a survey's index is computed, as they stood when they were taken from the kind."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()
    version = models.PositiveIntegerField(default=1)
    rules = OrderedJSON()
    criteria = models.TextField()
    questions = models.JSONField()
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField(default=timezone.now)
    taken_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "survey"], name="scheme_once")]

    def __str__(self) -> str:
        return f"scheme {self.pk}"

    @property
    def read(self) -> ScoreRules:
        return ScoreRules(self.survey, self.rules, self.criteria, tuple(self.questions))


class Assessment(models.Model):
    """What one body says of itself for one survey, and what became of it. `version` grows with every change."""

    class State(models.TextChoices):
        OPEN = "open", "Đang tự chấm"
        SENT = "sent", "Đã gửi, chờ thẩm định"
        RETURNED = "returned", "Trả lại, cần bổ sung"
        VERIFIED = "verified", "Đã thẩm định"

    CHANGING = (State.OPEN, State.RETURNED)
    ROUNDS = 2  # the first sending, and one more after a return

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    sendings = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)  # of the last return, or of taking it up again

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "survey", "path"], name="assessment_place_once")
        ]

    def __str__(self) -> str:
        return f"assessment {self.pk}"


class Mark(models.Model):
    """Points of one criterion: the body's own with what it says of them, and the centre's with its reason."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="marks")
    code = models.CharField(max_length=20)
    own = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    note = models.TextField(blank=True)
    link = models.CharField(max_length=500, blank=True)
    verified = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    reason = models.TextField(blank=True)
    verified_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "code"], name="mark_once")]

    def __str__(self) -> str:
        return f"mark {self.pk}"


class Evidence(models.Model):
    """A file that shows why a body gave itself its points; its content lies in the folder of files under its digest."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="evidence")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"evidence {self.pk}"


class Sending(models.Model):
    """A self-assessment as it was sent, never changed: marks and digests of files by code."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="sent")
    number = models.PositiveSmallIntegerField()
    facts = models.JSONField()
    sha256 = models.CharField(max_length=64)
    sent_at = models.DateTimeField(default=timezone.now)
    sent_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "number"], name="sending_once")]

    def __str__(self) -> str:
        return f"sending {self.pk}"


class Former(models.Model):
    """The published index of another year, to compare with: by code of the body."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()
    year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=300)
    rows = models.JSONField()  # code -> {"points": "89.58", "rank": 3 or null, "domains": {"1": "9.10"}}
    taken_at = models.DateTimeField(default=timezone.now)
    taken_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "survey"], name="former_once")]

    def __str__(self) -> str:
        return f"former {self.pk}"


class Reckoning(models.Model):
    """One computation of a survey's index, in the background: asked for, and then `figures`, which never change."""

    class State(models.TextChoices):
        ASKED = "asked", "Đang tính"
        DONE = "done", "Đã tính"
        REFUSED = "refused", "Không tính được"

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    figures = OrderedJSON(null=True)
    given = models.CharField(max_length=64, blank=True)  # digest of what it was computed from
    note = models.TextField(blank=True)  # why it was refused

    class Meta:
        indexes = [models.Index(fields=["campaign", "survey", "-asked_at"], name="reckoning_place")]

    def __str__(self) -> str:
        return f"reckoning {self.pk}"


class Publication(models.Model):
    """A published version; `content` are the bytes that `sha256` is of. Triggers refuse any change."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()
    number = models.PositiveSmallIntegerField()
    reckoning = models.OneToOneField(Reckoning, on_delete=models.PROTECT, related_name="publication")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    reason = models.TextField(blank=True)  # why a correction was needed
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "survey", "number"], name="publication_once")
        ]

    def __str__(self) -> str:
        return f"publication {self.pk}"


class PublishedFile(models.Model):
    """A file drawn from a publication: `bang.xlsx`, `bao-cao.pdf`, `01.pdf`; its content lies in the folder of files."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=80)
    content_type = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publication", "name"], name="published_file_once")]

    def __str__(self) -> str:
        return f"published file {self.pk}"
