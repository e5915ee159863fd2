"""The event table and its seals.

An event points at its subject by (type, id, path) without foreign keys, so that this app stays at the bottom
of the house. Rows are append-only: database triggers refuse any change but of the worker's own column.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Event(models.Model):
    at = models.DateTimeField(default=timezone.now, editable=False)
    actor_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField(null=True)
    path = models.CharField(max_length=160, blank=True)
    facts = models.JSONField(default=dict)
    # The worker's column: the only one that may change.
    processed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["campaign_id", "verb", "id"], name="event_campaign_verb"),
            models.Index(fields=["actor_id", "id"], name="event_actor"),
            models.Index(fields=["id"], name="event_waiting", condition=models.Q(processed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type}:{self.subject_id}"


class Seal(models.Model):
    """`digest` = sha256(previous digest ‖ the rows first..last), so that a later change of any row shows."""

    made_at = models.DateTimeField(default=timezone.now)
    first_event = models.BigIntegerField()
    last_event = models.BigIntegerField(unique=True)
    count = models.IntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.first_event}–{self.last_event} {self.digest[:12]}"
