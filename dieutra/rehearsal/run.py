"""`dieutra rehearse`: the acts of a campaign, one after another, and the reckoning at the end."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dieutra.engine.refusals import Refusal
from dieutra.rehearsal.person import Unexpected
from dieutra.rehearsal.server import Server

PEOPLE = 400  # asked in an opinion survey, when the command does not say
LIMITS = ("per_minute", "burst", "per_domain_per_minute", "per_domain_burst")
SHOWN = (
    "cases", "tally", "recount", "bodies", "people", "invited", "letters_of_people", "receipts", "answered", "opinions",
    "events", "requests", "answer_seconds",
)  # fmt: skip


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
    people: int | None = None,
    bodies: int = 0,
) -> int:
    """Play a campaign; 0 only when every case is where it should be and every event is accounted for."""
    with tempfile.TemporaryDirectory(prefix="dieutra-rehearsal-") as temporary:
        folder = (keep or Path(temporary)).resolve()
        begun = time.monotonic()
        try:
            server = Server(folder, database)
            if _asks_people(kind):
                report = _play_opinions(server, kind, people or PEOPLE, bodies, clients, seed)
            else:
                report = _play(server, kind, province, units, clients, seed)
        except (Unexpected, Refusal) as error:
            report = {"ok": False, "problems": [str(error)]}
        report["seconds"] = round(time.monotonic() - begun, 1)
    print(json.dumps(report, ensure_ascii=False, indent=2) if as_json else _in_words(report))
    return 0 if report["ok"] else 1


def _asks_people(kind: str) -> bool:
    """Read without Django, whose settings must not be looked at before the rehearsal's own are set."""
    kinds = Path(os.environ.get("DIEUTRA_KINDS", Path(__file__).parents[2] / "campaign_kinds"))
    rules = kinds / kind / "campaign.toml"
    return rules.is_file() and "opinion" in tomllib.loads(rules.read_text("utf-8"))


def _create(server: Server, kind: str) -> None:
    """The campaign “dien-tap”, which opened some days ago."""
    today = date.today()
    days = {"--opens": -5, "--list-due": 5, "--closes": 30}
    calendar = [part for name, day in days.items() for part in (name, str(today + timedelta(days=day)))]
    boss = ["--admin", "qtv.tw", "--admin-email", "qtv.tw@example.gov.vn"]
    name = ["--admin-name", "Trần Thị Trung Ương"]
    server.run("campaign", "create", kind, "--slug", "dien-tap", *boss, *name, *calendar)


def _django(server: Server) -> None:
    """This process looks at the rehearsal's database, too."""
    os.environ.update(
        {name: value for name, value in server.environment.items() if name.startswith("DIEUTRA_")}
    )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dieutra.settings")
    import django

    django.setup()


def _play(
    server: Server, kind: str, province: str, units: int | None, clients: int, seed: int
) -> dict[str, Any]:
    with server:
        _create(server, kind)
        _django(server)
        from dieutra.rehearsal.acts import Play
        from dieutra.rehearsal.reckoning import reckon

        play = Play(server, kind, province, units, clients, seed, say=_say)
        play.perform()
        return reckon(play)


def _play_opinions(
    server: Server, kind: str, people: int, bodies: int, clients: int, seed: int
) -> dict[str, Any]:
    """Its letters go to a real SMTP server of the rehearsal's own, which nobody throttles."""
    from dieutra.rehearsal.post_office import PostOffice

    with PostOffice() as office:
        server.environment |= {
            "DIEUTRA_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "DIEUTRA_SMTP_HOST": "127.0.0.1",
            "DIEUTRA_SMTP_PORT": str(office.port),
        }
        with server:
            _create(server, kind)
            _django(server)
            from dieutra.campaigns.models import Campaign
            from dieutra.rehearsal.opinion_acts import SLUG, OpinionPlay
            from dieutra.rehearsal.opinion_reckoning import reckon

            campaign = Campaign.objects.get(slug=SLUG)
            campaign.rules["campaign"]["mail"] = dict.fromkeys(LIMITS, 1_000_000)
            campaign.save(update_fields=["rules"])
            play = OpinionPlay(server, office, kind, people, bodies, clients, seed, say=_say)
            play.perform()
            return reckon(play)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _in_words(report: dict[str, Any]) -> str:
    lines = ["Diễn tập xong, số liệu khớp." if report["ok"] else "Diễn tập KHÔNG khớp."]
    lines += [f"  ! {problem}" for problem in report["problems"]]
    for name in SHOWN:
        if name in report:
            lines.append(f"  {name}: {json.dumps(report[name], ensure_ascii=False)}")
    lines.append(f"  {report['seconds']} giây")
    return "\n".join(lines)
