"""Windows of ten minutes in which far more answers came than the body's own rhythm lets expect."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from dieutra.engine.signals.bands import many, place_of
from dieutra.engine.signals.finding import Finding, scored
from dieutra.engine.signals.thresholds import Thresholds

Window = Mapping[str, Any]
"""{starts: "2023-02-21T23:40", n, expected}: exact, for scoring; what is shown of it is in bands."""

# What is expected in a window: the mean of the windows of an hour and a half before it, or after it (a mail has just come),
# the body's mean window (of those in which anything came), or one, whichever is most. Chernoff's bound for a Poisson count.
_BURSTS = """
WITH total AS (SELECT survey, body, starts, sum(n) AS n FROM burst GROUP BY ALL),
around AS (
  SELECT *, sum(n) OVER whole AS answers, count(*) OVER whole AS windows,
    coalesce(sum(n) OVER before, 0) AS earlier, coalesce(sum(n) OVER after, 0) AS later
  FROM total WINDOW whole AS (PARTITION BY survey, body),
    before AS (PARTITION BY survey, body ORDER BY starts
      RANGE BETWEEN INTERVAL 90 MINUTES PRECEDING AND INTERVAL 10 MINUTES PRECEDING),
    after AS (PARTITION BY survey, body ORDER BY starts
      RANGE BETWEEN INTERVAL 10 MINUTES FOLLOWING AND INTERVAL 90 MINUTES FOLLOWING)),
expected AS (
  SELECT *, greatest(1, earlier / 9, later / 9, (answers - n) / greatest(windows - 1, 1)) AS expected FROM around),
windows AS (
  SELECT *, n * ln(n / expected) - n + expected - ln((SELECT count(*) FROM total)) AS surprise
  FROM expected WHERE n >= $least AND n > expected)
SELECT survey, body, any_value(answers), max(surprise),
  list({'starts': strftime(starts, '%Y-%m-%dT%H:%M'), 'n': CAST(n AS INTEGER), 'expected': round(expected, 1)}
       ORDER BY surprise DESC, starts)
FROM windows WHERE surprise > 0 GROUP BY survey, body ORDER BY survey, body
"""


def burst(connection: duckdb.DuckDBPyConnection, limits: Thresholds) -> list[Finding]:
    """Bodies with such windows; the most surprising ten are the evidence."""
    found = []
    for survey, body, answers, surprise, windows in connection.execute(
        _BURSTS, {"least": limits.burst_least}
    ).fetchall():
        inside = sum(window["n"] for window in windows)
        evidence = {
            "windows": windows[:10],
            "inside": inside,
            "of": int(answers),
            "surprise": round(surprise, 1),
        }
        score = scored(surprise, limits.burst_full) if math.isfinite(surprise) else 0
        found.append(Finding("burst", survey, body, "", score, told(evidence["windows"]), evidence))
    return found


def ordered(windows: Sequence[Window]) -> list[Window]:
    """As they are shown: by the band of their number, then by time, so that the order tells no number either."""
    return sorted(windows, key=lambda it: (-place_of(it["n"]), it["starts"]))


def told(windows: Sequence[Window]) -> str:
    """The sentence about these windows, in bands."""
    first = ordered(windows)[0]
    number = many(first["n"])
    more = " Các lúc như vậy ở bảng dưới." if len(windows) > 1 else ""
    return (
        f"{number[0].upper()}{number[1:]} phiếu được gửi trong mười phút từ {moment(first['starts'])}; theo nhịp của "
        f"chính cơ quan thì dự kiến {many(first['expected'])} phiếu.{more}"
    )


def moment(starts: str) -> str:
    """The beginning of a window, as screens say it."""
    day, clock = starts.split("T")
    year, month, date = day.split("-")
    return f"{clock} ngày {date}/{month}/{year}"
