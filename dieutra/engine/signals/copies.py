"""Answers that are the same, or nearly, oftener than chance gives with how the group answers in the country.

Each answer is a word with a letter per question. Its neighbours (equal but for a question or so) are counted in its own
cell and in a sample of other bodies; people who all mark "good" have neighbours everywhere, copies only at home.
"""

from __future__ import annotations

import duckdb

from dieutra.engine.signals.finding import Finding, number, scored
from dieutra.engine.signals.shares import unusual
from dieutra.engine.signals.thresholds import Thresholds

_WORDS = """
CREATE OR REPLACE TEMP TABLE word AS
WITH one AS (
  SELECT survey, body, grp, answer, string_agg(code, '' ORDER BY ordinal) AS word,
    count(*) AS asked, count(*) FILTER (code = '-') AS blank
  FROM said GROUP BY ALL)
SELECT survey, body, grp, answer, word, asked // $apart AS apart,
  row_number() OVER (PARTITION BY survey, grp ORDER BY md5(answer)) AS turn
FROM one WHERE asked >= 5 AND blank * 2 <= asked
"""

# Equal words are counted once and weighed, so that straight lines by the hundred cost one comparison.
_NEAR = """
CREATE OR REPLACE TEMP TABLE near AS
WITH at_home AS (
  SELECT survey, body, grp, word, any_value(apart) AS apart, count(*) AS size FROM word GROUP BY survey, body, grp, word),
in_cell AS (SELECT survey, body, grp, sum(size) AS n FROM at_home GROUP BY ALL),
own AS (
  SELECT a.survey, a.body, a.grp, a.word, any_value(a.size) AS same, sum(b.size) AS alike
  FROM at_home a JOIN at_home b USING (survey, body, grp)
  WHERE a.word = b.word OR (a.apart > 0 AND hamming(a.word, b.word) <= a.apart) GROUP BY ALL),
often AS (SELECT * FROM own WHERE alike >= $smallest_group),
sample AS (
  SELECT survey, grp, body, word, count(*) AS size FROM word WHERE turn <= $sample GROUP BY ALL),
sampled AS (SELECT survey, grp, sum(size) AS n FROM sample GROUP BY ALL),
from_home AS (SELECT survey, grp, body, sum(size) AS n FROM sample GROUP BY ALL),
elsewhere AS (
  SELECT o.survey, o.body, o.grp, o.word, coalesce(sum(s.size) FILTER (
      s.word = o.word OR hamming(s.word, o.word) <= length(o.word) // $apart), 0) AS found
  FROM often o LEFT JOIN sample s ON s.survey = o.survey AND s.grp = o.grp AND s.body <> o.body GROUP BY ALL)
SELECT o.survey, o.body, o.grp, o.word, o.same, o.alike, c.n,
  (c.n - 1) * (found + 0.5) / (t.n - coalesce(h.n, 0) + 1) AS chance
FROM often o JOIN elsewhere USING (survey, body, grp, word) JOIN in_cell c USING (survey, body, grp)
JOIN sampled t USING (survey, grp) LEFT JOIN from_home h USING (survey, grp, body)
"""

# At most what surprises beyond a body's honest agreement is taken for copied.
_COPIED = """
CREATE OR REPLACE TEMP TABLE copied AS
SELECT * FROM near WHERE alike - 1 > $slack * chance
  AND (alike - 1) * ln((alike - 1) / ($slack * chance)) - (alike - 1) + $slack * chance >= $surprise
"""

_LARGEST = """
SELECT survey, body, grp, alike, same, chance, CASE WHEN same >= $smallest_group THEN word END
FROM copied QUALIFY row_number() OVER (PARTITION BY survey, body, grp ORDER BY alike DESC, same DESC, word) = 1
"""


def copies(connection: duckdb.DuckDBPyConnection, limits: Thresholds) -> list[Finding]:
    """Cells with more answers that are copies of each other than elsewhere."""
    connection.execute(_WORDS, {"apart": limits.copies_apart})
    given = {
        "smallest_group": limits.smallest_group,
        "sample": limits.copies_sample,
        "apart": limits.copies_apart,
    }
    connection.execute(_NEAR, given)
    connection.execute(_COPIED, {"slack": limits.copies_slack, "surprise": limits.copies_surprise})
    source = """SELECT survey, body, grp, n, coalesce(x, 0) AS x
                FROM (SELECT survey, body, grp, count(*) AS n FROM word GROUP BY survey, body, grp)
                LEFT JOIN (SELECT survey, body, grp, sum(same) AS x FROM copied GROUP BY survey, body, grp)
                USING (survey, body, grp)"""
    rows = connection.execute(_LARGEST, {"smallest_group": limits.smallest_group}).fetchall()
    largest = {(survey, body, grp): rest for survey, body, grp, *rest in rows}
    found = []
    for share in unusual(connection, source, limits):
        alike, same, chance, word = largest[share.survey, share.body, share.grp]
        sentence = (
            f"{number(share.x)} trên {number(share.n)} phiếu giống nhau hoặc gần như giống nhau; nhóm lớn nhất có "
            f"{number(alike)} phiếu, trong đó {number(same)} phiếu trùng hoàn toàn. Theo cách cả nước trả lời thì dự kiến "
            f"khoảng {number(chance)} phiếu như vậy."
        )
        evidence = {"count": int(share.x), "of": int(share.n), "largest": int(alike), "same": int(same),
                    "chance": round(chance, 2), "surprise": round(share.surprise, 1)}  # fmt: skip
        if word:
            evidence["pattern"] = _pattern(connection, share.survey, share.grp, word)
        score = scored(share.surprise, limits.full_surprise)
        found.append(Finding("copies", share.survey, share.body, share.grp, score, sentence, evidence))
    return found


def _pattern(connection: duckdb.DuckDBPyConnection, survey: str, grp: str, word: str) -> list[list[str]]:
    """Question and code of the commonest copy, which so many people gave that it is nobody's own."""
    asked = connection.execute(
        "SELECT DISTINCT ordinal, question FROM said WHERE survey = ? AND grp = ? ORDER BY ordinal",
        [survey, grp],
    ).fetchall()
    values = {
        (question, code): value
        for question, code, value in connection.execute(
            "SELECT DISTINCT question, code, value FROM said WHERE survey = ? AND grp = ? AND code <> '-'",
            [survey, grp],
        ).fetchall()
    }
    return [
        [question, values.get((question, code), "")] for (_, question), code in zip(asked, word, strict=True)
    ]
