"""What bodies are told by the clock, and what is cleared away by it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from dieutra.jobs.models import Job
from dieutra.messages.models import Message
from dieutra.messages.roster_letters import remind_bodies
from dieutra.rosters import loading
from dieutra.rosters.jobs import clear
from dieutra.rosters.models import Load, Roster
from tests.opinion_cast import OpinionWorld
from tests.rosters.lines import csv, line


def on(world: OpinionWorld, days: int, hour: int = 9) -> datetime:
    """So many days from the day on which lists are due."""
    return timezone.make_aware(
        datetime.combine(world.campaign.list_due_on + timedelta(days=days), time(hour))
    )


def told() -> set[tuple[str, str]]:
    return set(Message.objects.filter(template="list_due").values_list("path", "channel"))


def test_two_days_before_lists_are_due_bodies_that_have_not_sent_theirs_are_told_once(
    opinions: OpinionWorld,
) -> None:
    opinions.accepted("tinh", "35", {"tinh-so": 2})
    assert remind_bodies(opinions.campaign, on(opinions, -3)) == 0
    assert remind_bodies(opinions.campaign, on(opinions, -2, hour=5)) == 0
    for _ in range(2):
        remind_bodies(opinions.campaign, on(opinions, -2))
    bodies = ("VN/40/", "VN/B01/", "VN/B02/")  # Hà Nam has sent its list, Hà Nội has no administrator
    assert told() == {(path, channel) for path in bodies for channel in ("email", "notice")}
    letter = Message.objects.get(template="list_due", path="VN/40/", channel="email")
    assert f"{opinions.campaign.list_due_on:%d/%m/%Y}" in letter.text and "{" not in letter.text


def test_whoever_was_granted_a_later_day_is_told_before_that_one(opinions: OpinionWorld) -> None:
    opinions.accepted("tinh", "35", {"tinh-so": 2})
    roster = opinions.roster("tinh", "40")
    Roster.objects.filter(pk=roster.pk).update(due_on=opinions.campaign.list_due_on + timedelta(days=5))
    remind_bodies(opinions.campaign, on(opinions, -2))
    assert "VN/40/" not in {path for path, _ in told()}
    remind_bodies(opinions.campaign, on(opinions, 3))
    assert {path for path, _ in told()} == {"VN/40/", "VN/B01/", "VN/B02/"}


def test_lines_of_a_file_that_nobody_confirmed_are_forgotten(opinions: OpinionWorld) -> None:
    load = loading.read(
        opinions.user("chi.ha.nam"), opinions.roster("tinh", "35"), csv(line()), "a.csv", False
    )
    clear(Job())
    assert Load.objects.exists()
    Load.objects.filter(pk=load.pk).update(at=timezone.now() - timedelta(days=4))
    clear(Job())
    assert not Load.objects.exists()
