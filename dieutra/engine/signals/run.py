"""All signals over the released answers of a campaign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from dieutra.engine.signals import clusters, habits, rhythm
from dieutra.engine.signals.copies import copies
from dieutra.engine.signals.finding import Finding
from dieutra.engine.signals.levels import Verdict, verdicts
from dieutra.engine.signals.odds import odds
from dieutra.engine.signals.tables import Item, prepared
from dieutra.engine.signals.thresholds import Thresholds

Signal = Callable[[duckdb.DuckDBPyConnection, Thresholds], list[Finding]]

SIGNALS: dict[str, Signal] = {
    "device": clusters.device,
    "nodevice": habits.nodevice,
    "network": clusters.network,
    "burst": rhythm.burst,
    "night": habits.night,
    "speed": habits.speed,
    "straight": habits.straight,
    "copies": copies,
    "odds": odds,
}


@dataclass(frozen=True)
class Looked:
    """`findings` with a score above 0, `verdicts` of the bodies that have any, and how many answers were read."""

    findings: list[Finding]
    verdicts: list[Verdict]
    answers: int


def look(
    answers: pa.Table,
    bursts: pa.Table,
    items: Sequence[Item],
    limits: Thresholds | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    between: Callable[[], None] | None = None,
) -> Looked:
    """Runs every signal over `answers` (tables.ANSWERS) and `bursts` (tables.BURSTS); both may be empty.

    `between` is called before each signal: a worker says that it is alive.
    """
    limits = limits or Thresholds()
    connection = prepared(answers, bursts, items, connection)
    findings: list[Finding] = []
    for signal in SIGNALS.values():
        if between is not None:
            between()
        findings += [finding for finding in signal(connection, limits) if finding.score > 0]
    return Looked(findings, verdicts(findings, limits), answers.num_rows)
