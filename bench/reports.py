"""How long the figures of a large campaign take: 40,000 cases of one province, a fifth of them sent, with their events.

    DIEUTRA_VAR=$(mktemp -d) .venv/bin/python bench/reports.py [cases]

DIEUTRA_DATABASE chooses another, empty database.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dieutra.settings")

import django

django.setup()

from django.core.management import call_command
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case, Response
from dieutra.events.models import Event
from dieutra.frames.models import Listing, Unit
from dieutra.people.models import User
from dieutra.places.models import Area
from dieutra.places.paths import unit_path
from dieutra.reports.figures import SHAPES
from tests.cast import make_world


def fill(campaign: Campaign, number: int) -> None:
    """Units and cases spread over the communes of Hà Nam; every fifth was sent, returned once and accepted."""
    province = Area.objects.get(catalogue=campaign.catalogue, code="35")
    communes = list(
        Area.objects.filter(catalogue=campaign.catalogue, path__startswith=province.path, level=3)
    )
    listing, sender = Listing.objects.get(area__code="347"), User.objects.get(username="anh.giam.sat")
    units = [
        Unit(
            campaign=campaign, listing=listing, code=f"T{at}", name=f"Đơn vị {at}", search_key=f"don vi {at}",
            area=(area := communes[at % len(communes)]), path=unit_path(area.path, f"T{at}"),
            details={"kind": f"0{1 + at % 6}"}, decision="keep",
        )
        for at in range(number)
    ]  # fmt: skip
    units = Unit.objects.bulk_create(units, batch_size=2000)
    cases = [
        Case(campaign=campaign, unit=unit, form_id=campaign.form_id, path=unit.path, unit_level=3,
             due_on=campaign.closes_on, state="new" if at % 5 else "accepted", soft_count=0 if at % 5 else 3)
        for at, unit in enumerate(units)
    ]  # fmt: skip
    cases = Case.objects.bulk_create(cases, batch_size=2000)
    done, now = [case for case in cases if case.state == "accepted"], timezone.now()
    responses = Response.objects.bulk_create(
        [
            Response(case=case, form_id=case.form_id, number=1, answers={}, sent_by=sender, receipt=f"R{case.pk}",
                     digest="", sent_at=now - timedelta(hours=9))
            for case in done
        ],
        batch_size=2000,
    )  # fmt: skip
    for case, response in zip(done, responses, strict=True):
        case.response, case.changed_at = response, now
    Case.objects.bulk_update(done, ["response", "changed_at"], batch_size=2000)
    verbs = ("case.submitted", "case.returned", "case.submitted", "case.approved", "case.accepted")
    events = [
        Event(actor_id=sender.pk, verb=verb, subject_type="case", subject_id=case.pk, campaign_id=campaign.pk,
              path=case.path, processed_at=now)
        for case in done
        for verb in verbs
    ]  # fmt: skip
    Event.objects.bulk_create(events, batch_size=5000)


def main(number: int) -> None:
    call_command("migrate", verbosity=0)
    campaign = make_world().campaign
    fill(campaign, number)
    period = timezone.now() - timedelta(days=1), timezone.now() + timedelta(hours=1)
    for code in ("VN", "35", "347"):
        area = Area.objects.get(catalogue=campaign.catalogue, code=code)
        for shape, figures in SHAPES.items():
            begun = time.perf_counter()
            figures(campaign, area, period)
            print(f"{number} cases, {area.name}, {shape}: {time.perf_counter() - begun:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40_000)
