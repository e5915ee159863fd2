"""Windows of ten minutes in which far more answers came than the body's own rhythm lets expect."""

from __future__ import annotations

import math

import duckdb

from dieutra.engine.signals.finding import Finding, number, scored
from dieutra.engine.signals.thresholds import Thresholds

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
        first = windows[0]
        day, clock = first["starts"].split("T")
        year, month, date = day.split("-")
        sentence = (
            f"{number(first['n'])} phiếu được gửi trong mười phút từ {clock} ngày {date}/{month}/{year}; theo nhịp của "
            f"chính cơ quan thì dự kiến khoảng {number(first['expected'])} phiếu."
            + (f" Có {len(windows)} lúc như vậy." if len(windows) > 1 else "")
        )
        inside = sum(window["n"] for window in windows)
        evidence = {
            "windows": windows[:10],
            "inside": inside,
            "of": int(answers),
            "surprise": round(surprise, 1),
        }
        score = scored(surprise, limits.burst_full) if math.isfinite(surprise) else 0
        found.append(Finding("burst", survey, body, "", score, sentence, evidence))
    return found
