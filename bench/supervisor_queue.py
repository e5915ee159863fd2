"""A supervisor's queue with 10,000 forms in every way of having them, beside reading as many rows by a plain index.

    scripts/bench supervisor_queue   # --cases N, --others N (finished ones beside them), --rounds N

Each way on a province of its own in one database; DIEUTRA_DATABASE chooses another, empty one. Prints the median of
whole pages on the clock, and the ratio to the plain read. Machines differ: read the ratio.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "dieutra.settings"
os.environ.setdefault("DIEUTRA_VAR", tempfile.mkdtemp(prefix="dieutra-bench-"))
os.environ.setdefault("DIEUTRA_SECOND_FACTOR", "off")

import django

django.setup()

from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment

from dieutra.cases.models import Case, State
from dieutra.supervision.models import Assignment
from tests.cast import World, make_world
from tests.supervision.crowd import HER, WAYS, analyze, crowd, hand_out, others
from tests.supervision.test_queue_speed import ADDRESSES


def median(work: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return 1000 * statistics.median(taken)


def plain(world: World) -> list[tuple[object, ...]]:
    """All rows that wait at her level, read as they stand in the index."""
    waiting = Case.objects.filter(campaign=world.campaign, state=State.IN_REVIEW, level=1)
    return list(waiting.order_by().values_list("path", "due_on"))


def measure(world: World, rounds: int) -> None:
    desk = Client()
    desk.force_login(world.user(HER))
    read = median(partial(plain, world), rounds)
    pages = {address: median(partial(desk.get, address), rounds) for address in ADDRESSES}
    worst, middle = max(pages, key=pages.__getitem__), statistics.median(pages.values())
    print(
        f"  {len(pages)} pages: median {middle:.0f} ms; plain read {read:.0f} ms, ratio {middle / read:.1f}"
    )
    print(f"  slowest {pages[worst]:.0f} ms {worst}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--others", type=int, default=90_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    setup_test_environment()
    world = make_world()
    crowd(world, options.cases)
    others(world, options.others)
    for way in WAYS:
        Assignment.objects.all().delete()
        begun = time.perf_counter()
        number = hand_out(world, way)
        given = time.perf_counter() - begun
        analyze()
        print(f"{way}: {number} assignments, given in {given:.1f} s")
        measure(world, options.rounds)


if __name__ == "__main__":
    main()
