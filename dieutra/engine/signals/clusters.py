"""Many answers from one browser, and many from one network."""

from __future__ import annotations

import duckdb

from dieutra.engine.signals.finding import Finding, number, percent, scored
from dieutra.engine.signals.thresholds import Thresholds

_DEVICES = """
WITH cluster AS (
  SELECT survey, body, device, count(*) AS size,
    coalesce(list(DISTINCT grp ORDER BY grp) FILTER (n >= $smallest), []) AS groups
  FROM answer JOIN cell USING (survey, body, grp) WHERE device <> '' GROUP BY survey, body, device)
SELECT survey, body, sum(size - 1) AS beyond, list(size ORDER BY size DESC) AS sizes,
  list_sort(list_distinct(flatten(list(groups)))) AS groups,
  (SELECT sum(n) FROM cell WHERE cell.survey = cluster.survey AND cell.body = cluster.body) AS n
FROM cluster WHERE size > $tolerated GROUP BY survey, body ORDER BY survey, body
"""


def device(connection: duckdb.DuckDBPyConnection, limits: Thresholds) -> list[Finding]:
    """Bodies for which one browser, or several, sent more answers than a shared tablet would."""
    found = []
    rows = connection.execute(
        _DEVICES, {"tolerated": limits.device_tolerated, "smallest": limits.smallest_group}
    ).fetchall()
    for survey, body, beyond, sizes, groups, n in rows:
        sentence = (
            f"Một trình duyệt đã gửi {number(sizes[0])} phiếu"
            + (
                f"; cộng cả {len(sizes)} trình duyệt như vậy là {number(sum(sizes))} phiếu"
                if len(sizes) > 1
                else ""
            )
            + f", trên tổng số {number(n)} phiếu của cơ quan. Thiết bị dùng chung thông thường không quá "
            f"{limits.device_tolerated} phiếu."
        )
        evidence = {
            "sizes": sizes[:10],
            "clusters": len(sizes),
            "beyond": int(beyond),
            "of": int(n),
            "groups": groups,
        }
        score = scored(float(beyond), limits.device_full)
        found.append(Finding("device", survey, body, "", score, sentence, evidence))
    return found


_NETWORKS = """
WITH cluster AS (
  SELECT survey, body, network, count(*) AS size, count(DISTINCT nullif(device, '')) AS devices,
    row_number() OVER (PARTITION BY survey, body ORDER BY count(*) DESC, network) AS turn
  FROM answer WHERE network <> '' GROUP BY survey, body, network),
body AS (SELECT survey, body, sum(n) AS n FROM cell GROUP BY survey, body),
largest AS (
  SELECT survey, body, size, devices, n, size / n AS share
  FROM cluster JOIN body USING (survey, body) WHERE turn = 1 AND n >= $least),
usual AS (SELECT survey, count(*) AS bodies, median(share) AS middle, mad(share) AS apart FROM largest GROUP BY survey)
SELECT survey, body, size, devices, n, share, middle,
  greatest($usual, CASE WHEN bodies < $fewest THEN 0 ELSE least(0.95, middle + 2 * 1.4826 * apart) END) AS limited
FROM largest JOIN usual USING (survey) WHERE size >= $least ORDER BY survey, body
"""


def network(connection: duckdb.DuckDBPyConnection, limits: Thresholds) -> list[Finding]:
    """Bodies whose answers come from one network more than those of others do. Weak: an honest office shares one."""
    given = {"least": limits.network_least, "usual": limits.network_usual, "fewest": limits.fewest_bodies}
    found = []
    for survey, body, size, devices, n, share, middle, limit in connection.execute(
        _NETWORKS, given
    ).fetchall():
        if share <= limit:
            continue
        sentence = (
            f"{number(size)} trên {number(n)} phiếu ({percent(share)}) gửi từ một mạng, với {number(devices)} trình duyệt "
            f"khác nhau; ở các cơ quan khác thường là {percent(middle)}. Cơ quan dùng chung một đường truyền cũng như vậy, "
            "nên riêng điều này không chứng tỏ gì."
        )
        evidence = {
            "size": size,
            "of": int(n),
            "devices": devices,
            "share": round(share, 3),
            "usual": round(middle, 3),
        }
        score = int(limits.network_cap * (share - limit) / (1 - limit))
        found.append(Finding("network", survey, body, "", score, sentence, evidence))
    return found
