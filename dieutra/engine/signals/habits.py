"""How people filled in: too fast, one level for all questions, at night, without the code of their browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from dieutra.engine.signals.bands import many, part
from dieutra.engine.signals.finding import Finding, number, percent, scored
from dieutra.engine.signals.shares import Share, unusual
from dieutra.engine.signals.thresholds import Thresholds


def speed(connection: duckdb.DuckDBPyConnection, limits: Thresholds) -> list[Finding]:
    """Cells with more answers filled in too fast than elsewhere; unknown times are left aside."""
    fast = ", ".join(f"'{code.replace(chr(39), '')}'" for code in limits.fast) or "NULL"
    source = f"""SELECT survey, body, grp, count(*) AS n, count(*) FILTER (seconds IN ({fast})) AS x
                 FROM answer WHERE seconds NOT IN ('', 'unknown') GROUP BY ALL"""
    said = "được điền nhanh hơn thời gian cần để đọc hết câu hỏi"
    return [_finding("speed", found, said, limits) for found in unusual(connection, source, limits)]


def straight(connection: duckdb.DuckDBPyConnection, limits: Thresholds) -> list[Finding]:
    """Cells where more people chose one level for every question of the scale than elsewhere."""
    source = f"""
      WITH one AS (
        SELECT survey, body, grp, answer, count(*) AS asked, count(DISTINCT code) AS codes, min(code) AS code
        FROM said WHERE scale GROUP BY ALL)
      SELECT survey, body, grp, count(*) AS n, count(*) FILTER (codes = 1 AND code <> '-') AS x
      FROM one WHERE asked >= {limits.straight_least} GROUP BY survey, body, grp"""
    said = "chọn cùng một mức cho mọi câu hỏi"
    return [_finding("straight", found, said, limits) for found in unusual(connection, source, limits)]


def night(connection: duckdb.DuckDBPyConnection, limits: Thresholds) -> list[Finding]:
    """Bodies with more answers at night than others, from the counters of bursts, which know no groups."""
    source = f"""
      SELECT survey, body, '' AS grp, sum(n) AS n, coalesce(sum(n) FILTER (
        hour(starts) >= {limits.night_from} OR hour(starts) < {limits.night_to}), 0) AS x
      FROM burst GROUP BY survey, body"""
    between = limits.night_from, limits.night_to
    findings = []
    for found in unusual(connection, source, limits, limits.night_excess):
        evidence, score = _measured(found, limits)
        sentence = night_told(evidence, *between)
        findings.append(Finding("night", found.survey, found.body, found.grp, score, sentence, evidence))
    return findings


def night_told(evidence: Mapping[str, Any], first: int, last: int) -> str:
    """The sentence about the answers of the night, in bands (bands.py says why)."""
    number = many(evidence["count"])
    return (
        f"{number[0].upper()}{number[1:]} phiếu, là {part(evidence['count'] / evidence['of'])} số phiếu của cơ quan, được "
        f"gửi từ {first} giờ đến {last} giờ sáng, nhiều hơn ở các cơ quan khác ({part(evidence['elsewhere'])})."
    )


def nodevice(connection: duckdb.DuckDBPyConnection, limits: Thresholds) -> list[Finding]:
    """Bodies with more answers from programs or browsers that keep no cookie than others."""
    source = """SELECT survey, body, '' AS grp, count(*) AS n, count(*) FILTER (device = '') AS x
                FROM answer GROUP BY survey, body"""
    said = "đến từ trình duyệt không giữ mã nhận dạng, như khi dùng cửa sổ ẩn danh hoặc chương trình tự động"
    return [_finding("nodevice", found, said, limits) for found in unusual(connection, source, limits)]


def _finding(signal: str, found: Share, said: str, limits: Thresholds) -> Finding:
    sentence = (
        f"{number(found.x)} trên {number(found.n)} phiếu ({percent(found.x / found.n)}) {said}; "
        f"ở các cơ quan khác là {percent(found.rest)}."
    )
    evidence, score = _measured(found, limits)
    return Finding(signal, found.survey, found.body, found.grp, score, sentence, evidence)


def _measured(found: Share, limits: Thresholds) -> tuple[dict[str, Any], int]:
    evidence = {
        "count": found.x,
        "of": found.n,
        "elsewhere": round(found.rest, 4),
        "surprise": round(found.surprise, 1),
    }
    return evidence, scored(found.surprise, limits.full_surprise)
