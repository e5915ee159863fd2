"""`dieutra self-check`: look at the running installation, keep what was found, print it; or verify a kept file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any


def add_self_check(commands: Any) -> None:
    parser = commands.add_parser("self-check", help="the security self-check: requirement, result, evidence")
    parser.add_argument("--json", action="store_true", help="print the whole run as JSON")
    parser.add_argument("--pdf", type=Path, help="write the report to this file")
    parser.add_argument("--verify", type=Path, help="is this JSON or PDF file one that a run kept?")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from dieutra.selfcheck import actions
    from dieutra.selfcheck.lines import RESULTS

    if options.verify:
        return _verify(options.verify)
    run = actions.make(None)
    if options.pdf:
        options.pdf.write_bytes(actions.content_of(run, "pdf"))
    if options.json:
        sys.stdout.write(actions.content_of(run, "json").decode())
    else:
        for line in run.facts["lines"]:
            print(f"{RESULTS[line['result']]:<20}{line['title']}  [{line['source']}]")
            for words in line["evidence"]:
                print(f"{'':<22}{words}")
        print(f"Lần {run.pk}: {run.passed} đạt, {run.failed} không đạt, {run.waiting} cần người xác nhận.")
        print(f"SHA-256 {run.digest}")
    return 1 if run.failed else 0


def _verify(file: Path) -> int:
    from dieutra.engine.refusals import Invalid
    from dieutra.selfcheck.actions import verify
    from dieutra.selfcheck.queries import sealed

    try:
        run, digest = verify(file.read_bytes())
    except OSError as error:
        raise Invalid(f"Không đọc được tệp {file}: {error.strerror}.") from error
    if run is None:
        print(f"SHA-256 {digest}: không lần tự đánh giá nào ở đây giữ tệp này.", file=sys.stderr)
        return 1
    print(
        f"Đúng là tệp của lần tự đánh giá {run.pk}, lập lúc {run.made_at:%Y-%m-%d %H:%M} UTC. {sealed(run)}"
    )
    return 0
