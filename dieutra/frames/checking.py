"""Do the lines of a list make sense? Codes exist, areas lie inside each other, the level has its code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models.functions import Lower

from dieutra.campaigns.kind import Kind
from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Problem
from dieutra.frames.columns import (
    AREA_COLUMNS,
    CODE,
    COMMUNE,
    DISTRICT,
    LEVEL,
    LEVELS,
    NAME,
    PROVINCE,
    headers,
)
from dieutra.frames.models import Unit
from dieutra.frames.reading import Row, place
from dieutra.places.models import Area
from dieutra.places.paths import codes_by_level, under

BATCH = 900


@dataclass(frozen=True)
class Line:
    """A checked line of a base list. `area` manages the unit; where it has its seat stands in the details."""

    number: int
    code: str
    name: str
    area: Area
    details: dict[str, str]


class ListedAgainst(Protocol):
    """What a list is checked against: a catalogue and a kind's columns; a campaign has both."""

    @property
    def catalogue_id(self) -> Any: ...
    @property
    def kind(self) -> Kind: ...


class AreaBook:
    """The areas of a campaign's catalogue by code: one query for a whole list."""

    def __init__(self, campaign: ListedAgainst) -> None:
        areas = Area.objects.filter(catalogue_id=campaign.catalogue_id).only("code", "name", "level", "path")
        self.by_code = {area.code: area for area in areas}

    def above(self, area: Area, level: int) -> Area | None:
        """The ancestor of an area at a level; the area itself at its own."""
        found = (self.by_code.get(code) for code in area.path.strip("/").split("/"))
        return next((one for one in found if one and one.level == level), None)


def check_lines(
    rows: Sequence[Row], campaign: ListedAgainst, province: Area, taken: set[str]
) -> tuple[list[Line], list[Problem]]:
    """The lines of a province's list, and what is wrong. `taken`: codes used elsewhere, in small letters."""
    check = _Check(campaign, province)
    problems = list(_repeated(rows, check.words[CODE], taken))
    lines = []
    for row in rows:
        wrong = len(check.problems)
        area = check.area_of(row)
        if area is not None and len(check.problems) == wrong:
            lines.append(Line(row.number, row.values[CODE], row.values[NAME], area, _details(row)))
    return lines, problems + check.problems


def _details(row: Row) -> dict[str, str]:
    return {name: text for name, text in row.values.items() if name not in (CODE, NAME, PROVINCE) and text}


def _repeated(rows: Iterable[Row], header: str, taken: set[str]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row in rows:
        code = row.values[CODE]
        earlier = first.setdefault(code.lower(), row.number)
        if earlier != row.number:
            message = f"Mã “{code}” trùng với dòng {earlier}. Mỗi đơn vị chỉ có một dòng."
            yield Problem(place(row.number, header), message)
        elif code.lower() in taken:
            message = f"Mã “{code}” đã có ở bảng kê khác của cuộc điều tra. Hãy kiểm tra mã hoặc bỏ dòng."
            yield Problem(place(row.number, header), message)


def taken_codes(campaign: Campaign, codes: Iterable[str], but: Sequence[int] = ()) -> set[str]:
    """Which of the codes the campaign already uses, outside the listings `but`; in small letters."""
    wanted = sorted({code.lower() for code in codes})
    found: set[str] = set()
    standing = Unit.objects.filter(campaign=campaign, dropped_at__isnull=True).exclude(listing__in=list(but))
    for start in range(0, len(wanted), BATCH):
        lower = standing.annotate(small=Lower("code")).filter(small__in=wanted[start : start + BATCH])
        found.update(lower.values_list("small", flat=True))
    return found


class _Check:
    """Looks up the three codes of a line and finds the area that manages the unit."""

    def __init__(self, campaign: ListedAgainst, province: Area) -> None:
        self.book = AreaBook(campaign)
        self.province = province
        self.words = headers(campaign.kind.frame_columns)
        self.level_words = campaign.kind.level_words
        self.problems: list[Problem] = []

    def wrong(self, row: Row, column: str, message: str) -> None:
        self.problems.append(Problem(place(row.number, self.words.get(column, column)), message))

    def area_of(self, row: Row) -> Area | None:
        province = self.find(row, PROVINCE, 1)
        if province is None:
            return None
        if province.path != self.province.path:
            message = f"Mã “{province.code}” là {province.name}; danh sách này nạp cho {self.province.name}."
            self.wrong(row, PROVINCE, message)
            return None
        seats = self.seats(row, province)
        if seats is None:
            return None
        return self.managed_by(row, seats)

    def seats(self, row: Row, province: Area) -> dict[int, Area] | None:
        """The areas of the line by level; None when one is unknown or not inside the one above."""
        seats, above, right = {1: province}, province, True
        for column, level in ((DISTRICT, 2), (COMMUNE, 3)):
            if not row.values.get(column):
                continue
            area = self.find(row, column, level)
            if area is None:
                right = False
            elif not area.path.startswith(above.path):
                self.wrong(row, column, self.outside(area, above))
                right = False
            else:
                seats[level] = above = area
        return seats if right else None

    def outside(self, area: Area, above: Area) -> str:
        real = self.book.above(area, above.level)
        belongs = f"thuộc {real.name}, " if real else ""
        return f"{area.name} (mã {area.code}) {belongs}không thuộc {above.name}. Hãy sửa mã cho khớp nhau."

    def find(self, row: Row, column: str, level: int) -> Area | None:
        code = row.values.get(column, "")
        area = self.book.by_code.get(code)
        if area is not None and area.level == level:
            return area
        if area is not None:
            message = f"Mã “{code}” là của {area.name}, không đúng cấp của cột này."
        else:
            message = f"Mã “{code}” không có trong danh mục hành chính của cuộc điều tra."
        self.wrong(row, column, message if code else "Bắt buộc phải có, đang để trống.")
        return None

    def managed_by(self, row: Row, seats: dict[int, Area]) -> Area | None:
        level = LEVELS.get(row.values.get(LEVEL, ""))
        if level is None:
            self.wrong(row, LEVEL, "Cấp quản lý không có trong danh mục của cột này. Hãy chọn lại.")
            return None
        if level not in seats:
            column = AREA_COLUMNS[level - 1]
            words = f"Đơn vị {self.level_words[level]} phải có “{self.words.get(column, column)}”."
            self.wrong(row, LEVEL, f"{words} Hãy ghi mã, hoặc sửa cấp quản lý.")
            return None
        return seats[level]


def areas_reviewing(kind: Kind, province: Area) -> list[Area]:
    """The areas of a province that review a listing of their own: those of the kind's listing levels."""
    inside = Area.objects.filter(under("path", province.path), catalogue_id=province.catalogue_id)
    return list(inside.filter(level__in=kind.listing_levels).order_by("path"))


def reviewed_at(kind: Kind, area: Area) -> str:
    """The path of the area whose listing holds the area's units: the lowest on its path at a listing level."""
    codes = codes_by_level(area.path, area.level)
    lowest = max((level for level in codes if level in kind.listing_levels), default=area.level)
    return "/".join(code for level, code in codes.items() if level <= lowest) + "/"


def in_province(area: Area, path: str) -> bool:
    """Is the area in the same province as the path?"""
    return area.path.split("/")[:2] == path.split("/")[:2]
