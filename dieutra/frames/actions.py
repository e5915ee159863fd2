"""Writes about the frame: loading the base list, reviewing its lines, sending and accepting a listing.

A line is reviewed by the administrator (QTV) of its listing's own level; a listing is accepted by the level
above. Each verb locks the listing's row, so that no line changes while the listing is being sent.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.engine.text import search_key
from dieutra.events.actions import record
from dieutra.frames.checking import in_province, reviewed_at
from dieutra.frames.columns import CODE, COMMUNE, DISTRICT, LEVEL, NAME, clean_all, editable
from dieutra.frames.lines import (
    as_line,
    as_seen,
    change,
    closed,
    decision_by_values,
    drop,
    keep_version,
    open_listing,
    settle,
)
from dieutra.frames.loading import Loaded, load_base_list
from dieutra.frames.models import Listing, Unit
from dieutra.frames.sending import accept, give_back, keep_all, send
from dieutra.people.models import User
from dieutra.people.permission import may, require
from dieutra.places.models import Area
from dieutra.places.paths import unit_path

__all__ = [
    "Loaded", "accept", "add", "correct", "give_back", "keep", "keep_all", "load_base_list", "move", "remove",
    "send", "undo",
]  # fmt: skip

NOTE_LENGTH = 300
NOT_YOURS = "Dòng này thuộc bảng kê do quản trị viên của địa bàn khác rà soát."
Decision = Unit.Decision


def _require_review(actor: User, unit: Unit) -> None:
    require(actor, "frame.review", unit.listing, level=unit.listing.level, why=NOT_YOURS)


def keep(actor: User, unit: Unit, version: int) -> None:
    """The line stands as it is; a line that another district moved here is thereby received."""
    _require_review(actor, unit)
    as_seen(unit, version)
    if unit.decision != Decision.PENDING:
        label = Decision(unit.decision).label
        raise NotNow(f"Dòng đã có kết quả “{label}”. Hãy hoàn tác trước nếu muốn giữ nguyên.")
    with transaction.atomic():
        open_listing(unit.listing_id)
        unit.decision = decision_by_values(unit)
        change(actor, unit, "unit.kept")


def correct(actor: User, unit: Unit, version: int, name: str, details: Mapping[str, str]) -> None:
    """Put right the name and the other columns. Raises Invalid naming each column that refuses its value."""
    _require_review(actor, unit)
    as_seen(unit, version)
    if unit.decision == Decision.REMOVE:
        raise NotNow("Dòng đã bị loại. Hãy hoàn tác việc loại rồi sửa.")
    name, values = _cleaned(unit.listing, name, {**unit.details, **details})
    before = as_line(unit)
    with transaction.atomic():
        open_listing(unit.listing_id)
        unit.name, unit.search_key = name, search_key(name)[:250]
        unit.details = {**_place_details(unit.details), **values}
        if as_line(unit) == before:
            raise Invalid("Chưa có gì thay đổi. Nếu dòng đã đúng, hãy chọn “Giữ nguyên”.")
        unit.decision = decision_by_values(unit)
        change(actor, unit, "unit.corrected", columns=_differing(before, as_line(unit)))


def _cleaned(
    listing: Listing, name: str, details: Mapping[str, str], code: str | None = None
) -> tuple[str, dict[str, str]]:
    """A clean name and clean details; the code is checked too when it is given."""
    columns = listing.campaign.kind.frame_columns
    needed = {NAME} if code is None else {NAME, CODE}
    fixed = [column for column in columns if column.name in needed]
    values, problems = clean_all([*fixed, *editable(columns)], {**details, NAME: name, CODE: code or ""})
    if problems:
        raise Invalid(f"Chưa ghi được: có {len(problems)} mục cần sửa.", problems)
    name = values.pop(NAME)
    values.pop(CODE, None)
    return name, {column: text for column, text in values.items() if text}


def _place_details(details: Mapping[str, str]) -> dict[str, str]:
    return {column: details[column] for column in (LEVEL, DISTRICT, COMMUNE) if column in details}


def _differing(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """The names of the columns that differ; never their values, which may be personal data."""
    old, new = _flat(before), _flat(after)
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _flat(line: Mapping[str, object]) -> dict[str, object]:
    details = line["details"]
    return {**line, **(details if isinstance(details, dict) else {}), "details": None}


def remove(actor: User, unit: Unit, version: int, reason: str, note: str = "") -> None:
    """Take the line out of the list, with one of the kind's reasons."""
    _require_review(actor, unit)
    as_seen(unit, version)
    if unit.decision == Decision.REMOVE:
        raise NotNow("Dòng này đã bị loại trước đó.")
    if unit.base is None:
        raise NotNow("Đơn vị này do rà soát bổ sung, chưa có trong danh sách nền. Hãy dùng “Bỏ bổ sung”.")
    note = note.strip()
    if reason not in unit.campaign.kind.removal_reasons:
        raise Invalid("Hãy chọn lý do loại.", [Problem("Lý do loại", "Chọn một lý do trong danh sách.")])
    if len(note) > NOTE_LENGTH:
        message = f"Dài {len(note)} ký tự, quá {NOTE_LENGTH} ký tự. Hãy viết ngắn lại."
        raise Invalid("Ghi chú khi loại quá dài.", [Problem("Ghi chú", message)])
    with transaction.atomic():
        open_listing(unit.listing_id)
        unit.decision, unit.reason, unit.note = Decision.REMOVE, reason, note
        change(actor, unit, "unit.removed", reason=reason)


def move(actor: User, unit: Unit, version: int, area_code: str) -> None:
    """Give the unit to another area of the province; in another listing it stands pending until received."""
    _require_review(actor, unit)
    as_seen(unit, version)
    if unit.decision == Decision.REMOVE:
        raise NotNow("Dòng đã bị loại. Hãy hoàn tác việc loại rồi chuyển.")
    area = _area_in_province(unit.listing, area_code)
    if area.pk == unit.area_id:
        raise Invalid(f"Đơn vị đang ở {area.name} rồi.", [Problem("Địa bàn mới", "Hãy chọn địa bàn khác.")])
    with transaction.atomic():
        target = _lock_both(unit, reviewed_at(unit.campaign.kind, area))
        stays, came_from = target.pk == unit.listing_id, unit.area.code
        unit.listing = target
        settle(unit, area)
        unit.decision = decision_by_values(unit) if stays else Decision.PENDING
        change(actor, unit, "unit.moved", area_from=came_from, area_to=area.code)


def _area_in_province(listing: Listing, code: str) -> Area:
    area = Area.objects.filter(catalogue_id=listing.campaign.catalogue_id, code=code.strip()).first()
    if area is None or area.level == 0:
        raise Invalid("Chưa chọn địa bàn.", [Problem("Địa bàn", f"Không có địa bàn mang mã “{code[:20]}”.")])
    if not in_province(area, listing.path):
        raise Invalid(
            f"{area.name} thuộc tỉnh khác. Chỉ chuyển được trong tỉnh; nếu đơn vị đã sang tỉnh khác, "
            "hãy loại dòng với lý do sai địa bàn.",
            [Problem("Địa bàn", "Chọn địa bàn trong tỉnh.")],
        )
    return area


def _lock_both(unit: Unit, path: str) -> Listing:
    """The listing at a path, with both listings locked in one order and open."""
    target = Listing.objects.filter(campaign_id=unit.campaign_id, path=path).first()
    if target is None:
        raise NotNow("Địa bàn này chưa có bảng kê để nhận đơn vị.")
    locked = {pk: _open_for_move(pk, unit) for pk in sorted({unit.listing_id, target.pk})}
    return locked[target.pk]


def _open_for_move(pk: int, unit: Unit) -> Listing:
    if pk == unit.listing_id:
        return open_listing(pk)
    other = Listing.objects.select_for_update().select_related("area").get(pk=pk)
    if not other.is_open:
        raise NotNow(
            f"Bảng kê của {other.area.name} đã gửi hoặc đã được chấp nhận nên không nhận thêm đơn vị. "
            "Hãy đề nghị cấp trên trả lại bảng kê đó trước."
        )
    return other


def undo(actor: User, unit: Unit, version: int) -> None:
    """Back to the base line, pending, in its first listing. An addition is dropped; its versions stay.

    The listing that moved a line away may take it back while the other has not reviewed it.
    """
    if not (unit.decision == Decision.PENDING and unit.origin and may_review(actor, unit.origin)):
        _require_review(actor, unit)
    as_seen(unit, version)
    if unit.base is None:
        with transaction.atomic():
            open_listing(unit.listing_id)
            drop(actor, unit, "unit.dropped")
        return
    if unit.decision == Decision.PENDING and unit.listing_id == unit.origin_id:
        raise NotNow("Dòng này chưa rà soát nên không có gì để hoàn tác.")
    _restore(actor, unit)


def may_review(actor: User, listing: Listing) -> bool:
    return may(actor, "frame.review", listing, level=listing.level)


def _restore(actor: User, unit: Unit) -> None:
    base = unit.base or {}
    area = _area_in_province(unit.listing, base["area"])
    with transaction.atomic():
        unit.listing = _lock_both(unit, reviewed_at(unit.campaign.kind, area))
        unit.name, unit.search_key = base["name"], search_key(base["name"])[:250]
        unit.area, unit.path = area, unit_path(area.path, unit.code)
        unit.details = dict(base["details"])
        unit.decision, unit.reason, unit.note = Decision.PENDING, "", ""
        change(actor, unit, "unit.undone")


def add(
    actor: User, listing: Listing, *, code: str, name: str, area_code: str, details: Mapping[str, str]
) -> Unit:
    """A unit that the base list does not have. Its code must be new in the campaign."""
    require(actor, "frame.review", listing, level=listing.level, why=NOT_YOURS)
    if not listing.is_open:
        raise NotNow(closed(listing))
    name, values = _cleaned(listing, name, details, code=code)
    code = code.strip()
    area = _area_in_province(listing, area_code)
    if reviewed_at(listing.campaign.kind, area) != listing.path:
        raise Invalid(
            f"{area.name} không thuộc bảng kê này.",
            [Problem("Địa bàn", "Chọn một địa bàn của bảng kê này.")],
        )
    unit = Unit(campaign=listing.campaign, listing=listing, code=code, name=name, details=values)
    unit.search_key, unit.decision = search_key(name)[:250], Decision.ADD
    settle(unit, area)
    try:
        with transaction.atomic():
            open_listing(listing.pk)
            unit.save()
            keep_version(actor, unit)
            record(actor, "unit.added", unit, code=code)
    except IntegrityError:
        raise Invalid(
            f"Mã “{code}” đã có trong cuộc điều tra.",
            [Problem("Mã đơn vị", f"Mã “{code}” đã dùng cho đơn vị khác. Hãy ghi mã khác.")],
        ) from None
    return unit
