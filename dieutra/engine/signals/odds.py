"""How far a body's answers lie from the national distribution, against how far honest bodies lie from it.

Per question the likelihood ratio G² of the cell against all other bodies, per degree of freedom, and its mean over the
questions. Bodies truly differ, and questions go together, so its own spread over the bodies (by quartiles, which a few
cheats cannot move) says what is far; then the number of bodies is taken off. A good body is far from the rest, too: this
signal says only where to look.
"""

from __future__ import annotations

from typing import Any

import duckdb

from dieutra.engine.signals.finding import Finding, number, scored
from dieutra.engine.signals.thresholds import Thresholds

TAIL = 0.814
"Honest distances thin out like an exponential with these quartiles: nats per unit of the normal that has them."

_COUNTS = """
CREATE OR REPLACE TEMP TABLE counted AS
WITH sized AS (SELECT * FROM cell WHERE n >= $smallest_group),
own AS (
  SELECT survey, grp, body, question, value, code, count(*) AS o
  FROM said JOIN sized USING (survey, grp, body) WHERE code <> '-' GROUP BY ALL),
country AS (SELECT survey, grp, question, value, code, sum(o) AS c FROM own GROUP BY ALL),
grid AS (
  SELECT survey, grp, body, question, value, code, c, coalesce(o, 0) AS o
  FROM country JOIN (SELECT DISTINCT survey, grp, body, question FROM own) USING (survey, grp, question)
  LEFT JOIN own USING (survey, grp, body, question, value, code))
SELECT *, sum(o) OVER cell AS n, count(*) OVER cell AS m,
  (c - o + 0.5) / (sum(c - o + 0.5) OVER cell) AS rest
FROM grid WINDOW cell AS (PARTITION BY survey, grp, body, question)
"""

_FAR = """
WITH per_question AS (
  SELECT survey, grp, body, question, any_value(n) AS n,
    2 * sum(CASE WHEN o > 0 THEN o * ln(o / (n * rest)) ELSE 0 END) / (any_value(m) - 1) AS g
  FROM counted WHERE m > 1 GROUP BY ALL),
per_cell AS (SELECT survey, grp, body, max(n) AS n, avg(g) AS g, count(*) AS questions FROM per_question GROUP BY ALL),
spread AS (
  SELECT survey, grp, count(*) AS bodies, greatest(0, median((g - 1) / (n - 1))) AS seen FROM per_cell GROUP BY ALL),
eased AS (
  SELECT *, sqrt(greatest(0, g) / (1 + (n - 1) * CASE WHEN bodies < $fewest THEN $spread ELSE seen END)) AS far
  FROM per_cell JOIN spread USING (survey, grp)),
usual AS (
  SELECT survey, grp, median(far) AS middle,
    greatest(0.2, (quantile_cont(far, 0.75) - quantile_cont(far, 0.25)) / 1.349) AS apart
  FROM eased GROUP BY ALL)
SELECT survey, body, grp, n, questions, (far - middle) / apart AS z, ln(bodies) AS looked
FROM eased JOIN usual USING (survey, grp) WHERE far > middle ORDER BY survey, body, grp
"""

# one option of each question: what two of them leave over could be few people
_CELLS = """
WITH most AS (
  SELECT *, o * ln(o / (n * rest)) AS beyond FROM counted
  WHERE o >= $smallest_group AND (n - o = 0 OR n - o >= $smallest_group) AND o / n > rest
  QUALIFY row_number() OVER (PARTITION BY survey, body, grp, question ORDER BY beyond DESC, value) = 1)
SELECT survey, body, grp, question, value, o, n, rest FROM most
QUALIFY row_number() OVER (PARTITION BY survey, body, grp ORDER BY beyond DESC, question, value) <= 5
"""


def odds(connection: duckdb.DuckDBPyConnection, limits: Thresholds) -> list[Finding]:
    """Cells far from the country, with the options that were chosen most beyond what others chose."""
    connection.execute(_COUNTS, {"smallest_group": limits.smallest_group})
    given = {"fewest": limits.fewest_bodies, "spread": limits.spread}
    far = connection.execute(_FAR, given).fetchall()
    most: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for survey, body, grp, question, value, o, n, rest in connection.execute(
        _CELLS, {"smallest_group": limits.smallest_group}
    ).fetchall():
        cell = {
            "question": question,
            "value": value,
            "count": int(o),
            "of": int(n),
            "elsewhere": round(rest, 4),
        }
        most.setdefault((survey, body, grp), []).append(cell)
    found = []
    for survey, body, grp, n, questions, z, looked in far:
        surprise = TAIL * z - looked
        cells = sorted(most.get((survey, body, grp), []), key=lambda cell: (cell["question"], cell["value"]))
        if surprise <= 0:
            continue
        sentence = (
            f"Cách trả lời của {number(n)} người lệch xa mức chung cả nước, vượt {number(z)} lần mức khác nhau thông "
            "thường giữa các cơ quan."
        )
        evidence = {
            "cells": cells,
            "of": int(n),
            "questions": questions,
            "z": round(z, 1),
            "surprise": round(surprise, 1),
        }
        found.append(
            Finding("odds", survey, body, grp, scored(surprise, limits.odds_full), sentence, evidence)
        )
    return found
