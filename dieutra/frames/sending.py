"""The listing as a whole: keep what is left, send up, accept, return."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.frames.lines import as_version, closed, decision_by_values
from dieutra.frames.models import Listing, Unit, UnitVersion
from dieutra.people.models import User
from dieutra.people.permission import require

NOTE_LENGTH = 2000
BATCH = 1000
Decision = Unit.Decision


def keep_all(actor: User, listing: Listing, version: int) -> int:
    """Keep every line that is still pending; how many there were."""
    require(actor, "frame.review", listing, level=listing.level, why=NOT_YOURS)
    _as_seen(listing, version)
    if not listing.is_open:
        raise NotNow(closed(listing))
    with transaction.atomic():
        _go(listing, version, Listing.OPEN)
        pending = list(_pending(listing).select_related("area").select_for_update(of=("self",)))
        if not pending:
            raise NotNow("Không còn dòng nào chưa rà soát.")
        _keep(actor, pending)
        record(actor, "listing.rest_kept", listing, units=len(pending))
    return len(pending)


def _pending(listing: Listing) -> QuerySet[Unit]:
    return Unit.objects.filter(listing=listing, decision=Decision.PENDING, dropped_at__isnull=True)


def _keep(actor: User, pending: list[Unit]) -> None:
    now = timezone.now()
    by_decision: dict[str, list[int]] = {}
    for unit in pending:
        unit.decision, unit.version = decision_by_values(unit), unit.version + 1
        by_decision.setdefault(unit.decision, []).append(unit.pk)
    for decision, pks in by_decision.items():
        for start in range(0, len(pks), BATCH):
            changed = Unit.objects.filter(pk__in=pks[start : start + BATCH])
            changed.update(decision=decision, version=F("version") + 1, changed_at=now)
    versions = (
        UnitVersion(unit=unit, number=unit.version, line=as_version(unit), actor=actor, at=now)
        for unit in pending
    )
    UnitVersion.objects.bulk_create(versions, batch_size=BATCH)


def send(actor: User, listing: Listing, version: int) -> None:
    """Send a reviewed listing to the level above; refused while a line is pending."""
    require(actor, "frame.review", listing, level=listing.level, why=NOT_YOURS)
    _as_seen(listing, version)
    if not listing.is_open:
        raise NotNow(closed(listing))
    with transaction.atomic():
        _go(listing, version, Listing.OPEN, state=Listing.State.SENT, sent_at=timezone.now(), note="")
        pending = _pending(listing).count()
        if pending:
            raise NotNow(f"Chưa gửi được: còn {pending} dòng chưa rà soát. Hãy rà soát hết rồi gửi.")
        record(actor, "listing.sent", listing, digest=digest_of(listing), **counts(listing))


def accept(actor: User, listing: Listing, version: int) -> None:
    """Accept a sent listing; its units become cases by the reaction to the event."""
    require(actor, "frame.accept", listing, level=listing.accepting_level, why=NOT_ABOVE)
    _as_sent(listing, version)
    with transaction.atomic():
        _go(listing, version, (Listing.State.SENT,), state=Listing.State.ACCEPTED, accepted_at=timezone.now())
        record(actor, "listing.accepted", listing, **counts(listing))


def give_back(actor: User, listing: Listing, version: int, note: str) -> None:
    """Return a sent listing with what is to be done."""
    require(actor, "frame.accept", listing, level=listing.accepting_level, why=NOT_ABOVE)
    _as_sent(listing, version)
    note = note.strip()
    if not note:
        problem = Problem("Ý kiến khi trả lại", "Chưa ghi ý kiến.")
        raise Invalid("Hãy ghi rõ cần rà soát lại điều gì.", [problem])
    if len(note) > NOTE_LENGTH:
        message = f"Dài {len(note)} ký tự, quá 2.000 ký tự. Hãy viết ngắn lại."
        raise Invalid("Ý kiến khi trả lại quá dài.", [Problem("Ý kiến khi trả lại", message)])
    with transaction.atomic():
        _go(listing, version, (Listing.State.SENT,), state=Listing.State.RETURNED, note=note)
        record(actor, "listing.returned", listing, **counts(listing))


NOT_YOURS = "Bảng kê này do quản trị viên của địa bàn khác rà soát."
NOT_ABOVE = "Chỉ quản trị viên cấp trên trực tiếp mới chấp nhận hoặc trả lại bảng kê này."


def _as_seen(listing: Listing, version: int) -> None:
    if listing.version != version:
        raise _moved(listing)


def _as_sent(listing: Listing, version: int) -> None:
    _as_seen(listing, version)
    if listing.state != Listing.State.SENT:
        label = Listing.State(listing.state).label
        raise NotNow(f"Bảng kê đang ở trạng thái “{label}”, không chờ chấp nhận.")


def _moved(listing: Listing) -> Stale:
    label = Listing.State(listing.state).label
    return Stale(
        f"Bảng kê vừa được người khác xử lý và đang ở trạng thái “{label}”. "
        "Việc của bạn chưa được ghi; hãy xem lại bảng kê."
    )


def _go(listing: Listing, version: int, states: tuple[str, ...], **values: object) -> None:
    """Move the listing on: a conditional UPDATE that also holds its row until the transaction ends."""
    won = Listing.objects.filter(pk=listing.pk, version=version, state__in=states).update(
        version=version + 1, **values
    )
    if not won:
        listing.refresh_from_db()
        raise _moved(listing)
    listing.version = version + 1
    for name, value in values.items():
        setattr(listing, name, value)


def digest_of(listing: Listing) -> str:
    """SHA-256 over the standing lines in the order of their codes: the same list, the same digest."""
    sums = hashlib.sha256()
    lines = Unit.objects.filter(listing=listing, dropped_at__isnull=True).order_by("code")
    for line in lines.values_list("code", "name", "area__code", "details", "decision", "reason").iterator():
        text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        sums.update(text.encode() + b"\n")
    return sums.hexdigest()


def counts(listing: Listing) -> dict[str, Any]:
    """Lines by decision, dropped ones left out."""
    lines = Unit.objects.filter(listing=listing, dropped_at__isnull=True)
    every = {str(decision): Count("pk", filter=Q(decision=decision)) for decision in Decision}
    return {name: number for name, number in lines.aggregate(**every).items() if number}
