"""Invitations of 50,000 people planned and the hourly count over them.

    DIEUTRA_VAR=$(mktemp -d) .venv/bin/python bench/invitations.py [people]

DIEUTRA_DATABASE chooses another, empty database. The last line is JSON. Nothing is sent: bench/mails.py does that.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dieutra.settings")
os.environ.setdefault("DIEUTRA_KEYS", tempfile.mkdtemp())

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from dieutra.messages.models import Message
from dieutra.opinions import figures, mailing, progress, reminding
from dieutra.opinions.models import Invitation, Letter
from tests.opinion_cast import make_opinion_world
from tests.opinions.letters_cast import body, invite

PLACES = ("35", "40", "01")
GROUPS = ("tinh-hdnd", "tinh-so", "tinh-phong", "tinh-huyen")


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return round(time.perf_counter() - begun, 2)


def main(people: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    world = make_opinion_world()
    each = people // len(PLACES) // len(GROUPS)
    for code in PLACES:
        world.accepted("tinh", code, dict.fromkeys(GROUPS, each))
    invite(world.campaign)
    centre, bodies = world.user("ba.bo"), [body(world, "tinh", it) for it in PLACES]
    report: dict[str, object] = {"engine": connection.vendor, "people": Invitation.objects.count()}
    report["preview_seconds"] = timed(lambda: mailing.preview(world.campaign, bodies))
    mailing.open_mailing(centre, world.campaign, bodies, "0" * 16)
    report["plan_seconds"] = timed(lambda: mailing.plan_invitations(world.campaign))
    report["plan_again_seconds"] = timed(lambda: mailing.plan_invitations(world.campaign))
    report["letters"] = Letter.objects.count()
    before = timezone.now() - timedelta(days=2)
    Message.objects.filter(secret="opinion").update(state="sent", ended_at=before, planned_at=before)
    Invitation.objects.filter(pk__in=Invitation.objects.filter(token_hash__lt="8").values("pk")).update(
        answered=True
    )
    report["count_seconds"] = timed(lambda: figures.count(world.campaign))
    report["board_seconds"] = timed(lambda: progress.bodies(world.campaign, "tinh"))
    report["remind_seconds"] = timed(lambda: reminding.remind(centre, world.campaign, "tinh", ""))
    report["reminders"] = Letter.objects.filter(sort="reminder").count()
    print(json.dumps(report))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
