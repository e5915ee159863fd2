"""One line's change: a conditional UPDATE on its version, the version kept, one event."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from dieutra.engine.refusals import NotNow, Stale
from dieutra.events.actions import record
from dieutra.frames.columns import COMMUNE, DISTRICT, LEVEL, LEVEL_CODES
from dieutra.frames.models import Listing, Unit, UnitVersion
from dieutra.people.models import User
from dieutra.places.models import Area
from dieutra.places.paths import codes_by_level, unit_path


def as_line(unit: Unit) -> dict[str, Any]:
    """What is compared with the base list: the line's own values."""
    return {"code": unit.code, "name": unit.name, "area": unit.area.code, "details": dict(unit.details)}


def as_version(unit: Unit) -> dict[str, Any]:
    return {
        **as_line(unit),
        "area_name": unit.area.name,
        "decision": unit.decision,
        "reason": unit.reason,
        "note": unit.note,
        "dropped": unit.dropped_at is not None,
    }


def is_moved(unit: Unit) -> bool:
    return unit.base is not None and unit.base["area"] != unit.area.code


def decision_by_values(unit: Unit) -> str:
    """What a line's values say against its base line: added, moved, corrected or kept."""
    if unit.base is None:
        return Unit.Decision.ADD
    if is_moved(unit):
        return Unit.Decision.MOVE
    return Unit.Decision.KEEP if unit.base == as_line(unit) else Unit.Decision.CORRECT


def settle(unit: Unit, area: Area) -> None:
    """Put the unit under an area: its path, its level, and the codes of its seat that the area says."""
    unit.area, unit.path = area, unit_path(area.path, unit.code)
    codes = codes_by_level(area.path, area.level)
    details = {**unit.details, LEVEL: LEVEL_CODES[area.level]}
    if area.level > 1 and details.get(DISTRICT) != codes.get(2):
        details.pop(COMMUNE, None)
        details.pop(DISTRICT, None)
    if 2 in codes:
        details[DISTRICT] = codes[2]
    if area.level == 3:
        details[COMMUNE] = area.code
    unit.details = details


def as_seen(unit: Unit, version: int) -> None:
    """Stale when the line changed since the person looked at it."""
    if unit.version != version or unit.dropped_at is not None:
        raise changed(unit)


def changed(unit: Unit) -> Stale:
    return Stale(
        f"Dòng “{unit.name}” (mã {unit.code}) vừa được người khác thay đổi. "
        "Việc của bạn chưa được ghi; hãy xem lại dòng rồi làm lại nếu cần."
    )


def change(actor: User, unit: Unit, verb: str, **facts: Any) -> None:
    """Write the unit's values as they now are on the object, if nobody changed it since it was read.

    Call it inside the verb's transaction.
    """
    seen, unit.version, unit.changed_at = unit.version, unit.version + 1, timezone.now()
    values = {name: getattr(unit, name) for name in CHANGEABLE}
    won = Unit.objects.filter(pk=unit.pk, version=seen, dropped_at__isnull=True).update(**values)
    if not won:
        raise changed(unit)
    keep_version(actor, unit)
    record(actor, verb, unit, code=unit.code, decision=unit.decision, version=unit.version, **facts)


def keep_version(actor: User, unit: Unit) -> None:
    UnitVersion.objects.create(
        unit=unit, number=unit.version, line=as_version(unit), actor=actor, at=unit.changed_at
    )


CHANGEABLE = (
    "listing_id", "name", "search_key", "area_id", "path", "details", "decision", "reason", "note", "version",
    "changed_at", "dropped_at",
)  # fmt: skip


def drop(actor: User, unit: Unit, verb: str) -> None:
    """Take a line out of the list for good; its versions stay and its code is free again."""
    unit.dropped_at = timezone.now()
    unit.decision = Unit.Decision.REMOVE
    change(actor, unit, verb)


def open_listing(pk: int) -> Listing:
    """The listing, locked until the transaction ends; NotNow when it is no longer under review."""
    listing = Listing.objects.select_for_update().get(pk=pk)
    if not listing.is_open:
        raise NotNow(closed(listing))
    return listing


def closed(listing: Listing) -> str:
    if listing.state == Listing.State.SENT:
        return "Bảng kê đã gửi lên cấp trên nên không sửa được. Nếu cần sửa, hãy đề nghị cấp trên trả lại."
    return "Bảng kê đã được chấp nhận và các phiếu đã mở, nên không sửa được nữa."
