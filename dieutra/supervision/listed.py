"""Assignments by list: an .xlsx or .csv with a supervisor and an area or a unit on each line; all of it or nothing."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Lower

from dieutra.campaigns.kind import FrameColumn
from dieutra.engine.refusals import Invalid, Problem
from dieutra.frames.models import Unit
from dieutra.frames.reading import Row, place, read_rows
from dieutra.people.models import Post, User
from dieutra.people.permission import require
from dieutra.places.models import Area
from dieutra.places.paths import under
from dieutra.supervision.actions import MOST, NOT_THERE, give, lock
from dieutra.supervision.queries import Place, supervisors

WHO, AREA, UNIT = "Tên đăng nhập giám sát viên", "Mã địa bàn", "Mã đơn vị"
COLUMNS = (
    FrameColumn(WHO, "username", required=True, max_length=60),
    FrameColumn(AREA, "area_code", type="code", max_length=20),
    FrameColumn(UNIT, "unit_code", max_length=30),
)


def assign_by_list(actor: User, where: Place, content: bytes, filename: str) -> int:
    """Add the assignments of a file; how many are new. Raises Invalid with every wrong row and cell."""
    require(actor, "supervision.manage", where, why=NOT_THERE)
    rows, problems = read_rows(content, filename, COLUMNS)
    if len(rows) > MOST:
        raise Invalid(f"Tệp có quá {MOST} dòng. Hãy giao theo mã địa bàn thay vì từng đơn vị.")
    people = {post.user.username: post for post in supervisors(where)}
    paths = _paths(where, rows)
    given: dict[Post, set[str]] = {}
    for row in rows:
        wrong = _wrong(row, people, paths)
        problems += wrong
        if not wrong:
            key = _key(row)
            given.setdefault(people[row.values["username"].lower()], set()).add(paths[key])
    if problems:
        problems.sort(key=lambda problem: int(problem.place.split()[1].rstrip(",")))
        raise Invalid(
            f"Tệp có {len(problems)} chỗ sai nên chưa dòng nào được giao. Xem từng chỗ dưới đây.", problems
        )
    with transaction.atomic():
        lock(where)
        return give(actor, where, given)


def _key(row: Row) -> tuple[str, str]:
    area, unit = row.values.get("area_code", ""), row.values.get("unit_code", "")
    return (UNIT, unit.lower()) if unit else (AREA, area)


def _paths(where: Place, rows: list[Row]) -> dict[tuple[str, str], str]:
    """The paths of all codes in the file that lie in the place."""
    codes = {row.values.get("area_code", "") for row in rows}
    areas = Area.objects.filter(
        under("path", where.path), catalogue_id=where.campaign.catalogue_id, code__in=codes
    )
    units = Unit.objects.filter(under("path", where.path), campaign=where.campaign, dropped_at__isnull=True)
    wanted = {row.values.get("unit_code", "").lower() for row in rows} - {""}
    found = {(AREA, code): path for code, path in areas.values_list("code", "path") if path != where.path}
    named = units.annotate(low=Lower("code")).filter(low__in=wanted) if wanted else units.none()
    found |= {(UNIT, code.lower()): path for code, path in named.values_list("code", "path")}
    return found


def _wrong(row: Row, people: dict[str, Post], paths: dict[tuple[str, str], str]) -> list[Problem]:
    found = []
    if row.values["username"].lower() not in people:
        message = f"“{row.values['username'][:60]}” không phải giám sát viên của địa bàn này."
        found.append(Problem(place(row.number, WHO), message))
    area, unit = row.values.get("area_code", ""), row.values.get("unit_code", "")
    if bool(area) == bool(unit):
        message = "Ghi đúng một trong hai: mã địa bàn hoặc mã đơn vị."
        found.append(Problem(place(row.number, AREA), message))
    elif _key(row) not in paths:
        header, code = (UNIT, unit) if unit else (AREA, area)
        found.append(Problem(place(row.number, header), f"Không có mã “{code[:30]}” trong địa bàn này."))
    return found
