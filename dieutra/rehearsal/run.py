"""`dieutra rehearse`: the acts of a campaign, one after another, and the reckoning at the end."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dieutra.engine.refusals import Refusal
from dieutra.rehearsal.person import Unexpected
from dieutra.rehearsal.server import Server


def rehearse(
    kind: str,
    *,
    province: str,
    units: int | None,
    clients: int,
    seed: int,
    as_json: bool,
    keep: Path | None,
    database: str = "",
) -> int:
    """Play a campaign; 0 only when every case is where it should be and every event is accounted for."""
    with tempfile.TemporaryDirectory(prefix="dieutra-rehearsal-") as temporary:
        folder = (keep or Path(temporary)).resolve()
        begun = time.monotonic()
        try:
            report = _play(Server(folder, database), kind, province, units, clients, seed)
        except (Unexpected, Refusal) as error:
            report = {"ok": False, "problems": [str(error)]}
        report["seconds"] = round(time.monotonic() - begun, 1)
    print(json.dumps(report, ensure_ascii=False, indent=2) if as_json else _in_words(report))
    return 0 if report["ok"] else 1


def _play(
    server: Server, kind: str, province: str, units: int | None, clients: int, seed: int
) -> dict[str, Any]:
    with server:
        today = date.today()
        server.run(
            "campaign",
            "create",
            kind,
            "--slug",
            "dien-tap",
            "--admin",
            "qtv.tw",
            "--admin-email",
            "qtv.tw@example.gov.vn",
            "--admin-name",
            "Trần Thị Trung Ương",
            "--opens",
            str(today - timedelta(days=5)),
            "--list-due",
            str(today + timedelta(days=5)),
            "--closes",
            str(today + timedelta(days=30)),
        )
        os.environ.update(
            {name: value for name, value in server.environment.items() if name.startswith("DIEUTRA_")}
        )
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dieutra.settings")
        import django

        django.setup()
        from dieutra.rehearsal.acts import Play
        from dieutra.rehearsal.reckoning import reckon

        play = Play(server, kind, province, units, clients, seed, say=_say)
        play.perform()
        return reckon(play)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _in_words(report: dict[str, Any]) -> str:
    lines = ["Diễn tập xong, số liệu khớp." if report["ok"] else "Diễn tập KHÔNG khớp."]
    lines += [f"  ! {problem}" for problem in report["problems"]]
    for name in ("cases", "tally", "recount", "events", "requests", "answer_seconds"):
        if name in report:
            lines.append(f"  {name}: {json.dumps(report[name], ensure_ascii=False)}")
    lines.append(f"  {report['seconds']} giây")
    return "\n".join(lines)
