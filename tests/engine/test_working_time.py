"""Working hours on the clock, against days worked out by hand."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from dieutra.engine.flow.public_holidays import of_vietnam
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


def test_public_holidays_are_off_and_a_saturday_that_makes_up_for_one_is_worked() -> None:
    off, worked = of_vietnam()
    clock = WorkingTime(holidays=off, worked=worked)
    # Tết of the Ox: from Wednesday, 10 to Tuesday, 16 February 2021 (notice of the Government for 2021)
    assert [day for day in range(8, 20) if clock.is_working_day(date(2021, 2, day))] == [8, 9, 17, 18, 19]
    assert not clock.is_working_day(date(2021, 4, 21)), "the Hùng kings' day, 10th of the third lunar month"
    assert not clock.is_working_day(date(2025, 5, 2))
    assert clock.is_working_day(date(2025, 4, 26)), "a Saturday worked for 2 May 2025"
    before = at("2021-02-09 16:00")
    assert clock.after(before, 2) == at("2021-02-17 09:00")
