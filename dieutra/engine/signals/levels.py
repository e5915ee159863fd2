"""What all signals of a body say together: nothing, look (xem), suspect (nghi) or clear (rõ), by stated rules.

Traces (device, time, speed) are left by how answers were sent; contents (copies, straight, odds) by what they say.

clear    one browser for many (device ≥ clear); or two of device, time, speed and copies ≥ suspect. Contents alone are never
         clear: people may agree.
suspect  one of device, time, speed, copies ≥ suspect; or straight and odds both; or two kinds ≥ look, one of them not
         network or odds.
look     any signal ≥ look.

The network alone ends at look, whatever it scores, for an honest office shares one; so do the odds, for a body may be good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dieutra.engine.signals.finding import NAMES, Finding
from dieutra.engine.signals.thresholds import Thresholds

LEVELS = {"": "Không có", "look": "Xem", "suspect": "Nghi", "clear": "Rõ"}
"""From nothing upwards, and what screens call them."""

KINDS = {
    "device": ("device", "nodevice"),
    "time": ("burst", "night"),
    "speed": ("speed",),
    "copies": ("copies",),
    "straight": ("straight",),
    "odds": ("odds",),
    "network": ("network",),
}
"""Signals of one kind count once: what one act leaves in both is not two reasons."""

ACTS = ("device", "time", "speed", "copies")


@dataclass(frozen=True)
class Verdict:
    """`scores` holds the most of each signal that says anything; `why` is the rule that decided, as a sentence."""

    survey: str
    body: str
    level: str
    why: str
    scores: dict[str, int]


def verdicts(findings: Iterable[Finding], limits: Thresholds) -> list[Verdict]:
    """One per (survey, body) that has a finding, in their order."""
    scores: dict[tuple[str, str], dict[str, int]] = {}
    for finding in findings:
        body = scores.setdefault((finding.survey, finding.body), {})
        body[finding.signal] = max(finding.score, body.get(finding.signal, 0))
    return [Verdict(*key, *level_of(found, limits), found) for key, found in sorted(scores.items())]


def level_of(scores: dict[str, int], limits: Thresholds) -> tuple[str, str]:
    """The level of these scores by signal, and why."""
    kinds = {
        kind: max((scores.get(signal, 0) for signal in signals), default=0) for kind, signals in KINDS.items()
    }
    strong = [kind for kind in ACTS if kinds[kind] >= limits.suspect]
    seen = [kind for kind in kinds if kinds[kind] >= limits.look]
    names = [_name(kind, scores) for kind in strong]
    if scores.get("device", 0) >= limits.clear:
        return "clear", "Một trình duyệt gửi phiếu cho rất nhiều người."
    if len(strong) > 1:
        return "clear", f"Có {len(strong)} loại dấu vết mạnh: {', '.join(names)}."
    if strong:
        return "suspect", f"Có một dấu vết mạnh: {names[0]}."
    if min(kinds["straight"], kinds["odds"]) >= limits.suspect:
        return "suspect", "Nhiều người chọn một mức cho mọi câu, và kết quả lệch xa cả nước."
    if len(seen) > 1 and set(seen) - {"network", "odds"}:
        return (
            "suspect",
            f"Nhiều dấu hiệu vừa phải cùng lúc: {', '.join(_name(kind, scores) for kind in seen)}.",
        )
    if seen:
        return "look", f"Chỉ có một loại dấu hiệu: {', '.join(_name(kind, scores) for kind in seen)}."
    return "", "Không có dấu hiệu đáng kể."


def _name(kind: str, scores: dict[str, int]) -> str:
    return NAMES[max(KINDS[kind], key=lambda signal: scores.get(signal, 0))].lower()
