"""A wave of 40,000 mails: planned in one statement, throttled, handed to aiosmtpd over a socket, every one accounted for.

    DIEUTRA_VAR=$(mktemp -d) .venv/bin/python bench/mails.py [mails] [plan]

`plan` plans and sends nothing. DIEUTRA_DATABASE chooses another, empty database. The last line is JSON; `tenfold` is the
time to plan all of them by the time to plan a tenth: a plan that reads each case once stays near ten.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dieutra.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from dieutra.campaigns.models import Campaign
from dieutra.messages import actions, planning
from dieutra.messages.models import Message, Wave
from dieutra.messages.sending import deliver
from dieutra.places.models import Area
from tests.cast import HA_NAM, World, make_world
from tests.messages.outside import mailbox
from tests.messages.test_planning import crowd

State = Message.State


def main(count: int, *, only_plan: bool = False) -> None:
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    world = make_world()
    Message.objects.all().delete()
    crowd(world, count // 10)
    tenth = plan(world, "0" * 16)[1]
    Message.objects.all().delete()
    crowd(world, count, first=count // 10)
    wave, planned = plan(world, "1" * 16)
    total = wave.planned
    if only_plan:
        print(json.dumps({"engine": connection.vendor, "mails": total, "plan_seconds": round(planned, 2),
                          "tenfold": round(planned / tenth, 1)}))  # fmt: skip
        return
    # 7… does not exist, 8… is full
    answers = {"7": "550 5.1.1 no", "8": "450 4.2.0 later"}
    with mailbox(settings, lambda to: answers.get(to[1:2], "")) as box:
        limit(world, per_minute=0.001, burst=count // 20)
        while deliver().done:
            pass
        first = Message.objects.filter(wave=wave).exclude(state=State.PLANNED).count()
        limit(world, per_minute=10**6, burst=count)
        begun = time.perf_counter()
        while Message.objects.filter(wave=wave, state=State.PLANNED).exists():
            deliver()
        sending = time.perf_counter() - begun
    states = Counter(Message.objects.filter(wave=wave).values_list("state", flat=True))
    report = {
        "engine": connection.vendor, "mails": total, "plan_seconds": round(planned, 2),
        "tenfold": round(planned / tenth, 1), "burst": count // 20, "left_in_burst": first,
        "send_seconds": round(sending), "mails_a_second": round((total - first) / sending),
        "states": dict(states), "arrived": len(box.arrived), "different": len(set(box.arrived)),
    }  # fmt: skip
    print(
        f"{total} mails planned in {planned:.1f} s, the rest after the burst handed over in {sending:.0f} s: {dict(states)}"
    )
    print(json.dumps(report))


def plan(world: World, token: str) -> tuple[Wave, float]:
    area = Area.objects.get(catalogue=world.campaign.catalogue, code=HA_NAM)
    wave = actions.urge(
        world.user("ong.tinh"),
        world.campaign,
        area,
        "nhac-truoc-han",
        ["email"],
        late_only=False,
        token=token,
    )
    begun = time.perf_counter()
    wave.planned = planning.plan(wave)
    return wave, time.perf_counter() - begun


def limit(world: World, per_minute: float, burst: int) -> None:
    rules = world.campaign.rules
    rules["campaign"]["mail"] = {
        "per_minute": per_minute, "burst": burst, "per_domain_per_minute": 10**6, "per_domain_burst": 10**6,
    }  # fmt: skip
    Campaign.objects.filter(pk=world.campaign.pk).update(rules=rules)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40_000, only_plan="plan" in sys.argv[2:])
