"""The catalogues that come with dieutra: dieutra/places/data, described by catalogues.toml."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class ShippedCatalogue:
    slug: str
    name: str
    valid_from: date
    valid_to: date | None
    source: str
    licence: str
    former_names: str

    @property
    def content(self) -> bytes:
        return (DATA / f"{self.slug}.csv").read_bytes()


@dataclass(frozen=True)
class ShippedConversion:
    old: str
    new: str
    file: str


@cache
def catalogues() -> dict[str, ShippedCatalogue]:
    return {
        entry["slug"]: ShippedCatalogue(
            slug=entry["slug"],
            name=entry["name"],
            valid_from=entry["valid_from"],
            valid_to=entry.get("valid_to"),
            source=entry["source"],
            licence=entry["licence"],
            former_names=entry.get("former_names", ""),
        )
        for entry in _described()["catalogue"]
    }


@cache
def conversions() -> tuple[ShippedConversion, ...]:
    described = _described()["conversion"]
    return tuple(ShippedConversion(entry["old"], entry["new"], entry["file"]) for entry in described)


def lines(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _described() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((DATA / "catalogues.toml").read_text(encoding="utf-8"))
