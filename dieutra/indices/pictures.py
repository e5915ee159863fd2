"""Where the lines of a bar picture and a radar picture run. Templates draw them as SVG, papers as typst; no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, pi, sin

RADIUS = 120
CENTRE = 170
STEPS = (25, 50, 75, 100)

Share = Decimal | None  # per cent; None: not known


@dataclass(frozen=True)
class Bar:
    """`length` and `mark` are per cent of the whole width: the body's share, and where the mean stands."""

    code: str
    label: str
    length: str
    mark: str
    words: str
    mean_words: str


@dataclass(frozen=True)
class Axis:
    code: str
    x: str
    y: str
    label_x: str
    label_y: str


@dataclass(frozen=True)
class Radar:
    """Polygons as SVG points in a square of 340; `rings` from the inner one out."""

    size: int
    centre: int
    axes: tuple[Axis, ...]
    rings: tuple[str, ...]
    body: str
    mean: str


def bars(shares: Sequence[tuple[str, str, Share, Share]]) -> list[Bar]:
    return [
        Bar(code, label, _plain(share), _plain(mean), _words(share), _words(mean))
        for code, label, share, mean in shares
    ]


def radar(shares: Sequence[tuple[str, Share, Share]]) -> Radar:
    """The first axis points up, the others follow clockwise. What is not known lies at the centre."""
    many = len(shares)
    axes = tuple(
        Axis(code, *_at(place, many, 100), *_at(place, many, 113))
        for place, (code, _, _) in enumerate(shares)
    )
    return Radar(
        2 * CENTRE, CENTRE, axes, tuple(_polygon([Decimal(step)] * many) for step in STEPS),
        _polygon([body or Decimal(0) for _, body, _ in shares]), _polygon([mean or Decimal(0) for _, _, mean in shares]),
    )  # fmt: skip


def _polygon(shares: Sequence[Decimal]) -> str:
    return " ".join(",".join(_at(place, len(shares), share)) for place, share in enumerate(shares))


def _at(place: int, many: int, share: Decimal | int) -> tuple[str, str]:
    angle, length = 2 * pi * place / many, RADIUS * float(share) / 100
    return f"{CENTRE + length * sin(angle):.1f}", f"{CENTRE - length * cos(angle):.1f}"


def _plain(share: Share) -> str:
    return f"{share:.2f}" if share is not None else "0"


def _words(share: Share) -> str:
    return f"{share:.1f}%".replace(".", ",") if share is not None else "–"
