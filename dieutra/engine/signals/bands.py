"""What may be shown of the counters of bursts: they know no groups, so an exact number of them less what is shown of the
large groups would be the number of a small one. Scores and levels are reckoned from the exact numbers; screens get bands, and no score of these.
"""

from __future__ import annotations

from bisect import bisect_right

COUNTS = (5, 10, 20, 50, 100)
SHARES = (0.05, 0.1, 0.2, 0.4)
LOW = "ít"
"A share below the first step, or one of fewer answers than the first count, none included."
ROUGH = frozenset({"burst", "night"})
"""The signals that read the counters."""


def many(count: float) -> str:
    """Of answers: “dưới 5”, “5–9”, … “từ 100”."""
    place = bisect_right(COUNTS, count)
    if place == 0:
        return f"dưới {COUNTS[0]}"
    if place == len(COUNTS):
        return f"từ {COUNTS[-1]}"
    return f"{COUNTS[place - 1]}–{COUNTS[place] - 1}"


def place_of(count: float) -> int:
    """Which band of counts, from 0 upwards."""
    return bisect_right(COUNTS, count)


def step(count: int, of: int) -> int:
    """Which band of shares, from 0 upwards; few answers are in the lowest, whatever share they are."""
    return 0 if count < COUNTS[0] or not of else bisect_right(SHARES, count / of)


def share(place: int) -> str:
    """What a band of shares is called."""
    if place == 0:
        return LOW
    edges = [round(100 * it) for it in SHARES]
    return f"trên {edges[-1]} %" if place == len(edges) else f"{edges[place - 1]}–{edges[place]} %"


def part(value: float) -> str:
    """A share by itself: “dưới 5 %”, “5–10 %”, … “trên 40 %”."""
    place = bisect_right(SHARES, value)
    return share(place) if place else f"dưới {round(100 * SHARES[0])} %"


def floor(signal: str, score: int) -> int:
    """A score as it is put in order: 0 of the signals that read the counters, for a place in a list tells a number."""
    return 0 if signal in ROUGH else score


def points(signal: str, score: int) -> str:
    """A score as it is shown: not at all of the signals that read the counters, where a few answers make many points."""
    return "" if signal in ROUGH else str(score)
