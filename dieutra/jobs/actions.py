"""Asking for background work, taking it by lease, and saying how it went."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from dieutra.jobs.models import Job

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 6

Work = Callable[[Job], None]
KINDS: dict[str, Work] = {}


def job(kind: str) -> Callable[[Work], Work]:
    """Register a function as the work of a kind: `@job("people.send_activation")`. It must be safe to run twice."""

    def register(work: Work) -> Work:
        KINDS[kind] = work
        return work

    return register


def ask(kind: str, key: str, delay: timedelta = timedelta(0), **payload: Any) -> None:
    """Ask for work once per (kind, key)."""
    ask_many([Job(kind=kind, key=key, payload=payload, run_after=timezone.now() + delay)])


def ask_many(jobs: Iterable[Job]) -> None:
    Job.objects.bulk_create(jobs, ignore_conflicts=True)


def take() -> Job | None:
    """The next due job, leased to the caller: a job whose worker died comes back when its lease runs out."""
    now = timezone.now()
    _give_up(now)
    free = models.Q(state=Job.State.WAITING) | models.Q(state=Job.State.RUNNING, lease_until__lt=now)
    for candidate in Job.objects.filter(free, run_after__lte=now).order_by("run_after", "id")[:5]:
        taken = Job.objects.filter(free, pk=candidate.pk, attempts=candidate.attempts).update(
            state=Job.State.RUNNING, lease_until=now + LEASE, attempts=candidate.attempts + 1
        )
        if taken:
            candidate.refresh_from_db()
            return candidate
    return None


def _give_up(now: datetime) -> None:
    """A job that took its worker down with it, time after time, is not tried for ever."""
    Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now, attempts__gte=MOST_ATTEMPTS).update(
        state=Job.State.FAILED, note="Tiến trình nền dừng giữa chừng quá số lần cho phép.", ended_at=now
    )


def beat(job: Job, done: int | None = None, total: int | None = None) -> None:
    """Keep the lease and show progress."""
    job.done = job.done if done is None else done
    job.total = job.total if total is None else total
    job.lease_until = timezone.now() + LEASE
    job.save(update_fields=["done", "total", "lease_until"])


def run(job: Job) -> None:
    """Do a leased job and note its end; a failure is retried with growing pauses, then kept as failed."""
    try:
        KINDS[job.kind](job)
    except Exception:
        _failed(job, traceback.format_exc(limit=8))
        return
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, ended_at=timezone.now(), lease_until=None)


def _failed(job: Job, why: str) -> None:
    if job.attempts >= MOST_ATTEMPTS:
        Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, note=why, ended_at=timezone.now())
        return
    pause = timedelta(seconds=5 * 4 ** (job.attempts - 1))
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.WAITING, note=why, run_after=timezone.now() + pause, lease_until=None
    )
