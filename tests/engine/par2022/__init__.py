"""The PAR index of 2022, constructed: criterion points and answers from which the published figures must come out.

Only the results of 2022 are published (90,10 / 90,09 / 89,58; bands 2/56/5; ministries 91,77 / 90,63 / 89,76 … 72,65).
Everything in the four CSV files was constructed for this test by `build.py`: points by criterion, answers, and every body
that is not named in those publications (“Tỉnh dựng 04”). No figure in them is official.

`points-*.csv`: a row per body, a column per self-assessed leaf, `own|verified` or one number for both.
`answers-*.csv`: a row per body and group, a column per survey leaf: answers by level from worst to best, `|`, unknown.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from dieutra.engine.stats import criteria, rules
from dieutra.engine.stats.criteria import Tree
from dieutra.engine.stats.index import Body, Points
from dieutra.engine.stats.rules import Scoring
from dieutra.engine.stats.survey import Tally

HERE = Path(__file__).parent
KIND = Path(__file__).parents[3] / "campaign_kinds" / "chi-so-cchc-2022"
SPECIAL = ("M18", "M19")


def scoring(name: str) -> tuple[Tree, Scoring]:
    found = rules.scoring(tomllib.loads((KIND / "scores.toml").read_text("utf-8")))[name]
    return criteria.read((KIND / found.criteria).read_text("utf-8"), found.shape), found


def bodies(name: str) -> list[Body]:
    tallies: dict[str, list[Tally]] = {}
    for row in _rows(f"answers-{name}.csv"):
        body, group = row.pop("body"), row.pop("group")
        tallies.setdefault(body, []).extend(_tally(leaf, group, cell) for leaf, cell in row.items() if cell)
    return [
        Body(
            row["body"], row["name"], {leaf: _points(cell) for leaf, cell in row.items() if leaf[0].isdigit()},
            tallies[row["body"]], row["body"] not in SPECIAL,
        )
        for row in _rows(f"points-{name}.csv")
    ]  # fmt: skip


def _points(cell: str) -> Points:
    own, _, verified = cell.partition("|")
    return Points(Decimal(own), Decimal(verified or own))


def _tally(leaf: str, group: str, cell: str) -> Tally:
    counts, _, unknown = cell.partition("|")
    return Tally(leaf, group, tuple(map(int, counts.split())), int(unknown or 0))


def _rows(file: str) -> Iterator[dict[str, str]]:
    with (HERE / file).open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)
