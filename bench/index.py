"""How long an index of 63 provinces takes to compute from 50,000 opinions, and to draw on paper.

    PYTHONPATH=. DIEUTRA_VAR=$(mktemp -d) .venv/bin/python bench/index.py [opinions]

Everything is in a throw-away database; the answers are by lot from a fixed seed, all provinces have full own points.
"""

from __future__ import annotations

import os
import random
import sys
import time
from datetime import date

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.core.management import call_command

from dieutra.campaigns.actions import appoint, create_campaign
from dieutra.campaigns.models import GroupForm
from dieutra.campaigns.score_rules import LEVELS
from dieutra.engine.stats.criteria import Source
from dieutra.forms.queries import engine_form
from dieutra.indices import publishing, schemes
from dieutra.indices.drawing import draw
from dieutra.indices.models import Assessment, Mark
from dieutra.opinions.models import Opinion
from dieutra.places.models import Area
from tests.opinion_cast import KIND

MANY = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000


def main() -> None:
    call_command("migrate", verbosity=0)
    day = date(2023, 2, 15)
    campaign = create_campaign(KIND, "do", "Đo", day, day, day)
    centre = appoint(None, campaign, "qtv", Area.objects.get(catalogue=campaign.catalogue, code="VN"), username="tw",
                     full_name="Trung ương", email="tw@example.gov.vn").user  # fmt: skip
    scheme = schemes.take_criteria(centre, campaign, "tinh")
    leaves = scheme.read.tree().leaves_from(Source.SELF)
    found = list(Assessment.objects.filter(campaign=campaign))
    Mark.objects.bulk_create(
        (
            Mark(assessment=it, code=leaf.code, own=leaf.most, verified=leaf.most)
            for it in found
            for leaf in leaves
        ),
        batch_size=2000,
    )
    Assessment.objects.filter(campaign=campaign).update(state="verified")
    chance, forms = (
        random.Random(2022),
        {it.group: it.form_id for it in GroupForm.objects.filter(campaign=campaign, survey="tinh")},
    )
    asked = {group: [it for it in scheme.questions if it["group"] == group] for group in forms}
    nodes = {group: engine_form(form).by_name for group, form in forms.items()}
    groups = sorted(forms)
    rows = []
    for at in range(MANY):
        group = groups[at % len(groups)]
        answers = {
            nodes[group][it["question"]].path: chance.choice((*LEVELS[it["kind"]], "99"))
            for it in asked[group]
        }
        rows.append(Opinion(campaign=campaign, survey="tinh", path=found[at % len(found)].path, group=group,
                            form_id=forms[group], answers=answers, released_on=day))  # fmt: skip
    Opinion.objects.bulk_create(rows, batch_size=2000)
    begun = time.perf_counter()
    reckoning = publishing.ask_reckoning(centre, campaign, "tinh")
    publishing.reckon(reckoning)
    computed = time.perf_counter()
    published = publishing.publish(centre, reckoning)
    frozen = time.perf_counter()
    files = max(done for done, _ in draw(published))
    drawn = time.perf_counter()
    print(f"{len(found)} bodies, {MANY} opinions: reckoned in {computed - begun:.1f} s")
    print(f"published in {frozen - computed:.1f} s, {len(published.content) // 1024} KiB")
    print(f"{files} files drawn in {drawn - frozen:.1f} s")


if __name__ == "__main__":
    main()
