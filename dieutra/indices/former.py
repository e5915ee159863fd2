"""The published index of another year, from a file or from what was typed: a row per body, checked before it is kept."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.spreadsheet import Cell, Table, read_table
from dieutra.engine.stats.exact import decimal
from dieutra.engine.text import search_key
from dieutra.events.actions import record
from dieutra.incidents.wording import worded
from dieutra.indices.models import Former
from dieutra.indices.queries import need_scheme
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.rosters.queries import bodies

WHY = "Chỉ trung ương ghi số liệu năm trước."
HEADERS = {"ma": "code", "diem": "points", "hang": "rank"}
MOST_ROWS = 500


def take_former(
    actor: User, campaign: Campaign, survey: str, year: int, source: str, content: bytes
) -> Former:
    """Replaces what stood before. Columns: `mã`, `điểm`, `hạng` (may be blank), and codes of domains as far as known.

    Raises Forbidden, Invalid with every wrong row.
    """
    require(actor, "index.verify", campaign, why=WHY)
    if not 2000 <= year <= 2100:
        raise Invalid("Năm chưa đúng.", [Problem("Năm", "Ghi năm có bốn chữ số, ví dụ 2021.")])
    source = worded("Nguồn số liệu", source, 300)
    scheme = need_scheme(campaign, survey)
    domains = {node.code for node in scheme.read.tree().domains}
    known = set(bodies(campaign, survey).values_list("code", flat=True))
    rows = _rows(read_table(content), domains, known)
    values: dict[str, Any] = {
        "path": campaign.path, "year": year, "source": source, "rows": rows, "taken_by": actor, "taken_at": timezone.now(),
    }  # fmt: skip
    with transaction.atomic():
        former, _ = Former.objects.update_or_create(campaign=campaign, survey=survey, defaults=values)
        record(actor, "index.former_taken", former, survey=survey, year=year, rows=len(rows))
    return former


def _rows(table: Table, domains: set[str], known: set[str]) -> dict[str, dict[str, Any]]:
    columns = _columns(table[0] if table else [], domains)
    found: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for number, cells in enumerate(table[1 : MOST_ROWS + 1], start=2):
        given = {name: _text(cells[at]) for at, name in columns.items() if at < len(cells)}
        if not any(given.values()):
            continue
        try:
            code, row = _row(given, domains, known, set(found))
        except ValueError as error:
            problems.append(Problem(f"Dòng {number}", str(error)))
        else:
            found[code] = row
    if not found and not problems:
        problems.append(Problem("Dòng 2", "Chưa có dòng nào."))
    if problems:
        raise Invalid(f"Số liệu năm trước có {len(problems)} chỗ chưa đúng; chưa ghi dòng nào.", problems)
    return found


def _columns(header: list[Cell], domains: set[str]) -> dict[int, str]:
    """Place of a column -> `code`, `points`, `rank` or the code of a domain; others are not read."""
    names = [_text(cell) for cell in header]
    found = {at: HEADERS.get(search_key(name), name) for at, name in enumerate(names)}
    found = {at: name for at, name in found.items() if name in {*HEADERS.values(), *domains}}
    if not {"code", "points"} <= set(found.values()) or len(set(found.values())) < len(found):
        raise Invalid(
            "Dòng tiêu đề chưa đúng.",
            [Problem("Dòng 1", "Cần các cột “mã”, “điểm”, mỗi cột một lần; “hạng” có thể bỏ.")],
        )
    return found


def _row(
    given: dict[str, str], domains: set[str], known: set[str], before: set[str]
) -> tuple[str, dict[str, Any]]:
    """ValueError says what is wrong."""
    code, rank = given.get("code", ""), given.get("rank", "")
    if code not in known:
        raise ValueError(f"Không có cơ quan mã “{code[:20]}” trong cuộc khảo sát này.")
    if code in before:
        raise ValueError(f"Mã {code} đã có ở dòng trên.")
    if rank and not (rank.isascii() and rank.isdigit() and 0 < int(rank[:9]) <= MOST_ROWS):
        raise ValueError("Hạng là số nguyên từ 1; không xếp hạng thì để trống.")
    parts = {name: _points(given[name]) for name in domains if given.get(name)}
    return code, {
        "points": _points(given.get("points", "")),
        "rank": int(rank) if rank else None,
        "domains": parts,
    }


def _points(text: str) -> str:
    value = decimal(text)
    if value is None or not 0 <= value <= 100 or -int(value.as_tuple().exponent) > 4:
        raise ValueError(f"“{text[:20]}”: điểm là số từ 0 đến 100, ví dụ 89,58.")
    return str(value)


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
