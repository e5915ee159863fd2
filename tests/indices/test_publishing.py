"""From released answers and verified points to a published version that never changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.engine.stats.index import Body, Points, index
from dieutra.engine.stats.survey import Tally
from dieutra.forms.queries import engine_form
from dieutra.indices import figures, former, publishing, verifying
from dieutra.indices.counting import tallies
from dieutra.indices.models import Mark, Publication, Reckoning, Scheme
from dieutra.indices.shown import number, points_of
from dieutra.indices.standing import Said
from dieutra.interference import annulling
from dieutra.interference.models import Flag, SignalRun
from dieutra.opinions.models import Opinion
from tests.indices.given import all_answered, answered, over, reckoned, row, sent, taken, verified
from tests.opinion_cast import OpinionWorld

pytestmark = pytest.mark.django_db


def ready(world: OpinionWorld) -> Reckoning:
    """Hà Nam has all points, Nghệ An half of the survey's, Hà Nội has sent nothing."""
    taken(world)
    verified(world, "35")
    verified(world, "40")
    all_answered(world, "35")
    all_answered(world, "40", level=3)
    over(world)
    return reckoned(world)


def test_answers_are_counted_by_criterion_group_and_level(opinions: OpinionWorld) -> None:
    scheme = taken(opinions)
    answered(opinions, "35", "tinh-so", 5, 4)
    answered(opinions, "35", "tinh-so", 2, 2, q01="99", q03="0")
    found = tallies(opinions.campaign, scheme.read, frozenset())
    counted = found[opinions.area("35").path]
    assert Tally("1.5.1", "tinh-so", (0, 0, 0, 5, 0), 2) in counted  # q01: five of level 4, two unknown
    assert Tally("1.5.2", "tinh-so", (0, 2, 0, 5, 0), 0) in counted  # q02
    assert Tally("1.5.2", "tinh-so", (2, 5), 0) in counted  # q03, yes or no
    assert list(found) == [opinions.area("35").path]


def test_the_index_of_a_body_is_that_of_the_engine(opinions: OpinionWorld) -> None:
    scheme = taken(opinions)
    found = sent(opinions, "35", share=70)
    verifying.verify(opinions.user("ba.bo"), found, found.version, {"1.1.1": Said("0,10", "Chưa đủ")})
    for level, group in enumerate(("tinh-hdnd", "tinh-so", "tinh-phong", "tinh-huyen"), start=2):
        answered(opinions, "35", group, 5 + level, level)
    read = scheme.read
    points = {mark.code: Points(mark.own, mark.verified) for mark in Mark.objects.all()}
    counted = tallies(opinions.campaign, read, frozenset())[opinions.area("35").path]
    one = index(read.tree(), read.scoring().rules, Body("35", "Hà Nam", points, counted))
    shown = row(reckoned(opinions), "35")
    assert one.points is not None and shown["points"] == str(one.points)
    assert shown["survey_points"] == str(read.scoring().rules.rounding.of(sum(
        (leaf.points or 0 for leaf in one.leaves.values() if leaf.opinion), start=0 * (one.exact or 0))))  # fmt: skip
    assert (shown["leaves"]["1.1.1"], shown["leaves"]["1.1.2"]["from"]) == (  # type: ignore[index]
        {"points": "0.10", "from": "verified"}, "self",
    )  # fmt: skip


def test_full_points_and_best_answers_are_a_hundred(opinions: OpinionWorld) -> None:
    found = ready(opinions)
    assert (row(found, "35")["points"], row(found, "35")["rank"], row(found, "35")["band"]) == (
        "100.00",
        1,
        "A",
    )
    assert row(found, "40")["rank"] == 2
    assert found.figures["bands"] == {"A": 1, "B": 1, "C": 0, "D": 0}
    assert found.figures["answers"] == 48


def test_a_body_that_sent_nothing_has_no_index_and_says_what_it_lacks(opinions: OpinionWorld) -> None:
    lacking = row(ready(opinions), "01")
    assert (lacking["points"], lacking["rank"], lacking["band"]) == (None, None, "")
    assert len(lacking["lacking"]) == 88  # type: ignore[arg-type]


def test_a_group_below_the_kinds_batch_never_counts(opinions: OpinionWorld) -> None:
    """Whatever the rules say: of four people one could tell how they answered."""
    scheme = taken(opinions)
    rules = dict(scheme.rules) | {"survey": {"least_answers": 1}}
    Scheme.objects.filter(pk=scheme.pk).update(rules=rules)
    verified(opinions, "35")
    for group in ("tinh-hdnd", "tinh-so", "tinh-phong"):
        answered(opinions, "35", group, 6)
    before = row(reckoned(opinions), "35")
    answered(opinions, "35", "tinh-huyen", 4, 1)
    assert row(reckoned(opinions), "35")["points"] == before["points"] == "100.00"
    answered(opinions, "35", "tinh-huyen", 1, 1)
    assert row(reckoned(opinions), "35")["points"] != "100.00"


def test_no_exact_fraction_and_no_count_of_a_group_is_kept(opinions: OpinionWorld) -> None:
    found = ready(opinions)
    text = figures.canonical(found.figures)
    assert "Fraction" not in text and "tallies" not in text
    bodies = json.dumps(found.figures["bodies"])
    assert not any(group in bodies for group in found.figures["rules"]["group_weights"])


def test_what_one_group_alone_fed_is_not_told_by_itself_nor_to_be_found_by_subtraction(
    opinions: OpinionWorld,
) -> None:
    """Of 1.5.1 only one group reaches the least: 1.5.2 would give it away, and so would 1.5."""
    taken(opinions)
    verified(opinions, "35")
    all_answered(opinions, "35")
    told = row(reckoned(opinions), "35")
    assert told["leaves"]["1.5.1"]["from"] == "survey" and told["sums"]["1.5"]  # type: ignore[index]
    silence(opinions, "1.5.1", but="tinh-so")
    one = row(reckoned(opinions), "35")
    assert {one["leaves"][code]["points"] for code in ("1.5.1", "1.5.2")} == {None}  # type: ignore[index]
    assert one["sums"]["1.5"] is None and one["domains"]["1"] and one["points"]  # type: ignore[index]
    assert one["leaves"]["2.5.1"] == told["leaves"]["2.5.1"]  # type: ignore[index]
    shown = {it["code"]: it for it in points_of(reckoned(opinions).figures, dict(one))}
    assert (shown["1.5.2"]["points"], shown["1.5.2"]["from"]) == (
        number(None), "Điều tra xã hội học, không nêu riêng",
    )  # fmt: skip


def silence(world: OpinionWorld, criterion: str, but: str) -> None:
    """All but one group pass over the questions of a component."""
    asked = Scheme.objects.get().read.questions
    for question in (it for it in asked if it["criterion"] == criterion and it["group"] != but):
        for found in Opinion.objects.filter(group=question["group"]):
            path = engine_form(found.form_id).by_name[question["question"]].path
            Opinion.objects.filter(pk=found.pk).update(answers={**found.answers, path: "99"})


def annul(world: OpinionWorld) -> None:
    """By two people, on a sign that is made up."""
    path, campaign = world.area("35").path, world.campaign
    run = SignalRun.objects.create(campaign=campaign, answers=0, thresholds={}, hours={}, digest="0" * 64)
    flag = Flag.objects.create(
        run=run, campaign=campaign, survey="tinh", path=path, level="clear", rank=3, score=90, why="Một máy.",
        answers=0, findings=[], hours=[],
    )  # fmt: skip
    made = annulling.propose(world.user("ba.bo"), campaign, "tinh", path, "Một máy gửi nhiều phiếu.", [flag])
    annulling.confirm(world.user("ong.chuyen.vien"), made, made.version)


def test_an_annulled_body_has_no_survey_points(opinions: OpinionWorld) -> None:
    ready(opinions)
    annul(opinions)
    one = row(reckoned(opinions), "35")
    assert (one["annulled"], one["answers"], one["points"], one["survey_points"]) == (True, 0, None, None)
    assert one["self_points"] == "68.00"


def test_what_was_annulled_since_the_reckoning_stops_the_publication(opinions: OpinionWorld) -> None:
    reckoning = ready(opinions)
    annul(opinions)
    with pytest.raises(NotNow):
        publishing.publish(opinions.user("ba.bo"), reckoning, with_lacking=True)
    assert not Publication.objects.exists()


def test_nothing_is_annulled_after_publication(opinions: OpinionWorld) -> None:
    publishing.publish(opinions.user("ba.bo"), ready(opinions), with_lacking=True)
    with pytest.raises(NotNow, match="đã công bố"):
        annul(opinions)


def test_what_was_published_is_frozen_with_its_digest(opinions: OpinionWorld) -> None:
    found = publishing.publish(opinions.user("ba.bo"), ready(opinions), with_lacking=True)
    assert found.sha256 == sha256(found.content.encode()).hexdigest()
    assert json.loads(found.content)["version"] == found.number == 1
    for change in (
        lambda: Publication.objects.update(content="{}"),
        lambda: Publication.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Publication.objects.get().content == found.content


def test_a_correction_is_a_new_version_with_a_reason(opinions: OpinionWorld) -> None:
    centre = opinions.user("ba.bo")
    first = publishing.publish(centre, ready(opinions), with_lacking=True)
    all_answered(opinions, "40", level=4)
    second = reckoned(opinions)
    with pytest.raises(Invalid, match="Lý do"):
        publishing.publish(centre, second, with_lacking=True)
    corrected = publishing.publish(centre, second, "Bổ sung phiếu đến muộn", with_lacking=True)
    assert (corrected.number, corrected.reason) == (2, "Bổ sung phiếu đến muộn")
    assert Publication.objects.get(number=1).content == first.content


def test_bodies_without_an_index_are_published_only_when_that_is_confirmed(opinions: OpinionWorld) -> None:
    found = ready(opinions)
    with pytest.raises(Invalid) as refused:
        publishing.publish(opinions.user("ba.bo"), found)
    assert [problem.place for problem in refused.value.problems] == ["Thành phố Hà Nội"]
    assert not Publication.objects.exists()


def moved(world: OpinionWorld) -> None:
    all_answered(world, "35", level=1)


def verified_anew(world: OpinionWorld) -> None:
    Mark.objects.filter(code="1.1.1", assessment__area__code="35").update(verified=0, reason="x")


def newer(world: OpinionWorld) -> None:
    reckoned(world)


@pytest.mark.parametrize("what", [moved, verified_anew, newer])
def test_what_has_moved_since_is_not_published(
    opinions: OpinionWorld, what: Callable[[OpinionWorld], None]
) -> None:
    found = ready(opinions)
    what(opinions)
    with pytest.raises(NotNow):
        publishing.publish(opinions.user("ba.bo"), found, with_lacking=True)


@pytest.mark.parametrize("what", [moved, verified_anew, newer])
def test_what_moves_between_the_look_and_the_publication_stops_it(
    opinions: OpinionWorld, what: Callable[[OpinionWorld], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, close = ready(opinions), publishing.close

    def late(*given: Any) -> None:
        what(opinions)
        close(*given)

    monkeypatch.setattr(publishing, "close", late)
    with pytest.raises(NotNow):
        publishing.publish(opinions.user("ba.bo"), found, with_lacking=True)
    assert not Publication.objects.exists()


def test_nothing_is_published_of_nothing_and_nothing_twice(opinions: OpinionWorld) -> None:
    taken(opinions)
    over(opinions)
    with pytest.raises(NotNow, match="Chưa cơ quan nào"):
        publishing.publish(opinions.user("ba.bo"), reckoned(opinions), with_lacking=True)
    Reckoning.objects.all().delete()
    found = ready_again(opinions)
    publishing.publish(opinions.user("ba.bo"), found, with_lacking=True)
    with pytest.raises(NotNow, match="đã được công bố"):
        publishing.publish(opinions.user("ba.bo"), found, "Lại", with_lacking=True)


def ready_again(world: OpinionWorld) -> Reckoning:
    verified(world, "35")
    all_answered(world, "35")
    return reckoned(world)


@pytest.mark.parametrize("username", ["ong.chuyen.vien", "bac.bcd", "chi.ha.nam"])
def test_only_the_centres_administrator_publishes(opinions: OpinionWorld, username: str) -> None:
    found = ready(opinions)
    with pytest.raises(Forbidden):
        publishing.publish(opinions.user(username), found, with_lacking=True)


def test_one_reckoning_runs_at_a_time_and_a_dead_one_does_not_block_for_ever(opinions: OpinionWorld) -> None:
    taken(opinions)
    centre = opinions.user("ba.bo")
    waiting = publishing.ask_reckoning(centre, opinions.campaign, "tinh")
    with pytest.raises(NotNow, match="chưa xong"):
        publishing.ask_reckoning(centre, opinions.campaign, "tinh")
    Reckoning.objects.filter(pk=waiting.pk).update(asked_at=timezone.now() - 2 * publishing.LONGEST)
    assert publishing.ask_reckoning(centre, opinions.campaign, "tinh").pk != waiting.pk
    waiting.refresh_from_db()
    assert waiting.state == "refused"


def test_a_reckoning_that_ran_twice_says_the_same(opinions: OpinionWorld) -> None:
    found = ready(opinions)
    before = found.figures
    Opinion.objects.all().delete()
    publishing.reckon(found)
    found.refresh_from_db()
    assert found.figures == before


FORMER = "mã;điểm;hạng;1\n35;89,50;2;9,10\n40;60,1;;\n"


def test_last_years_figures_are_compared_in_points_ranks_and_domains(opinions: OpinionWorld) -> None:
    taken(opinions)
    former.take_former(opinions.user("ba.bo"), opinions.campaign, "tinh", 2021, "Tự dựng", FORMER.encode())
    found = ready_again(opinions)
    assert row(found, "35")["change"] == {"points": "10.50", "up": 1, "domains": {"1": "0.90"}}
    assert row(found, "01")["change"] == {"points": None, "up": None, "domains": {}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mã;hạng\n35;1\n", "“điểm”"),
        ("mã;điểm;điểm\n35;1;2\n", "mỗi cột một lần"),
        ("mã;điểm\n99;80\n", "Không có cơ quan mã “99”"),
        ("mã;điểm\n35;80\n35;81\n", "đã có ở dòng trên"),
        ("mã;điểm\n35;180\n", "từ 0 đến 100"),
        ("mã;điểm\n35;tám mươi\n", "từ 0 đến 100"),
        ("mã;điểm;hạng\n35;80;nhất\n", "Hạng là số nguyên"),
        ("mã;điểm\n", "Chưa có dòng nào"),
    ],
)
def test_a_wrong_row_of_last_year_is_named_and_none_is_kept(
    opinions: OpinionWorld, text: str, said: str
) -> None:
    taken(opinions)
    with pytest.raises(Invalid) as refused:
        former.take_former(opinions.user("ba.bo"), opinions.campaign, "tinh", 2021, "Nguồn", text.encode())
    assert said in refused.value.problems[0].message


def test_the_rules_that_were_applied_stand_in_the_figures(opinions: OpinionWorld) -> None:
    said = ready(opinions).figures["rules"]
    assert said["rounding"] == {"places": 2, "mode": "half_up", "sum": "exact"}
    assert (said["least_answers"], said["points"], said["survey_points"]) == (5, "100", "32")
