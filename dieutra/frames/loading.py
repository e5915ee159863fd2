"""Loading a province's base list: the whole file or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.engine.text import search_key
from dieutra.events.actions import record
from dieutra.frames.checking import Line, areas_reviewing, check_lines, reviewed_at, taken_codes
from dieutra.frames.lines import as_line, drop
from dieutra.frames.models import Listing, Unit
from dieutra.frames.reading import Row, read_rows
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Area, Level
from dieutra.places.paths import under, unit_path

SHOWN_PROBLEMS = 200
BATCH = 1000


@dataclass(frozen=True)
class Loaded:
    """How many listings received lines, how many lines in all, and whether an earlier list was replaced."""

    listings: int
    units: int
    replaced: int = 0


def load_base_list(actor: User, campaign: Campaign, province: Area, content: bytes, filename: str) -> Loaded:
    """Load the base list of a province from an .xlsx or .csv file, in one transaction.

    Replaces an earlier list while none of its lines is reviewed. Raises Invalid naming row and column of what
    is wrong, NotNow when the review has begun, Forbidden outside the actor's area.
    """
    require(actor, "frame.load", Place(campaign.pk, province.path))
    if province.level != Level.PROVINCE or province.catalogue_id != campaign.catalogue_id:
        raise Invalid(
            "Danh sách nền được nạp cho từng đơn vị cấp trên cùng. Hãy chọn một đơn vị của cuộc điều tra."
        )
    _refuse_begun(_listings_of(campaign, province))
    rows, problems = read_rows(content, filename, campaign.kind.frame_columns)
    lines = _checked(rows, problems, campaign, province)
    try:
        with transaction.atomic():
            return _replace(actor, campaign, province, lines)
    except IntegrityError:
        raise Stale(
            "Người khác vừa nạp hoặc bổ sung đơn vị cùng mã trong lúc bạn gửi tệp. "
            "Chưa nạp dòng nào; hãy gửi lại tệp."
        ) from None


def _listings_of(campaign: Campaign, province: Area) -> list[Listing]:
    """The standing listings of a province, locked where the database can."""
    inside = Listing.objects.filter(under("path", province.path), campaign=campaign)
    return list(inside.order_by("pk"))


def _refuse_begun(listings: Sequence[Listing]) -> None:
    standing = Unit.objects.filter(listing__in=listings, dropped_at__isnull=True)
    reviewed = standing.exclude(decision=Unit.Decision.PENDING).count()
    if reviewed:
        raise NotNow(
            f"Không nạp lại được: đã có {reviewed} dòng được rà soát. Chưa có gì thay đổi. "
            "Hãy sửa từng dòng, hoặc hoàn tác các dòng đã rà soát rồi nạp lại."
        )
    if any(not listing.is_open for listing in listings):
        raise NotNow("Không nạp lại được: có bảng kê đã gửi lên cấp trên hoặc đã được chấp nhận.")


def _checked(rows: list[Row], problems: list[Problem], campaign: Campaign, province: Area) -> list[Line]:
    replaced = [listing.pk for listing in _listings_of(campaign, province)]
    taken = taken_codes(campaign, (row.values["code"] for row in rows), but=replaced)
    lines, more = check_lines(rows, campaign, province, taken)
    problems = sorted([*problems, *more], key=lambda problem: _row_number(problem.place))
    if problems:
        shown = f" Dưới đây là {SHOWN_PROBLEMS} chỗ đầu tiên." if len(problems) > SHOWN_PROBLEMS else ""
        count = f"{len(problems):,}".replace(",", ".")
        raise Invalid(
            f"Chưa nạp dòng nào: danh sách có {count} chỗ sai.{shown} Hãy sửa trong tệp rồi gửi lại.",
            problems[:SHOWN_PROBLEMS],
        )
    return lines


def _row_number(place: str) -> int:
    digits = place.removeprefix("Dòng ").partition(",")[0]
    return int(digits) if digits.isdecimal() else 0


def _replace(actor: User, campaign: Campaign, province: Area, lines: Sequence[Line]) -> Loaded:
    kind, listings = campaign.kind, make_listings(campaign, province)
    _refuse_begun(list(listings.values()))
    replaced = _clear(actor, list(listings.values()))
    units = [_unit(campaign, listings[reviewed_at(kind, line.area)], line) for line in lines]
    Unit.objects.bulk_create(units, batch_size=BATCH)
    counts: dict[int, int] = {}
    for unit in units:
        counts[unit.listing_id] = counts.get(unit.listing_id, 0) + 1
    for listing in listings.values():
        as_read = Listing.objects.filter(pk=listing.pk, version=listing.version)
        if not as_read.update(version=listing.version + 1):
            raise Stale("Bảng kê vừa được người khác thay đổi. Chưa nạp dòng nào; hãy gửi lại tệp.")
        if counts.get(listing.pk):
            record(actor, "listing.loaded", listing, units=counts[listing.pk])
    return Loaded(len(counts), len(units), replaced)


def make_listings(campaign: Campaign, province: Area) -> dict[str, Listing]:
    """A listing for every reviewing area of the province, by path: one without lines may still add some."""
    areas = areas_reviewing(campaign.kind, province)
    Listing.objects.bulk_create(
        [Listing(campaign=campaign, area=area, path=area.path, level=area.level) for area in areas],
        ignore_conflicts=True,
    )
    inside = Listing.objects.select_for_update().filter(under("path", province.path), campaign=campaign)
    return {listing.path: listing for listing in inside.order_by("pk")}


def _clear(actor: User, listings: Sequence[Listing]) -> int:
    """Take the former lines away; those with a history are dropped instead of deleted."""
    former = Unit.objects.filter(
        listing__in=listings, dropped_at__isnull=True, decision=Unit.Decision.PENDING
    )
    worked_on = list(former.filter(versions__isnull=False).distinct().select_related("area"))
    for unit in worked_on:
        drop(actor, unit, "unit.replaced")
    deleted, _ = former.delete()
    return deleted + len(worked_on)


def _unit(campaign: Campaign, listing: Listing, line: Line) -> Unit:
    unit = Unit(
        campaign=campaign,
        listing=listing,
        origin=listing,
        code=line.code,
        name=line.name,
        search_key=search_key(line.name)[:250],
        area=line.area,
        path=unit_path(line.area.path, line.code),
        details=line.details,
    )
    unit.base = as_line(unit)
    return unit
