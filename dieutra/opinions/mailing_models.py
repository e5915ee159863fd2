"""Letters to respondents: whose mailing is open, which message is whose, and the days of the figures."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class Round(models.Model):
    """One round of letters: the invitations of the bodies that were opened together, or a reminder.

    `survey`, `path` and `group` narrow a reminder; "" for all. It keeps no number of letters: of a reminder that would be
    the number of those who have not answered.
    """

    class What(models.TextChoices):
        INVITATION = "invitation", "Thư mời"
        REMINDER = "reminder", "Thư nhắc"

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=What.choices)
    rule = models.CharField(max_length=60, blank=True)  # "" when a person asked for it
    occasion = models.CharField(max_length=80)
    template = models.CharField(max_length=60)
    survey = models.CharField(max_length=40, blank=True)
    path = PathField(blank=True)
    group = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "rule", "occasion"], name="opinion_round_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.rule or self.what} {self.occasion}"


class Mailing(models.Model):
    """The mailing of a body's survey is open: each of its people is written to, also those who are added later."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="mailings")
    opened_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)  # when its administrators were told that all letters are out

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "survey", "path"], name="opinion_mailing_once")
        ]

    def __str__(self) -> str:
        return f"mailing {self.survey} {self.path}"


class Letter(models.Model):
    """A message of the outbox to a respondent. Its link is worked out from the invitation when it is handed over."""

    class Sort(models.TextChoices):
        FIRST = "first", "Thư mời"
        AGAIN = "again", "Gửi lại"
        RENEWED = "renewed", "Đường dẫn mới"
        REMINDER = "reminder", "Thư nhắc"

    FIRST_OF_A_LINK = (Sort.FIRST, Sort.RENEWED)

    invitation = models.ForeignKey("opinions.Invitation", on_delete=models.PROTECT, related_name="letters")
    message = models.OneToOneField("outbox.Message", on_delete=models.PROTECT, related_name="opinion_letter")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, related_name="letters")
    sort = models.CharField(max_length=8, choices=Sort.choices)
    epoch = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["invitation", "sort", "epoch"], name="opinion_letter_link")]

    def __str__(self) -> str:
        return f"letter {self.pk}"


class FigureDay(models.Model):
    """How far a group was by the last count of a day: the line of the calendar."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()
    group = models.CharField(max_length=40)
    day = models.DateField()
    invited = models.PositiveIntegerField(default=0)
    mailed = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "survey", "path", "group", "day"], name="figure_day_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.survey} {self.path} {self.group} {self.day}"
