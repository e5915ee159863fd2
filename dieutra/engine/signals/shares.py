"""A share in each cell against the same share in the rest of the country, with what honest bodies differ by.

Cells differ honestly: people of one office resemble each other. So the distance of every cell from the national share is
measured, and the correlation inside bodies is taken from the median of these distances, which a few cheating bodies
cannot move; a share so rare that most cells have none tells nothing of it, and a usual value is taken. A cell's distance
is divided by what this correlation explains; then the number of cells looked at is taken off, for the most unlikely of
many is always unlikely.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from dieutra.engine.signals.thresholds import Thresholds

MEDIAN_CHI_SQUARE = 0.4549
"The median of a chi-square with one degree of freedom."


@dataclass(frozen=True)
class Share:
    survey: str
    body: str
    grp: str
    n: int
    x: int
    rest: float
    surprise: float


_QUERY = f"""
WITH part AS (SELECT survey, body, grp, n, x FROM shares WHERE n >= $smallest_group),
against AS (
  SELECT *, (sum(x) OVER whole - x + 0.5) / (sum(n) OVER whole - n + 1) AS rest
  FROM part WINDOW whole AS (PARTITION BY survey, grp)),
distant AS (
  SELECT *, x / n AS share, n * (
      CASE WHEN x > 0 THEN x / n * ln(x / n / rest) ELSE 0 END
    + CASE WHEN x < n THEN (1 - x / n) * ln((1 - x / n) / (1 - rest)) ELSE 0 END) AS distance
  FROM against),
spread AS (
  SELECT survey, grp, count(*) AS bodies,
    median((2 * distance / {MEDIAN_CHI_SQUARE} - 1) / (n - 1)) AS seen
  FROM distant WHERE n * least(rest, 1 - rest) >= 2 GROUP BY ALL)
SELECT survey, body, grp, n, x, rest,
  distance / (1 + (n - 1) * CASE WHEN coalesce(bodies, 0) < $fewest_bodies THEN $spread
                   ELSE greatest($least_spread, least(seen, 1)) END)
    - ln((SELECT count(*) FROM part)) AS surprise
FROM distant LEFT JOIN spread USING (survey, grp)
WHERE x >= $smallest_group AND share - rest >= $least_excess
ORDER BY ALL
"""


def unusual(
    connection: duckdb.DuckDBPyConnection, source: str, limits: Thresholds, excess: float | None = None
) -> list[Share]:
    """The cells whose share lies above the rest of the country; `source` is SQL of (survey, body, grp, n, x).

    `excess`: by so much at least, `limits.least_excess` when left out.
    """
    connection.execute(f"CREATE OR REPLACE TEMP VIEW shares AS {source}")
    names = ("smallest_group", "fewest_bodies", "spread", "least_spread")
    given = {name: getattr(limits, name) for name in names}
    given["least_excess"] = limits.least_excess if excess is None else excess
    rows = connection.execute(_QUERY, given).fetchall()
    return [Share(*row) for row in rows]
