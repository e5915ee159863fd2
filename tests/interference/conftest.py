"""The small world with released answers and one run of the signals."""

from __future__ import annotations

import pytest

from dieutra.interference.actions import make
from dieutra.interference.models import Flag, SignalRun
from tests.interference.answers import three_provinces
from tests.opinion_cast import OpinionWorld, make_opinion_world


@pytest.fixture
def opinions(db: None) -> OpinionWorld:
    world = make_opinion_world()
    three_provinces(world)
    return world


@pytest.fixture
def run(opinions: OpinionWorld) -> SignalRun:
    return make(opinions.user("ba.bo"), opinions.campaign)


@pytest.fixture
def flag(run: SignalRun, opinions: OpinionWorld) -> Flag:
    """What is said of Hà Nam."""
    return run.flags.get(survey="tinh", path=opinions.area("35").path)
