"""Numbers of samples as people read them."""

from __future__ import annotations

from fractions import Fraction

from dieutra.engine.stats.exact import Rounding, printed


def percent(share: Fraction | None, places: int = 1) -> str:
    """“4,9%”; a dash for None."""
    return "–" if share is None else f"{printed(Rounding(places).of(share * 100))}%"


def figure(value: Fraction | int | None, places: int = 0) -> str:
    """“1.234”, “3,94”; a dash for None."""
    return "–" if value is None else printed(Rounding(places).of(value))
