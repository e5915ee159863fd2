"""What a supervisor's scope and a progress board cost, each beside the plain way, in one run on one database.

    scripts/bench scope            # 300,000 cases on SQLite; --cases N for another size

Prints medians over the rounds and their ratio. Machines differ and are noisy: read the ratio, not the seconds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable

os.environ["DJANGO_SETTINGS_MODULE"] = "dieutra.settings"
os.environ["DIEUTRA_VAR"] = tempfile.mkdtemp(prefix="dieutra-bench-")

import django

django.setup()

from datetime import date
from pathlib import Path

from django.core.management import call_command
from django.db.models import Count

from dieutra.campaigns.actions import create_campaign
from dieutra.campaigns.models import Campaign
from dieutra.cases import tally
from dieutra.cases.models import Case
from dieutra.cases.queries import progress_below
from dieutra.frames.models import Listing, Unit
from dieutra.places.models import Area
from dieutra.places.paths import under, unit_path

ROUNDS = 7


def fill(cases: int) -> Campaign:
    """A country of cases, spread evenly over all communes."""
    folder = Path(__file__).parents[1] / "campaign_kinds" / "co-so-hanh-chinh-2021"
    day = date(2021, 3, 1)
    campaign = create_campaign(folder, "do", "Đo", day, day, day)
    communes = list(Area.objects.filter(catalogue=campaign.catalogue, level=3).order_by("path"))
    home = Listing.objects.create(
        campaign=campaign, area=communes[0].parent, path=communes[0].parent.path, level=2
    )
    for start in range(0, cases, 20_000):
        units = [
            Unit(
                campaign=campaign,
                listing=home,
                code=f"U{n}",
                name=f"Đơn vị {n}",
                search_key=f"don vi {n}",
                area=communes[n % len(communes)],
                path=unit_path(communes[n % len(communes)].path, f"U{n}"),
            )
            for n in range(start, min(cases, start + 20_000))
        ]
        made = Unit.objects.bulk_create(units)
        Case.objects.bulk_create(
            Case(
                campaign=campaign,
                unit=unit,
                form_id=campaign.form_id,
                path=unit.path,
                unit_level=3,
                due_on=day,
            )
            for unit in made
        )
    tally.move(tally.recount(campaign))
    return campaign


def median(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def show(what: str, ours: Callable[[], object], plain: Callable[[], object]) -> None:
    fast, slow = median(ours), median(plain)
    print(f"{what}: {fast * 1000:.2f} ms, plain way {slow * 1000:.2f} ms, ratio {slow / fast:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=300_000)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    campaign = fill(options.cases)
    district = Area.objects.get(catalogue=campaign.catalogue, code="347")
    mine = Case.objects.filter(campaign=campaign).order_by("path")
    country = Area.objects.get(catalogue=campaign.catalogue, code="VN")
    counted = (
        Case.objects.filter(campaign=campaign).values("unit__area__path", "state").annotate(n=Count("pk"))
    )
    show(
        "a page of a district's cases (range on the path / LIKE)",
        lambda: list(mine.filter(under("path", district.path))[:50]),
        lambda: list(mine.filter(path__startswith=district.path)[:50]),
    )
    show(
        "the national board (tally / counting the cases)",
        lambda: progress_below(campaign, country),
        lambda: list(counted.order_by()),
    )


if __name__ == "__main__":
    main()
