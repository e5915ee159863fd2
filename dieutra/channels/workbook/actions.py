"""Writes about workbooks by the hundred: sending a batch back, and asking for an archive."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from dieutra.campaigns.models import Campaign
from dieutra.channels.workbook import store
from dieutra.channels.workbook.handing import cases_to_fill
from dieutra.channels.workbook.models import Archive, Batch, BatchFile, Outcome
from dieutra.engine.refusals import Invalid, NotNow
from dieutra.events.actions import record
from dieutra.jobs.actions import ask
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Area

MOST_IN_ARCHIVE = 10_000
EMPTY = "Tệp không có nội dung (0 byte). Hãy mở tệp trên máy để kiểm tra rồi gửi lại."


@dataclass(frozen=True)
class Arrived:
    """A file that lies in the incoming folder, with the digest of its bytes."""

    name: str
    path: Path
    digest: str
    size: int


def bring_in(actor: User, campaign: Campaign, area: Area, files: Sequence[Arrived]) -> Batch:
    """Keep workbooks that came back and ask for their reading; nothing of them is opened here.

    A file without content is a refused one of the batch. The draft stays the unit's: only the unit sends it.
    """
    require(actor, "workbook.hand_out", Place(campaign.pk, area.path))
    if not files:
        raise Invalid("Hãy chọn các tệp Excel (.xlsx) của đơn vị, hoặc một tệp nén (.zip) chứa các tệp đó.")
    for it in files:
        if it.size:
            store.adopt(it.path, it.digest)
    with transaction.atomic():
        batch = Batch.objects.create(campaign=campaign, area=area, path=area.path, sent_by=actor)
        BatchFile.objects.bulk_create(
            BatchFile(
                batch=batch,
                number=number,
                name=it.name[-200:],
                digest=it.digest if it.size else "",
                size=it.size,
                outcome="" if it.size else Outcome.REFUSED,
                message="" if it.size else EMPTY,
            )
            for number, it in enumerate(files, start=1)
        )
        ask("workbook.batch", f"{batch.pk}.0", batch=batch.pk, part=0)
        record(actor, "workbooks.brought_in", area, campaign_id=campaign.pk, batch=batch.pk, files=len(files))
    return batch


def ask_archive(actor: User, campaign: Campaign, area: Area) -> Archive:
    """Have all workbooks of an area made in the background; asked again while it is being made, it is the same one."""
    require(actor, "workbook.hand_out", Place(campaign.pk, area.path))
    number = cases_to_fill(campaign, area).count()
    if not number:
        raise NotNow(f"{area.name} không có phiếu nào đang chờ điền.")
    if number > MOST_IN_ARCHIVE:
        raise NotNow(
            f"{area.name} có hơn {MOST_IN_ARCHIVE} phiếu đang chờ điền. Hãy chọn từng địa bàn nhỏ hơn."
        )
    with transaction.atomic():
        being_made = Archive.objects.filter(
            campaign=campaign, path=area.path, ready_at__isnull=True, removed_at__isnull=True
        ).first()
        if being_made is not None:
            return being_made
        archive = Archive.objects.create(
            campaign=campaign, area=area, path=area.path, asked_by=actor, total=number
        )
        ask("workbook.archive", f"{archive.pk}.0", archive=archive.pk, part=0)
        record(actor, "workbooks.handed_out", area, campaign_id=campaign.pk, cases=number)
    return archive


def drop_arrived(files: Sequence[Arrived]) -> None:
    """Remove files that no batch took."""
    for it in files:
        with contextlib.suppress(OSError):
            it.path.unlink(missing_ok=True)
