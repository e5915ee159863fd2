"""Reading the record."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models

from dieutra.events.actions import digest_of
from dieutra.events.models import Event, Seal


def history(subject: models.Model) -> models.QuerySet[Event]:
    """Everything that happened to one thing, oldest first."""
    return Event.objects.filter(subject_type=subject._meta.model_name, subject_id=subject.pk).order_by("pk")


def broken_seal(told: Callable[[], object] = lambda: None) -> Seal | None:
    """The first seal whose rows no longer give its digest; None when the chain holds. `told` is called after each seal."""
    previous = ""
    for seal in Seal.objects.order_by("last_event"):
        if not _gives(seal, previous):
            return seal
        previous = seal.digest
        told()
    return None


def _gives(seal: Seal, previous: str) -> bool:
    events = Event.objects.filter(pk__range=(seal.first_event, seal.last_event)).order_by("pk")
    digest, count, _ = digest_of(previous, events.iterator(chunk_size=2000))
    return (digest, count) == (seal.digest, seal.count)


def seal_of(event: Event) -> Seal | None:
    """The seal that an event lies under; None for one that is not sealed yet."""
    return Seal.objects.filter(first_event__lte=event.pk, last_event__gte=event.pk).first()


def holds(seal: Seal) -> bool:
    """Whether the rows of one seal, an hour's, still give its digest. What came after it is not looked at."""
    before = Seal.objects.filter(last_event__lt=seal.first_event).order_by("-last_event").first()
    return _gives(seal, before.digest if before else "")


def last_verification() -> Event | None:
    """The last time that the clock computed the whole chain again; its facts are those of `verify`."""
    return Event.objects.filter(subject_type="seal", verb="seals.verified").order_by("-pk").first()
