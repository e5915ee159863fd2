"""Working time: what "within eight working hours" means on the clock.

Saturdays, Sundays and holidays do not count, unless a weekend is worked in place of another day. Moments are local and
carry their zone; Vietnam keeps one offset all year, so that a day's spans can be laid on it without asking for leaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Span = tuple[time, time]
OFFICE: tuple[Span, ...] = ((time(8), time(12)), (time(13), time(17)))
MOST_DAYS = 3_660  # a calendar of nothing but holidays is a mistake, not an endless loop


@dataclass(frozen=True)
class WorkingTime:
    spans: tuple[Span, ...] = OFFICE
    days: frozenset[int] = frozenset({1, 2, 3, 4, 5})  # ISO: 1 is Monday
    holidays: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()  # days of a weekend that make up for a day off

    def is_working_day(self, day: date) -> bool:
        return (day.isoweekday() in self.days or day in self.worked) and day not in self.holidays

    def after(self, start: datetime, hours: float) -> datetime:
        """The moment at which so many working hours have passed since `start`."""
        left = timedelta(hours=hours)
        for begins, ends in self._spans_from(start):
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
        raise ValueError("Lịch làm việc không còn ngày nào.")

    def between(self, start: datetime, end: datetime) -> float:
        """Working hours from `start` to `end`; 0 when end comes first."""
        passed = timedelta()
        for begins, ends in self._spans_from(start):
            if begins >= end:
                break
            passed += min(ends, end) - begins
        return passed / timedelta(hours=1)

    def _spans_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        for offset in range(MOST_DAYS):
            day = start.date() + timedelta(days=offset)
            if not self.is_working_day(day):
                continue
            for opens, closes in self.spans:
                begins = datetime.combine(day, opens, start.tzinfo)
                ends = datetime.combine(day, closes, start.tzinfo)
                if ends > start:
                    yield max(begins, start), ends
