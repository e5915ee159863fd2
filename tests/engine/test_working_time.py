"""Working hours on the clock, against days worked out by hand."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from dieutra.engine.flow.working_time import WorkingTime

VN = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-16 08:00", 8, "2026-11-16 17:00"),  # a Monday, the noon break left out
        ("2026-11-16 11:30", 1, "2026-11-16 13:30"),
        ("2026-11-16 16:00", 4, "2026-11-17 11:00"),
        ("2026-11-20 16:00", 2, "2026-11-23 09:00"),  # over a weekend
        ("2026-11-21 10:00", 1, "2026-11-23 09:00"),  # asked on a Saturday
        ("2026-11-16 22:00", 0.5, "2026-11-17 08:30"),
    ],
)
def test_only_working_hours_pass(start: str, hours: float, end: str) -> None:
    clock = WorkingTime()
    assert clock.after(at(start), hours) == at(end)
    assert clock.between(at(start), at(end)) == pytest.approx(hours)


def test_a_listed_holiday_does_not_count() -> None:
    clock = WorkingTime(holidays=frozenset({date(2026, 9, 2)}))
    assert clock.after(at("2026-09-01 16:00"), 2) == at("2026-09-03 09:00")


def test_a_calendar_without_working_days_is_refused_instead_of_searched_for_ever() -> None:
    with pytest.raises(ValueError, match="không còn ngày nào"):
        WorkingTime(days=frozenset()).after(at("2026-09-01 16:00"), 1)
