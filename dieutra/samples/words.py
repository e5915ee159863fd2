"""Numbers of samples as people read them."""

from __future__ import annotations

from fractions import Fraction

from dieutra.engine.stats.exact import Rounding, printed


def percent(share: Fraction | None, places: int = 1) -> str:
    """“4,9%”; a dash for None."""
    return "–" if share is None else f"{printed(Rounding(places).of(share * 100))}%"


def whole_percent(share: Fraction) -> str:
    """“5,0%”, “1,25%”: with as many digits as it takes to say it in full, three at most."""
    places = next((it for it in (1, 2) if (share * 100 * 10**it).denominator == 1), 3)
    return percent(share, places)


def figure(value: Fraction | int | None, places: int = 0) -> str:
    """“1.234”, “3,94”; a dash for None."""
    return "–" if value is None else printed(Rounding(places).of(value))
