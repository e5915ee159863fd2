"""Fifty answers a second to an opinion survey for a minute over HTTP, then a server killed in the middle: none is lost.

    scripts/bench opinions   # --rate 50 --seconds 60 --fall 20 --processes 2 --p99 500 --no-page

Ends with 1 when an answer is lost, when the p99 of any step is above `--p99` milliseconds, or when fewer are answered a
second than 98 of 100 of the rate.

DIEUTRA_DATABASE names another, empty database. The load shares the machine with the server. Each person opens her link,
sees the page, saves and sends; the last line is JSON. `hot_row_ratio`: what sending in threads costs with an event and a
counter of the whole campaign in its transaction, by what it costs as it is; read this ratio rather than the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "dieutra.settings"
os.environ.setdefault("DIEUTRA_VAR", tempfile.mkdtemp(prefix="dieutra-bench-"))

import django

django.setup()

from dieutra.rehearsal.server import Server
from tests.opinions.rush import Person, at, counted, engine, lost, rush, seeded
from tests.opinions.sending import compared

STEPS = ("open", "page", "save", "send")


def spread(people: Sequence[Person], step: str) -> tuple[float, float, float]:
    """(p50, p99, longest) in milliseconds."""
    taken = sorted(1000 * it.took[step] for it in people if step in it.took)
    if not taken:
        return (0.0, 0.0, 0.0)
    return statistics.median(taken), taken[min(len(taken) - 1, int(len(taken) * 0.99))], taken[-1]


def steady(server: Server, people: Sequence[Person], rate: float, page: bool) -> dict[str, Any]:
    begun = time.monotonic()
    rush(people, server.url, rate, page=page)
    lasted = time.monotonic() - begun
    table = {step: [round(it) for it in spread(people, step)] for step in STEPS}
    done = sum(bool(it.receipt) for it in people)
    for step, (middle, high, longest) in table.items():
        print(f"  {step:5}: p50 {middle} ms, p99 {high} ms, longest {longest} ms")
    print(f"  {done} of {len(people)} answered in {lasted:.1f} s, {done / lasted:.1f} a second")
    return {"answers": done, "seconds": round(lasted, 1), "milliseconds": table}


def falling(server: Server, people: Sequence[Person], rate: float, page: bool) -> None:
    def falls() -> None:
        server.kill()
        server.start()

    def waits() -> None:
        at(len(people) / rate / 2, falls).join()

    thread = Thread(target=waits)
    thread.start()
    rush(people, server.url, rate, page=page)
    thread.join()


def failures(report: dict[str, Any], rate: float, p99: float) -> list[str]:
    """What was owed and did not come true, in sentences."""
    found = [
        f"the p99 of {step} is {high} ms, above {p99:g} ms"
        for step, (_, high, _) in report["milliseconds"].items()
        if high > p99
    ]
    pace = report["answers"] / report["seconds"]
    if pace < 0.98 * rate:
        found.append(f"{pace:.1f} answers a second instead of {rate:g}")
    if report["lost"]:
        found.append(f"{report['lost']} acknowledged answers are lost")
    if report["rows"] != report["answered"]:
        found.append(f"{report['rows']} sealed answers of {report['answered']} people")
    return found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--fall", type=float, default=20, help="seconds of the part with kill -9 in its middle"
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--p99", type=float, default=500, help="milliseconds that 99 of 100 stay under")
    parser.add_argument("--no-page", action="store_true", help="without drawing the questionnaire for each")
    options = parser.parse_args()
    count, more, warm = int(options.rate * options.seconds), int(options.rate * options.fall), 40
    folder = Path(os.environ["DIEUTRA_VAR"]) / "site"
    with Server(folder, os.environ.get("DIEUTRA_DATABASE", ""), options.processes) as server:
        people = seeded(server, warm + count + more)
        page = not options.no_page
        rush(people[:warm], server.url, 10, page=page)
        print(
            f"{engine(server)}, {options.rate:g} a second for {options.seconds:g} s, load {os.getloadavg()[0]:.1f}:"
        )
        report = steady(server, people[warm : warm + count], options.rate, page)
        falling(server, people[warm + count :], options.rate, page)
        found = counted(server)
        receipts = [it.receipt for it in people if it.receipt]
        report |= {
            "engine": engine(server), "rate": options.rate, "load": round(os.getloadavg()[0], 1),
            "receipts": len(receipts), "different": len(set(receipts)), "answered": len(found["answered"]),
            "rows": found["rows"], "lost": len(lost(people, found)), "sent_again": sum(it.again for it in people),
            "trouble": sum(bool(it.trouble) for it in people), **compared(server),
        }  # fmt: skip
    print(
        f"  killed once: {report['receipts']} receipts, {report['answered']} answered, {report['lost']} lost"
    )
    print(json.dumps(report))
    wrong = failures(report, options.rate, options.p99)
    for it in wrong:
        print(f"  FAILED: {it}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
