"""Reading batches and archives: one's own area's, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.channels.workbook.models import Archive, Batch, BatchFile, CellNote, Outcome
from dieutra.engine.text import search_key
from dieutra.jobs.models import Job
from dieutra.people.models import User
from dieutra.people.permission import visible_to
from dieutra.places.models import Area

VERB = "workbook.hand_out"


@dataclass(frozen=True)
class Standing:
    """How far a batch is: files in all, files done, and how many of each outcome."""

    total: int
    done: int
    counts: dict[str, int]
    failed: bool

    def of(self, outcome: Outcome) -> int:
        return self.counts.get(outcome, 0)


def batches_of(actor: User, campaign: Campaign) -> QuerySet[Batch]:
    """The batches of the areas that the actor looks after, newest first."""
    batches = visible_to(Batch.objects.filter(campaign=campaign), actor, VERB)
    return batches.select_related("area", "sent_by").order_by("-sent_at", "-pk")


def batch_for(actor: User, pk: int) -> QuerySet[Batch]:
    """At most one batch, if the actor looks after its area."""
    related = ("area", "sent_by", "campaign")
    return visible_to(Batch.objects.filter(pk=pk), actor, VERB).select_related(*related)


def standing(batch: Batch) -> Standing:
    rows = files_of(batch).order_by().values_list("outcome").annotate(number=Count("pk"))
    counts = dict(rows)
    total = sum(counts.values())
    broken = batch.ended_at is None and _failed("workbook.batch", batch.pk)
    return Standing(total, total - counts.get("", 0), counts, broken)


def files_of(batch: Batch, outcome: str = "", text: str = "") -> QuerySet[BatchFile]:
    """The files of a batch without opened archives; `text` looks in file and unit."""
    files = batch.files.exclude(outcome=Outcome.OPENED).select_related("case__unit")
    if outcome in Outcome.values:
        files = files.filter(outcome=outcome)
    if text:
        unit = Q(case__unit__search_key__contains=search_key(text)) | Q(
            case__unit__code__icontains=text.strip()
        )
        files = files.filter(Q(name__icontains=text.strip()) | unit)
    return files.order_by("number")


def cells_of(file: BatchFile) -> QuerySet[CellNote]:
    return file.cells.order_by("pk")


def notes_of(batch: Batch) -> QuerySet[CellNote]:
    """All cells of a batch, by file."""
    notes = CellNote.objects.filter(file__batch=batch).select_related("file__case__unit")
    return notes.order_by("file__number", "pk")


def archives_at(actor: User, campaign: Campaign, area: Area) -> list[Archive]:
    """The area's archives that can be fetched or are being made, newest first."""
    standing_ones = Archive.objects.filter(campaign=campaign, path=area.path, removed_at__isnull=True)
    return list(visible_to(standing_ones, actor, VERB).select_related("asked_by").order_by("-pk"))


def archive_for(actor: User, pk: int) -> QuerySet[Archive]:
    ready = Archive.objects.filter(pk=pk, ready_at__isnull=False, removed_at__isnull=True)
    return visible_to(ready, actor, VERB).select_related("area")


def archive_failed(archive: Archive) -> bool:
    return archive.ready_at is None and _failed("workbook.archive", archive.pk)


def _failed(kind: str, pk: int) -> bool:
    return Job.objects.filter(kind=kind, key__startswith=f"{pk}.", state=Job.State.FAILED).exists()
