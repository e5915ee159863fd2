"""Background work of the index: computing it, and drawing the files of a publication."""

from __future__ import annotations

from dieutra.indices.drawing import draw
from dieutra.indices.models import Publication, Reckoning
from dieutra.indices.publishing import reckon
from dieutra.jobs.actions import beat, job
from dieutra.jobs.models import Job


@job("indices.reckon")
def compute(work: Job) -> None:
    reckon(Reckoning.objects.select_related("campaign").get(pk=work.payload["reckoning"]))


@job("indices.draw")
def draw_files(work: Job) -> None:
    """File by file; begun again after a kill it goes on with those that are not there yet."""
    publication = Publication.objects.select_related("campaign").get(pk=work.payload["publication"])

    for done, total in draw(publication):
        beat(work, done=done, total=total)
