"""Reading the record."""

from __future__ import annotations

from django.db import models

from dieutra.events.actions import digest_of
from dieutra.events.models import Event, Seal


def history(subject: models.Model) -> models.QuerySet[Event]:
    """Everything that happened to one thing, oldest first."""
    return Event.objects.filter(subject_type=subject._meta.model_name, subject_id=subject.pk).order_by("pk")


def broken_seal() -> Seal | None:
    """The first seal whose rows no longer give its digest; None when the chain holds."""
    previous = ""
    for seal in Seal.objects.order_by("last_event"):
        events = Event.objects.filter(pk__range=(seal.first_event, seal.last_event)).order_by("pk")
        digest, count, _ = digest_of(previous, events.iterator(chunk_size=2000))
        if (digest, count) != (seal.digest, seal.count):
            return seal
        previous = seal.digest
    return None
