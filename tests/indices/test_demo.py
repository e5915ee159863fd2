"""The demo's index: bodies in every state, and a reckoning that the centre can look at."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from dieutra.indices.models import Assessment, Publication, Reckoning
from dieutra.rehearsal import index_demo
from tests.indices.given import DESKS
from tests.opinion_cast import OpinionWorld

pytestmark = pytest.mark.django_db


def test_the_demo_has_bodies_at_different_stages_and_a_result(opinions: OpinionWorld) -> None:
    users = {code: opinions.user(username) for code, username in DESKS.items()}
    index_demo.play(opinions.campaign, opinions.user("ba.bo"), users, random.Random(1))
    states = Counter(Assessment.objects.filter(area__code__in=users).values_list("state", flat=True))
    assert states == {"verified": 2, "sent": 2}
    assert Assessment.objects.filter(state="open").count() == 1
    found = Reckoning.objects.filter(state="done")
    assert sorted(found.values_list("survey", flat=True)) == ["bo", "tinh"]
    province = next(it for it in found.get(survey="tinh").figures["bodies"] if it["code"] == "35")
    assert province["self_points"] is not None and province["points"] is None  # nobody has answered here
    assert not Publication.objects.exists()
