"""Public holidays of Vietnam, from the `holidays` library: the labour code's days (article 112) with those of the lunar
year, and for past and present years the days off and the Saturdays to be worked that the government decided.

For years to come only the code's days are known; a kind adds what is decided later.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from holidays import country_holidays

YEARS = range(2015, 2046)


@cache
def of_vietnam() -> tuple[frozenset[date], frozenset[date]]:
    """(days off, Saturdays and Sundays that are worked instead)."""
    found = country_holidays("VN", years=YEARS)
    return frozenset(found), frozenset(found.weekend_workdays)
