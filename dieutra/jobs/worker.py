"""The worker: turns events into jobs by the table of reactions, then runs the jobs that are due."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import close_old_connections, transaction
from django.utils import timezone

from dieutra.events.models import Event
from dieutra.jobs.actions import ask_many, run, take
from dieutra.jobs.models import Job

log = logging.getLogger(__name__)

# verb -> functions that say which job an event asks for, if any
Reactions = Mapping[str, list[Callable[[Event], Job | None]]]
# kind -> how often it is due
Schedule = Mapping[str, timedelta]

NIGHT = timedelta(hours=2)
IDLE_PAUSE = 0.3


def react(reactions: Reactions, batch: int = 200) -> int:
    """Turn unprocessed events into jobs; how many events were taken."""
    waiting = list(Event.objects.filter(processed_at__isnull=True).order_by("id")[:batch])
    if not waiting:
        return 0
    ids = [event.pk for event in waiting]
    # Jobs are unique by (kind, key), so two workers reading the same event ask for the same rows.
    with transaction.atomic():
        asked = (make(event) for event in waiting for make in reactions.get(event.verb, []))
        ask_many(work for work in asked if work is not None)
        Event.objects.filter(pk__in=ids, processed_at__isnull=True).update(processed_at=timezone.now())
    return len(ids)


def keep_time(schedule: Schedule) -> None:
    """Ask for each periodic job once per period; days turn at 02:00 local time, when nobody works."""
    local = timezone.localtime()
    offset = local.utcoffset() or timedelta(0)
    now = local.timestamp() + offset.total_seconds() - NIGHT.total_seconds()
    ask_many(Job(kind=kind, key=f"{int(now // period.total_seconds())}") for kind, period in schedule.items())


def work_once(reactions: Reactions, schedule: Schedule) -> bool:
    """One turn; True when something was done."""
    taken = react(reactions)
    job = take()
    if job is not None:
        log.debug("job %s %s attempt %s", job.kind, job.key, job.attempts)
        run(job)
    return bool(taken or job)


def work(reactions: Reactions, schedule: Schedule, stop: threading.Event) -> None:
    """Work until told to stop."""
    next_look = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= next_look:
                keep_time(schedule)
                next_look = time.monotonic() + 30
            if not work_once(reactions, schedule):
                stop.wait(IDLE_PAUSE)
        except Exception:
            # The database may be away for a moment; a worker that dies here would need a person.
            log.exception("worker")
            stop.wait(5)
        finally:
            close_old_connections()
