"""Writing the record: one event inside the transaction of the action that it tells of, and the hourly seal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, Protocol

from django.db import models, transaction
from django.utils import timezone

from dieutra.engine.refusals import Forbidden
from dieutra.events.models import Event, Seal

# Ids are handed out before commit: a younger row may show before an older one. Sealing waits this long.
SETTLE = timedelta(minutes=10)


class Actor(Protocol):
    @property
    def pk(self) -> Any: ...


def record(
    actor: Actor | None,
    verb: str,
    subject: models.Model,
    *,
    path: str = "",
    campaign_id: int | None = None,
    **facts: Any,
) -> Event:
    """Append one event. Call it inside the action's transaction. `facts` carries no personal data and no answers.

    Raises Forbidden for an actor whom somebody above only looks on as: nobody acts in another person's name.
    """
    _refuse_onlooker(actor)
    return Event.objects.create(
        actor_id=actor.pk if actor else None,
        verb=verb,
        subject_type=subject._meta.model_name or "",
        subject_id=subject.pk,
        path=path or getattr(subject, "path", ""),
        campaign_id=campaign_id if campaign_id is not None else getattr(subject, "campaign_id", None),
        facts=facts,
    )


def _refuse_onlooker(actor: Actor | None) -> None:
    if getattr(actor, "seen_by", None) is not None:
        raise Forbidden("Bạn đang xem như người khác nên chỉ đọc.")


def record_many(
    actor: Actor | None, verb: str, subjects: Iterable[models.Model], facts: Callable[[Any], dict[str, Any]]
) -> None:
    """One event per subject, in as few statements as the database takes; `facts(subject)` as for `record`."""
    _refuse_onlooker(actor)
    events = [
        Event(
            actor_id=actor.pk if actor else None,
            verb=verb,
            subject_type=subject._meta.model_name or "",
            subject_id=subject.pk,
            path=getattr(subject, "path", ""),
            campaign_id=getattr(subject, "campaign_id", None),
            facts=facts(subject),
        )
        for subject in subjects
    ]
    Event.objects.bulk_create(events, batch_size=500)


def row_bytes(event: Event) -> bytes:
    """The sealed columns of an event, in one stable spelling."""
    row = [
        event.pk,
        event.at.isoformat(),
        event.actor_id,
        event.verb,
        event.subject_type,
        event.subject_id,
        event.campaign_id,
        event.path,
        event.facts,
    ]
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def digest_of(previous: str, events: Iterator[Event]) -> tuple[str, int, int]:
    """(digest, count, last id) of the chain's next link."""
    sha, count, last = hashlib.sha256(previous.encode()), 0, 0
    for event in events:
        sha.update(row_bytes(event))
        count, last = count + 1, event.pk
    return sha.hexdigest(), count, last


@transaction.atomic
def seal() -> Seal | None:
    """Seal what has settled since the last seal; None when there is nothing."""
    last = Seal.objects.order_by("-last_event").first()
    start = last.last_event + 1 if last else 1
    events = Event.objects.filter(pk__gte=start, at__lt=timezone.now() - SETTLE).order_by("pk")
    digest, count, end = digest_of(last.digest if last else "", events.iterator(chunk_size=2000))
    if not count:
        return None
    return Seal.objects.create(first_event=start, last_event=end, count=count, digest=digest)
