"""What a signal says about one body, or one group of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

NAMES = {
    "device": "Chung thiết bị",
    "nodevice": "Không nhận mã trình duyệt",
    "network": "Chung mạng",
    "burst": "Trả lời dồn dập",
    "night": "Trả lời ban đêm",
    "speed": "Điền quá nhanh",
    "straight": "Chọn một mức cho mọi câu",
    "copies": "Phiếu giống nhau",
    "odds": "Lệch so với cả nước",
}
"""The signals and what screens call them."""


@dataclass(frozen=True)
class Finding:
    """`grp` is '' where the signal is about the whole body. `evidence` is fit for JSON and shows no single answer."""

    signal: str
    survey: str
    body: str
    grp: str
    score: int
    sentence: str
    evidence: dict[str, Any] = field(default_factory=dict)


def scored(surprise: float, full: float) -> int:
    """0 to 100: how much of the full surprise there is."""
    if full <= 0:
        return 100 if surprise > 0 else 0
    return max(0, min(100, math.floor(100 * surprise / full)))


def number(value: float, digits: int = 1) -> str:
    """As it is written in Vietnamese: 1.234,5; whole numbers without a comma."""
    text = f"{value:,.{digits}f}"
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")


def percent(share: float) -> str:
    return f"{number(100 * share)} %"
