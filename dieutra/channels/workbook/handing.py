"""Workbooks for all units of an area in one .zip, made by those who look after it.

They hold the identification from the list and no answers: a draft belongs to the unit until it is sent.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.cases.actions import known_from_frame
from dieutra.cases.models import Case, Draft, State
from dieutra.cases.queries import Sheet, cases_at
from dieutra.channels.workbook.make import make_workbook
from dieutra.engine.forms.check import evaluate
from dieutra.engine.refusals import NotNow
from dieutra.events.actions import record
from dieutra.forms.queries import engine_form
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Area

AT_ONCE = 30  # workbooks made while the person waits, a fifth of a second each; more go to the background
TO_FILL = (State.NEW, State.DRAFT, State.RETURNED)


def cases_to_fill(campaign: Campaign, area: Area) -> QuerySet[Case]:
    return cases_at(campaign, area, TO_FILL).select_related("unit__area__parent__parent", "campaign", "form")


def hand_out(actor: User, campaign: Campaign, area: Area) -> Iterator[bytes]:
    """The .zip of an area, piece by piece while it is made. Records that it was taken."""
    require(actor, "workbook.hand_out", Place(campaign.pk, area.path))
    cases = list(cases_to_fill(campaign, area)[: AT_ONCE + 1])
    if not cases:
        raise NotNow(f"{area.name} không có phiếu nào đang chờ điền.")
    if len(cases) > AT_ONCE:
        raise NotNow(f"{area.name} có hơn {AT_ONCE} phiếu. Hãy tải lại trang rồi bấm “Lập tệp nén”.")
    record(actor, "workbooks.handed_out", area, campaign_id=campaign.pk, cases=len(cases))
    return _pieces(cases)


def _pieces(cases: list[Case]) -> Iterator[bytes]:
    pipe, taken = _Pipe(), set[str]()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for case in cases:
            name = file_name(case)
            name = name if name not in taken else f"{case.pk}-{name}"
            taken.add(name)
            archive.writestr(name, make_workbook(case, blank_sheet(case)))
            yield pipe.drained()
    yield pipe.drained()


class _Pipe(io.RawIOBase):
    """Takes what the archive writes and gives it on; it cannot be rewound, so nothing piles up."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def drained(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def blank_sheet(case: Case) -> Sheet:
    """Only what the list knows of the unit, on the draft that stands."""
    known = known_from_frame(case)
    version = Draft.objects.filter(case=case).values_list("version", flat=True).first() or 0
    return Sheet(known, evaluate(engine_form(case.form_id), known), {}, version)


def file_name(case: Case) -> str:
    """`phieu-UBND-PL.xlsx`, in letters that every file system takes."""
    code = re.sub(r"[^A-Za-z0-9._-]+", "-", case.unit.code)
    return f"phieu-{code}.xlsx"
