"""A run reads released answers, keeps what it found for good, and shows nothing that is one person's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Forbidden, NotNow
from dieutra.events.models import Event
from dieutra.interference import actions
from dieutra.interference.models import Flag, SignalRun
from dieutra.interference.reading import answers_of, bursts_of, items_of, limits_of
from dieutra.jobs.actions import KINDS
from dieutra.jobs.models import Job
from dieutra.opinions.models import Opinion
from dieutra.reactions import REACTIONS
from tests.opinion_cast import OpinionWorld, make_opinion_world


def test_the_body_whose_forty_answers_came_from_one_browser_is_clear(flag: Flag, run: SignalRun) -> None:
    assert (flag.level, flag.rank, flag.score, flag.answers) == ("clear", 3, 100, 110)
    assert [it["evidence"]["sizes"] for it in flag.findings if it["signal"] == "device"] == [[40]]
    assert run.flags.filter(level="clear").count() == 1


def test_all_released_answers_are_read_and_counters_go_by_the_clock_of_vietnam(
    opinions: OpinionWorld,
) -> None:
    assert answers_of(opinions.campaign).num_rows == Opinion.objects.count() == 339
    said = json.loads(answers_of(opinions.campaign)["said"][0].as_py())
    items = items_of(opinions.campaign)
    assert said.keys() <= {it.question for it in items}
    assert {(it.survey, it.grp) for it in items} == {
        ("tinh", "tinh-phong"),
        ("tinh", "tinh-so"),
        ("tinh", "tinh-hdnd"),
    }
    assert {it.hour for it in bursts_of(opinions.campaign)["starts"].to_pylist()} == set(range(8, 17))


def test_the_questionnaires_of_2022_have_scales_for_straight_lines(opinions: OpinionWorld) -> None:
    scales = [it for it in items_of(opinions.campaign) if it.scale]
    assert len({it.options for it in scales}) >= 1 and len(scales) > 15


def test_a_run_is_asked_for_on_the_page_and_made_once_in_the_background(opinions: OpinionWorld) -> None:
    actions.ask(opinions.user("ong.chuyen.vien"), opinions.campaign)
    event = Event.objects.get(verb="signals.asked")
    (job,) = [made for make in REACTIONS[event.verb] if (made := make(event))]
    job.save()
    for _ in range(2):
        KINDS["interference.run"](Job.objects.get(pk=job.pk))
    assert Job.objects.get(pk=job.pk).lease_until is not None  # long work keeps its lease
    run = SignalRun.objects.get()
    assert run.made_by == opinions.user("ong.chuyen.vien")
    told = Event.objects.get(verb="signals.made")
    assert told.facts["digest"] == run.digest and told.facts["found"]["clear"] == 1


def test_a_second_run_waits_for_the_first(opinions: OpinionWorld) -> None:
    actions.ask(opinions.user("ba.bo"), opinions.campaign)
    with pytest.raises(NotNow, match="đang chạy"):
        actions.ask(opinions.user("ong.chuyen.vien"), opinions.campaign)


def test_without_released_answers_there_is_nothing_to_look_at(db: None) -> None:
    world = make_opinion_world("chua-co-phieu")
    with pytest.raises(NotNow, match="Chưa có phiếu"):
        actions.ask(world.user("ba.bo"), world.campaign)
    run = actions.make(None, world.campaign)
    assert (run.answers, run.flags.count()) == (0, 0)


@pytest.mark.parametrize("who", ["bac.bcd", "chi.ha.nam", "chu.doc", "anh.ngoai.giao"])
def test_only_the_centre_s_administrators_and_officers_ask_for_a_run(
    opinions: OpinionWorld, who: str
) -> None:
    with pytest.raises(Forbidden):
        actions.ask(opinions.user(who), opinions.campaign)


def test_runs_and_flags_are_never_changed_and_never_deleted(flag: Flag) -> None:
    for table in ("interference_signalrun", "interference_flag"):
        for statement in (f"UPDATE {table} SET campaign_id = campaign_id", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_groups_smaller_than_a_batch_are_not_looked_into(flag: Flag, opinions: OpinionWorld) -> None:
    assert limits_of(opinions.campaign).smallest_group == 5
    assert all(it["grp"] != "tinh-hdnd" for it in flag.findings)
    assert "tinh-hdnd" not in json.dumps(flag.findings)


def test_a_kind_may_set_thresholds_but_never_lower_than_what_may_be_shown(opinions: OpinionWorld) -> None:
    rules: dict[str, Any] = opinions.campaign.rules
    rules["campaign"]["opinion"]["signals"] = {"device_full": 60, "smallest_group": 2}
    Campaign.objects.filter(pk=opinions.campaign.pk).update(rules=rules)
    campaign = Campaign.objects.get(pk=opinions.campaign.pk)
    assert (limits_of(campaign).device_full, limits_of(campaign).smallest_group) == (60, 5)
    run = actions.make(None, campaign)
    assert run.flags.get(path=opinions.area("35").path).level == "suspect"


def test_no_flag_names_a_browser_a_network_or_an_answer(run: SignalRun) -> None:
    told = json.dumps([it.findings for it in run.flags.all()])
    assert "one-browser" not in told and "35-3" not in told
    assert not any(str(it) in told for it in Opinion.objects.values_list("pk", flat=True)[:50])
