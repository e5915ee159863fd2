"""Takes the files of a batch, one after another: open archives, find each file's unit, read, store, note.

Each step marks its row in the same transaction as what it does, on the condition that nobody marked it before. So a
worker may be killed anywhere and the next one goes on; two workers at once do nothing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import models, transaction
from django.utils import timezone

from dieutra.cases.models import Case
from dieutra.cases.queries import cases_with_form, place_in_words
from dieutra.channels.workbook import store
from dieutra.channels.workbook.intake import Moved, Taken, keep
from dieutra.channels.workbook.layout import lay_out
from dieutra.channels.workbook.models import Batch, BatchFile, CellNote, Outcome
from dieutra.channels.workbook.read import Problem, Read, facts_in, read_workbook
from dieutra.channels.workbook.unpack import is_archive, unpack
from dieutra.engine.lang import place_of
from dieutra.engine.refusals import Invalid, Refusal
from dieutra.forms.queries import engine_form
from dieutra.people.permission import may

log = logging.getLogger(__name__)

MOST_NOTES = 300  # kept of one file
GROUND = "workbook.hand_out"
OURS = (
    "Hệ thống gặp lỗi khi đọc tệp này; lỗi đã được ghi lại cho người quản trị hệ thống. Chưa có gì được lưu."
)


class _Gone(Exception):
    """Another worker marked the row first; what this one did is rolled back."""


def open_archive(row: BatchFile) -> None:
    """A .zip becomes rows of its own; anything else is left as it is."""
    if not row.name.lower().endswith(".zip") or not is_archive(store.path_of(row.digest)):
        return
    try:
        found = unpack(store.path_of(row.digest))
    except Invalid as refusal:
        _refuse(row, refusal.message)
        return
    with transaction.atomic():
        if not _mark(row, outcome=Outcome.OPENED):
            return
        start = row.batch.files.aggregate(last=models.Max("number"))["last"] + 1
        BatchFile.objects.bulk_create(
            BatchFile(
                batch=row.batch,
                number=start + at,
                name=it.name,
                digest=it.digest,
                size=it.size,
                outcome=Outcome.REFUSED if it.why else "",
                message=it.why,
            )
            for at, it in enumerate(found)
        )


def find_unit(row: BatchFile) -> None:
    """Whose workbook a file is; refused when it is none of ours, or outside of the area."""
    try:
        case = _case_of(row)
    except Refusal as refusal:
        _refuse(row, refusal.message)
    except Exception:
        log.exception("workbook batch %s file %s", row.batch_id, row.number)
        _refuse(row, OURS)
    else:
        BatchFile.objects.filter(pk=row.pk, outcome="").update(case=case, looked_at=timezone.now())


def _case_of(row: BatchFile) -> Case:
    if not row.name.lower().endswith(".xlsx"):
        raise Invalid("Không phải tệp .xlsx. Hãy gửi chính tệp Excel (.xlsx) của đơn vị.")
    facts = facts_in(store.path_of(row.digest).read_bytes())
    found = cases_with_form().filter(pk=int(facts.case), campaign=row.batch.campaign).first()
    if found is None:
        raise Invalid("Tệp thuộc một cuộc điều tra khác. Hãy gửi tệp ở đúng cuộc điều tra của nó.")
    if not found.path.startswith(row.batch.path) or not may(row.batch.sent_by, GROUND, found):
        raise Invalid(
            f"Tệp của đơn vị có mã {facts.unit}, ngoài địa bàn {row.batch.area.name}. "
            "Hãy gửi tệp này ở địa bàn của đơn vị đó."
        )
    return found


def take_file(row: BatchFile) -> None:
    """Read one file and store it, unless it came before or another file of the batch speaks for the same unit."""
    if row.case is None:
        return
    if said := _same_as_before(row):
        _mark(row, outcome=Outcome.SAME, message=said)
        return
    if said := _rivals(row):
        _refuse(row, said)
        return
    try:
        read = read_workbook(store.path_of(row.digest).read_bytes(), row.case)
        if read.hindering:
            _refuse(row, read.refusal().message, _notes(row, read.problems))
            return
        _store(row, read, row.case.pk)
    except _Gone:
        return
    except Refusal as refusal:
        places = [f"{it.place}: {it.message}" for it in getattr(refusal, "problems", ())[:5]]
        _refuse(row, " ".join([refusal.message, *places]))
    except Exception:
        log.exception("workbook batch %s file %s", row.batch_id, row.number)
        _refuse(row, OURS)


def _store(row: BatchFile, read: Read, pk: int) -> None:
    with transaction.atomic():
        case = Case.objects.select_related("campaign", "unit__area__parent__parent", "form").get(pk=pk)
        outcome = keep(row.batch.sent_by, case, read, GROUND)
        notes = _notes(row, read.warnings)
        if isinstance(outcome, Moved):
            marked = _mark(row, outcome=Outcome.REFUSED, message=_moved_words(outcome))
        else:
            marked = _mark(row, **_taken(row, case, read, outcome, notes))
        if not marked:
            raise _Gone
        _keep_notes(row, notes)


def _moved_words(moved: Moved) -> str:
    return (
        f"Phiếu đã được sửa trên hệ thống sau khi lập tệp này; {moved.cells} ô trong tệp khác với phiếu đang lưu. "
        "Chưa có gì được lưu. Đơn vị hãy tự gửi tệp này ở trang “Làm trên Excel” của phiếu để xem và chọn từng bên."
    )


def _taken(row: BatchFile, case: Case, read: Read, taken: Taken, notes: list[CellNote]) -> dict[str, object]:
    """The marks of a taken file; adds what the checks say of the draft now to `notes`."""
    if not taken.cells:
        said = "Mọi ô trong tệp đều giống phiếu đang lưu; không có gì thay đổi."
        return {"outcome": Outcome.NOTHING_NEW, "message": said, "notes": len(notes)}
    found = _findings(row, case, read)
    notes += found
    open_ones = [it for it in found if it.kind != CellNote.Kind.SOFT]
    return {
        "outcome": Outcome.WITH_FINDINGS if open_ones else Outcome.TAKEN,
        "answers": taken.cells,
        "findings": len(found),
        "notes": len(notes),
    }


def _findings(row: BatchFile, case: Case, read: Read) -> list[CellNote]:
    """What the checks say of the file's answers, at its cells; what else stands in the draft is the unit's."""
    places, state = lay_out(engine_form(case.form_id)).places, read.state
    if state is None:
        return []
    said = [(it.path, it.severity, it.message.get("vi", "")) for it in state.findings]
    for path in state.missing:
        where = place_in_words(case, place_of(path))
        said.append((path, "missing", f"{where}: câu bắt buộc chưa có trả lời."))
    notes = []
    for path, kind, message in said:
        at, place = read.cells.get(path), places.get(path)
        cell = (at.sheet, at.cell) if at else (place.sheet, place.cell) if place else ("", "")
        notes.append(_note(row, kind, *cell, state.values.get(path, ""), message))
    return notes


def _notes(row: BatchFile, problems: Iterable[Problem]) -> list[CellNote]:
    return [
        _note(row, "wrong" if it.hinders else "warned", it.sheet, it.cell, it.written, it.message)
        for it in problems
    ]


def _note(row: BatchFile, kind: str, sheet: str, cell: str, written: str, message: str) -> CellNote:
    return CellNote(file=row, kind=kind, sheet=sheet, cell=cell, written=written[:200], message=message)


def _keep_notes(row: BatchFile, notes: list[CellNote]) -> None:
    CellNote.objects.bulk_create(notes[:MOST_NOTES])


def _same_as_before(row: BatchFile) -> str:
    """The sentence that says when the same bytes were taken before; blank when they were not."""
    before = _taken_files(row).filter(digest=row.digest).exclude(pk=row.pk).select_related("batch").first()
    if before is None:
        return ""
    if before.batch_id == row.batch_id:
        return f"Giống hệt tệp số {before.number} ({before.name}) của lần gửi này; không có gì thay đổi."
    when = timezone.localtime(before.batch.sent_at)
    return f"Giống hệt tệp đã nhận ở lần gửi {when:%H:%M %d/%m/%Y}; không có gì thay đổi."


def _rivals(row: BatchFile) -> str:
    """The sentence for several different files of one unit: nobody knows which one is meant.

    A file that an earlier batch took is no rival: its corrected successor may come beside it.
    """
    older = _taken_files(row).exclude(batch=row.batch).values("digest")
    of_the_unit = row.batch.files.filter(case=row.case).exclude(digest=row.digest).exclude(digest__in=older)
    names = list(of_the_unit.order_by("number").values_list("name", flat=True)[:3])
    if not names:
        return ""
    return (
        f"Lần gửi này có nhiều tệp khác nhau của cùng đơn vị ({', '.join([row.name, *names])}), không rõ tệp nào "
        "đúng nên không tệp nào được nhận. Hãy gửi lại một tệp của đơn vị này."
    )


def _taken_files(row: BatchFile) -> models.QuerySet[BatchFile]:
    """The files of the row's unit that were taken, ever."""
    took = (Outcome.TAKEN, Outcome.WITH_FINDINGS, Outcome.NOTHING_NEW)
    return BatchFile.objects.filter(case=row.case, outcome__in=took)


def _refuse(row: BatchFile, message: str, notes: Iterable[CellNote] = ()) -> None:
    kept = list(notes)
    with transaction.atomic():
        if _mark(row, outcome=Outcome.REFUSED, message=message, notes=len(kept)):
            _keep_notes(row, kept)


def _mark(row: BatchFile, **marks: object) -> bool:
    """Set a row's end; False when it has one already."""
    waiting = BatchFile.objects.filter(pk=row.pk, outcome="")
    return bool(waiting.update(**marks, ended_at=timezone.now()))


def end(batch: Batch) -> None:
    Batch.objects.filter(pk=batch.pk, ended_at__isnull=True).update(ended_at=timezone.now())
