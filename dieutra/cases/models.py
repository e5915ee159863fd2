"""Cases, drafts, responses, findings, comments, files, submissions of ODK Collect and the tally."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class State(models.TextChoices):
    NEW = "new", "Chưa nhập"
    DRAFT = "draft", "Đang nhập"
    SUBMITTED = "submitted", "Đã gửi"
    IN_REVIEW = "in_review", "Cấp dưới đã duyệt"
    RETURNED = "returned", "Trả lại"
    ACCEPTED = "accepted", "Đã duyệt"


READ_BY_QUEUE = ("due_on", "soft_count", "distance", "sendings", "changed_at")


class Case(models.Model):
    """A unit's form in a campaign: where it stands, and who must act now (`level`: the reviewing level, or 0)."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="cases")
    unit = models.OneToOneField("frames.Unit", on_delete=models.PROTECT, related_name="case")
    form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    unit_level = models.PositiveSmallIntegerField("cấp quản lý đơn vị")
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    level = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    response = models.ForeignKey("Response", on_delete=models.PROTECT, null=True, related_name="+")
    soft_count = models.PositiveSmallIntegerField(default=0)
    distance = models.PositiveSmallIntegerField(null=True)  # per cent from the last census: last_census.py
    sendings = models.PositiveSmallIntegerField(default=0)  # the number of `response`
    due_on = models.DateField()
    changed_at = models.DateTimeField(default=timezone.now)
    # which set of supervisors has it assigned, 0: nobody; no foreign key, since supervision.Holders lies above
    holders = models.PositiveIntegerField(default=0)

    class Meta:
        # a unit's path names its code; said as a constraint, each planner knows that a path leads to one row, and serves
        # ranges of paths from the same index
        constraints = [models.UniqueConstraint(fields=["campaign", "path"], name="case_place_once")]
        indexes = [
            # all that the queue filters, counts and orders by, so that it is read from an index alone:
            # once by place, once by who has the case assigned
            models.Index(
                fields=["campaign", "state", "level", "path", *READ_BY_QUEUE, "holders"], name="case_queue"
            ),
            models.Index(
                fields=["campaign", "state", "level", "holders", "path", *READ_BY_QUEUE], name="case_held"
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class Draft(models.Model):
    """What the unit is filling in. `version` grows with every save; a save names the version it started from."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="draft", primary_key=True)
    answers = models.JSONField(default=dict)
    justifications = models.JSONField(default=dict)  # "check|path" -> text
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    saved_tab = models.CharField(max_length=64, blank=True)  # the page that saved last

    def __str__(self) -> str:
        return f"draft of {self.case_id} v{self.version}"


class Response(models.Model):
    """One sent answer; never changed after."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="responses")
    form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    answers = models.JSONField()
    sent_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    receipt = models.CharField(max_length=20, unique=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="response_once")]

    def __str__(self) -> str:
        return self.receipt


class Finding(models.Model):
    """What a check found on a response, with the unit's written justification."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="findings")
    check_name = models.CharField(max_length=80)
    path = models.CharField(max_length=400)
    severity = models.CharField(max_length=4)
    message = models.TextField()
    justification = models.TextField(blank=True)
    level = models.CharField(max_length=10, blank=True)  # of a reviewers' rule, which the unit is not shown

    def __str__(self) -> str:
        return f"{self.check_name} {self.path}"


class Comment(models.Model):
    """A supervisor's remark at a place of the form; she never edits the unit's answers (Luật Thống kê, điều 10)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="comments")
    path = models.CharField(max_length=400, blank=True)  # blank: about the whole form
    text = models.TextField()
    author = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)  # the unit marked it as seen
    resolved_at = models.DateTimeField(null=True)  # the unit sent the form again

    def __str__(self) -> str:
        return f"{self.case_id} {self.path}"


class TakenBack(models.Model):
    """An approval that a level above took back, with its written reason; for the supervisors, not for the unit."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="taken_back")
    from_level = models.PositiveSmallIntegerField("cấp đã duyệt")
    reason = models.TextField()
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.case_id} {self.from_level}"


class FormChange(models.Model):
    """A case went on with another version of its form; the draft as it stood before is kept here."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="form_changes")
    from_form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT, related_name="+")
    to_form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()
    justifications = models.JSONField(default=dict)
    draft_version = models.PositiveIntegerField()
    lost_count = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["to_form", "case"], name="form_change_losing", condition=models.Q(lost_count__gt=0)
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.from_form_id} → {self.to_form_id}"


class Loss(models.Model):
    """An answer that has no place in the new version of the form; `value` as it was written."""

    change = models.ForeignKey(FormChange, on_delete=models.CASCADE, related_name="losses")
    path = models.TextField()
    label = models.TextField(blank=True)
    value = models.TextField()
    why = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.change_id} {self.path}"


class Attachment(models.Model):
    """A file that belongs to a case; its content lies in the folder of files under its digest (see files.py)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100)
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "name"], name="attachment_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"


class Submission(models.Model):
    """What ODK Collect sent, as it came. Kept before anything is done with it and never changed, whatever it says."""

    class Outcome(models.TextChoices):
        RECEIVED = "received", "Đã nhận, chưa xử lý"
        REFUSED = "refused", "Chưa vào phiếu"
        HELD = "held", "Chờ chọn"
        KEPT = "kept", "Đã vào phiếu, chưa gửi được"
        SENT = "sent", "Đã gửi thành phiếu"
        PASSED = "passed", "Không dùng"

    form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT, related_name="+")
    instance_id = models.CharField(max_length=255)
    deprecated_id = models.CharField(max_length=255, blank=True)
    xml = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    arrived_at = models.DateTimeField(default=timezone.now)
    sender = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="submissions")
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.RECEIVED)
    note = models.TextField(blank=True)  # what the collector was told
    response = models.ForeignKey(Response, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "instance_id"], name="submission_once")]

    def __str__(self) -> str:
        return self.instance_id


class SubmissionFile(models.Model):
    """A file that came with a submission, also one that no case takes."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    arrived_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "name"], name="submission_file_once")]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.name}"


class Tally(models.Model):
    """How many cases stand where, kept in the same transaction as each move and recounted nightly."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="+")
    area_path = PathField()
    state = models.CharField(max_length=10)
    level = models.PositiveSmallIntegerField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "area_path", "state", "level"], name="tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.area_path} {self.state} {self.count}"
