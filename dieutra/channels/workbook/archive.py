"""All workbooks of an area as one .zip, made piece by piece: each workbook is a file of its own until all are there."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from django.utils import timezone

from dieutra.cases.models import Case
from dieutra.channels.workbook import store
from dieutra.channels.workbook.handing import blank_sheet, cases_to_fill, file_name
from dieutra.channels.workbook.make import make_workbook
from dieutra.channels.workbook.models import Archive


def waiting_cases(archive: Archive) -> list[Case]:
    """The cases whose workbook has not been made yet, in the order of places."""
    made = {int(path.name.partition("-")[0]) for path in store.archive_parts(archive.pk).glob("*.xlsx")}
    return [case for case in cases_to_fill(archive.campaign, archive.area) if case.pk not in made]


def make_one(archive: Archive, case: Case) -> None:
    part = store.archive_parts(archive.pk) / f"{case.pk}-{file_name(case)}"
    unfinished = part.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(make_workbook(case, blank_sheet(case)))
    unfinished.replace(part)


def count_made(archive: Archive) -> int:
    """Note how far the archive has come."""
    made = sum(1 for _ in store.archive_parts(archive.pk).glob("*.xlsx"))
    Archive.objects.filter(pk=archive.pk).update(done=made)
    return made


def close(archive: Archive) -> None:
    """Bind the workbooks into the .zip; whoever closes it again changes nothing."""
    if archive.ready_at or archive.removed_at:
        return
    parts = sorted(store.archive_parts(archive.pk).glob("*.xlsx"), key=_units_name)
    place = store.archive_path(archive.pk)
    unfinished = place.with_suffix(f".{os.getpid()}")
    taken: set[str] = set()
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as bound:
        for part in parts:
            name = _units_name(part) if _units_name(part).lower() not in taken else part.name
            taken.add(name.lower())
            bound.write(part, name)
    size = unfinished.stat().st_size
    unfinished.replace(place)
    Archive.objects.filter(pk=archive.pk, removed_at__isnull=True).update(
        ready_at=timezone.now(), done=len(parts), size=size
    )
    store.remove_parts(archive.pk)


def _units_name(part: Path) -> str:
    return part.name.partition("-")[2]
