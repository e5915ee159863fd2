"""The people of a province to draw from, each draw as its certificate says, and the list that a draw became."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class Population(models.Model):
    """A frame: the transactions of a province as one file told them. Once drawn from, it is not replaced silently."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="populations")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    filename = models.CharField(max_length=200, blank=True)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # engine/stats/stages.py: digest
    loaded_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)  # another one took its place
    ended_why = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "path"],
                condition=models.Q(ended_at__isnull=True),
                name="population_standing_once",
            )
        ]

    def __str__(self) -> str:
        return f"population {self.pk}"


class Transaction(models.Model):
    """One line of the frame. Name and addresses of who was not drawn are wiped when the list is made."""

    population = models.ForeignKey(Population, on_delete=models.CASCADE, related_name="transactions")
    code = models.CharField(max_length=30)
    group = models.CharField(max_length=40)  # the service
    district = models.CharField(max_length=20)
    commune = models.CharField(max_length=20)
    name = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["population", "code"], name="transaction_code_once")]
        indexes = [models.Index(fields=["population", "district", "commune"], name="transaction_place")]

    def __str__(self) -> str:
        return f"transaction {self.pk}"


class Draw(models.Model):
    """A draw as it was; triggers let nobody change or remove it. `reason`: why once more from the same frame."""

    population = models.ForeignKey(Population, on_delete=models.PROTECT, related_name="draws")
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    survey = models.CharField(max_length=40)
    error = models.CharField(max_length=20)  # as written, “0,05”
    design_effect = models.CharField(max_length=20)
    people = models.PositiveIntegerField()
    certificate = models.JSONField()  # engine/stats/stages.py: Certificate.to_json
    digest = models.CharField(max_length=64)  # SHA-256 of the certificate's file
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"draw {self.pk}"


class DrawnList(models.Model):
    """The roster that a draw became."""

    draw = models.OneToOneField(Draw, on_delete=models.PROTECT, related_name="made")
    roster = models.OneToOneField("rosters.Roster", on_delete=models.PROTECT, related_name="drawn")
    without_address = models.PositiveIntegerField(default=0)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"drawn list {self.pk}"
