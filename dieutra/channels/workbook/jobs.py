"""Background work about workbooks, in turns of some seconds each, so that mails and other work are not kept waiting."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.utils import timezone

from dieutra.channels.workbook import archive as archives
from dieutra.channels.workbook import batch as batches
from dieutra.channels.workbook import store
from dieutra.channels.workbook.models import Archive, Batch, BatchFile
from dieutra.jobs.actions import ask, beat, job
from dieutra.jobs.models import Job

TURN = 20.0  # seconds
ARCHIVE_KEPT = timedelta(hours=24)
FILES_KEPT = timedelta(days=30)
ARRIVING = timedelta(hours=6)


@job("workbook.batch")
def take_batch(work: Job) -> None:
    """Archives first, then whose each file is, then one after another into the drafts."""
    batch = Batch.objects.get(pk=work.payload["batch"])
    until = time.monotonic() + TURN
    rows = batch.files.filter(outcome="").select_related("batch__campaign", "batch__area", "batch__sent_by")
    steps = (
        (rows.filter(name__iendswith=".zip", looked_at__isnull=True), batches.open_archive),
        (rows.filter(looked_at__isnull=True), batches.find_unit),
        (rows.filter(looked_at__isnull=False).select_related("case__unit__area"), batches.take_file),
    )
    for waiting, step in steps:
        for row in list(waiting.order_by("number")):
            step(row)
            beat(work, done=batch.files.exclude(outcome="").count(), total=batch.files.count())
            if time.monotonic() > until:
                _go_on(work, batch=batch.pk)
                return
    batches.end(batch)


@job("workbook.archive")
def make_archive(work: Job) -> None:
    archive = Archive.objects.select_related("campaign", "area").get(pk=work.payload["archive"])
    if archive.ready_at or archive.removed_at:
        return
    until = time.monotonic() + TURN
    for case in archives.waiting_cases(archive):
        archives.make_one(archive, case)
        beat(work, done=archives.count_made(archive), total=archive.total)
        if time.monotonic() > until:
            _go_on(work, archive=archive.pk)
            return
    archives.close(archive)


def _go_on(work: Job, **payload: Any) -> None:
    """Ask for the next turn; asked again after a kill it is the same job."""
    part = int(work.payload["part"]) + 1
    (about,) = payload.values()
    ask(work.kind, f"{about}.{part}", part=part, **payload)


@job("workbook.clear")
def clear(work: Job) -> None:
    """Remove archives after a day, the files of batches after a month, and what arrived and was never taken."""
    now = timezone.now()
    for archive in Archive.objects.filter(removed_at__isnull=True, asked_at__lt=now - ARCHIVE_KEPT):
        kept_until = (archive.ready_at or archive.asked_at) + ARCHIVE_KEPT
        if kept_until < now:
            Archive.objects.filter(pk=archive.pk).update(removed_at=now)
            store.remove_archive(archive.pk)
    for batch in Batch.objects.filter(emptied_at__isnull=True, ended_at__lt=now - FILES_KEPT):
        younger = BatchFile.objects.filter(batch__emptied_at__isnull=True).exclude(batch=batch)
        for digest in set(batch.files.exclude(digest="").values_list("digest", flat=True)):
            if not younger.filter(digest=digest).exists():
                store.remove(digest)
        Batch.objects.filter(pk=batch.pk).update(emptied_at=now)
    store.sweep((now - ARRIVING).timestamp())
