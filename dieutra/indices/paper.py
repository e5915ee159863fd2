"""A publication on paper: the ranking with its rules, and one report per body. Values reach typst as data alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone

from dieutra.indices.figures import Figures
from dieutra.indices.shown import bars_of, domains, number, percent, points_of, radar_of, table

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class About:
    """Of the version on the paper."""

    number: int
    published_at: datetime
    sha256: str
    reason: str


def report(figures: Figures, about: About) -> bytes:
    """All bodies: mean, bands, ranking, how firm the ranks are."""
    rows = table(figures)
    facts = _head(figures, about) | {
        "mean": number(figures["mean"]),
        "bands": [f"{name}: {many}" for name, many in figures["bands"].items()],
        "answers": f"{figures['answers']:,}".replace(",", "."),
        "domains": [f"{it['code']}. {it['label_vi']} ({number(it['max'])})" for it in domains(figures)],
        "heads": [f"LV {it['code']}" for it in domains(figures)],
        "former": figures["former"]["year"] if figures["former"] else None,
        "swing": percent(figures["rules"]["swing"]),
        "rows": [{**it, "rank": str(it["rank"]), "bar": None} for it in rows],
    }
    return _drawn("index_report.typ", facts)


def of_body(figures: Figures, body: Mapping[str, Any], about: About) -> bytes:
    """One body: its index, bars and radar beside the mean, every criterion."""
    row = next(it for it in table(figures) if it["code"] == body["code"])
    facts = _head(figures, about) | {
        "row": {**row, "rank": str(row["rank"]), "bar": None},
        "ranked": sum(1 for it in figures["bodies"] if it["rank"]),
        "bars": [asdict(it) for it in bars_of(figures, dict(body))],
        "radar": asdict(radar_of(figures, dict(body))),
        "points": [
            {name: it[name] for name in ("code", "label_vi", "level", "most", "points", "from")}
            for it in points_of(figures, dict(body))
        ],
    }
    return _drawn("index_body.typ", facts)


def _head(figures: Figures, about: About) -> dict[str, Any]:
    rounding, rules = figures["rules"]["rounding"], figures["rules"]
    return {
        "title": figures["title"].get("vi", ""),
        "campaign": figures["campaign_name"],
        "simulated": figures["simulated"],
        "version": about.number,
        "published": f"{timezone.localtime(about.published_at):%H:%M %d/%m/%Y}",
        "sha256": about.sha256,
        "reason": about.reason,
        "rounding": f"{rounding['places']} chữ số thập phân, {WAYS[rounding['mode']]}",
        "whole": number(rules["points"]),
        "survey": number(rules["survey_points"]),
    }


WAYS = {"half_up": "nửa trở lên thì tăng", "half_even": "nửa thì về số chẵn", "down": "cắt bỏ phần lẻ"}


def _drawn(template: str, facts: Mapping[str, Any]) -> bytes:
    drawn = typst.compile(
        str(FOLDER / template),
        root=str(FOLDER),
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False, default=str)},
    )
    if not isinstance(drawn, bytes):
        raise TypeError("typst gave several documents for one")
    return drawn
