"""The numbers that the signals go by: defaults here, other values as data (the shape of [opinion.signals])."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from dieutra.engine.refusals import Invalid


@dataclass(frozen=True)
class Thresholds:
    """All are choices ("cấu hình"): no document names any. Set on simulated answers, see bench/interference.py.

    A *surprise* is in nats: minus the logarithm of a bound on the chance that an honest body shows this, after the
    correction for the many bodies and groups that were looked at.
    """

    smallest_group: int = 5
    "Fewer answers than this: contents are not looked at; fewer alike: never shown."
    fewest_bodies: int = 8
    "With fewer bodies, how much honest bodies differ is not measured but taken from `spread`."
    spread: float = 0.02
    "Intra-body correlation of a share among honest bodies where it is not measured."
    least_spread: float = 0.002
    "The least correlation that is believed, however equal bodies seem."
    full_surprise: float = 12.0
    "The surprise that scores 100."
    least_excess: float = 0.04
    "A share is looked at only when it lies above the national one by this much."

    device_tolerated: int = 3
    "One browser used by so many people is usual: a tablet at the reception."
    device_full: int = 15
    "So many answers beyond the first ones of shared browsers score 100."

    network_least: int = 10
    "A network with fewer answers is not looked at."
    network_usual: float = 0.5
    "An office where this part of the answers comes from one network is usual, whatever other bodies show."
    network_cap: int = 45
    "The most that a shared network can score; below `suspect`, so that it proves nothing alone."

    burst_least: int = 10
    "A window of ten minutes with fewer answers is no burst."
    burst_full: float = 25.0
    "The surprise of a burst that scores 100: offices meet, and honest people answer together."
    night_excess: float = 0.015
    "The same as `least_excess` for the share of answers at night, of all answers about a body."
    night_from: int = 23
    night_to: int = 5
    "The hours of the night in Vietnam, from and up to."

    fast: tuple[str, ...] = ("<30",)
    "The times to fill in (codes of buckets) that are too short to read the questions."
    straight_least: int = 5
    "Fewer scale questions make no straight line."

    copies_sample: int = 1000
    "Answers of other bodies (per survey and group) that each vector is compared with."
    copies_apart: int = 12
    "One differing question is allowed for each full dozen of questions."
    copies_slack: float = 5.0
    "A body's own honest agreement: how many times oftener than in the country a vector may appear."
    copies_surprise: float = 12.0
    "The surprise from which an answer counts as one of a cluster of copies."

    odds_full: float = 5.0
    "The surprise of a distance from the national distribution that scores 100."

    look: int = 40
    suspect: int = 60
    clear: int = 80
    "Scores from which a signal counts for the levels xem, nghi, rõ; see levels.py for the rules."


def from_data(given: Mapping[str, Any]) -> Thresholds:
    """Thresholds with the values of a [opinion.signals]. Raises Invalid for a name or a sort of value it does not know."""
    known = {field.name: getattr(Thresholds(), field.name) for field in fields(Thresholds)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise Invalid(
                f"[opinion.signals]: không có ngưỡng nào tên “{name}”. Các tên dùng được: {', '.join(known)}."
            )
        values[name] = _like(name, known[name], value)
    return replace(Thresholds(), **values)


def _like(name: str, usual: Any, value: Any) -> Any:
    """The value in the type of the usual one."""
    if isinstance(usual, tuple):
        if isinstance(value, list) and all(isinstance(code, str) for code in value):
            return tuple(value)
        raise Invalid(f'[opinion.signals]: “{name}” phải là một danh sách mã, ví dụ ["<30"].')
    whole = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(usual, int) and whole and value >= 0:
        return value
    if isinstance(usual, float) and (whole or isinstance(value, float)) and 0 <= value < float("inf"):
        return float(value)
    sort = "số nguyên" if isinstance(usual, int) else "số"
    raise Invalid(f"[opinion.signals]: “{name}” phải là một {sort} không âm, hiện là {value!r}.")
