"""Released answers for the small world of opinion surveys: three provinces, one of which cheats with one browser."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from dieutra.campaigns.models import GroupForm
from dieutra.interference.reading import closed_questions
from dieutra.opinions.models import Burst, Opinion
from tests.opinion_cast import OpinionWorld

GROUPS = {"tinh-phong": 80, "tinh-so": 30, "tinh-hdnd": 3}
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def answered(world: OpinionWorld, survey: str, code: str, cheats: int = 0, seed: int = 1) -> None:
    """Answers about a body: of its largest group so many come from one browser."""
    chance, campaign = random.Random(f"{seed}{code}"), world.campaign
    path = world.area(code).path
    rows: list[Opinion] = []
    for group, many in GROUPS.items():
        form = GroupForm.objects.get(campaign=campaign, survey=survey, group=group).form_id
        asked = closed_questions(form)
        for at in range(many):
            mood = chance.choice((1, 2, 2, 3))
            said = {
                node.path: codes[max(0, min(len(codes) - 1, mood + chance.choice((-1, 0, 0, 1))))]
                for node, codes in asked
            }
            own = "one-browser" if group == "tinh-phong" and at < cheats else f"{code}-{group}-{at}"
            rows.append(
                Opinion(
                    campaign=campaign, survey=survey, path=path, group=group, form_id=form, answers=said,
                    device=own, network=f"{code}-{at % 7}", seconds=chance.choice(("60-120", "120-300")),
                    released_on=timezone.localdate(),
                )
            )  # fmt: skip
    Opinion.objects.bulk_create(rows)
    begun = datetime(2023, 2, 20, 8, 0, tzinfo=VIETNAM)
    Burst.objects.bulk_create(
        Burst(
            campaign=campaign, survey=survey, path=path, window=begun + timedelta(hours=at, days=at), count=12
        )
        for at in range(9)
    )


def three_provinces(world: OpinionWorld) -> None:
    """Hà Nam lets one browser answer for forty; Nghệ An and Hà Nội are honest."""
    answered(world, "tinh", "35", cheats=40)
    answered(world, "tinh", "40")
    answered(world, "tinh", "01")


def copied_in_a_hurry(world: OpinionWorld, code: str) -> None:
    """A model answer for half of a group, filled in within seconds, most of it in ten minutes of one night."""
    campaign, path = world.campaign, world.area(code).path
    group = Opinion.objects.filter(campaign=campaign, path=path, group="tinh-phong").order_by("device")
    taken = list(group[:40])
    model = taken[0].answers
    for number, it in enumerate(taken):
        it.answers, it.seconds, it.device = dict(model), "<30", f"private-{code}-{number}"
    Opinion.objects.bulk_update(taken, ["answers", "seconds", "device"])
    window = datetime(2023, 2, 21, 23, 40, tzinfo=VIETNAM)
    Burst.objects.create(campaign=campaign, survey="tinh", path=path, window=window, count=38)
