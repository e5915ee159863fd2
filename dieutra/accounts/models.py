"""What is kept about opening, handing out and looking after accounts; accounts and posts themselves are of `people`."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class Run(models.Model):
    """One order to make the accounts of an area's units from its accepted lists, and how far it is."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "path"],
                condition=models.Q(ended_at__isnull=True),
                name="account_run_once",
            )
        ]

    def __str__(self) -> str:
        return f"run {self.pk} {self.path}"


class SheetOrder(models.Model):
    """One order to print sealed sheets. `posts`: whose, in the order of printing, fixed when it was asked for."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    posts = models.JSONField(default=list)
    done = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)  # the file holds working links: it does not stay

    def __str__(self) -> str:
        return f"sheets {self.pk} {self.path}"

    @property
    def total(self) -> int:
        return len(self.posts)


class Handover(models.Model):
    """A post passed from one person to another; who acted before that stays in the record under the former account."""

    post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="handovers")
    before = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.post_id}: {self.before_id} → {self.after_id}"


class Confirmation(models.Model):
    """The quarterly review: somebody above confirmed that this person still needs this post."""

    post = models.ForeignKey("people.Post", on_delete=models.CASCADE, related_name="confirmations")
    holder = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    quarter = models.CharField(max_length=6)  # "2026Q4"
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "holder", "quarter"], name="confirmation_once")
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.quarter}"
