"""What the tests of the index start from: criteria taken, bodies that have assessed themselves, answers laid open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils import timezone

from dieutra.campaigns.models import Campaign, GroupForm
from dieutra.campaigns.score_rules import LEVELS
from dieutra.engine.stats.criteria import Source
from dieutra.forms.queries import engine_form
from dieutra.indices import actions, publishing, schemes, verifying
from dieutra.indices.models import Assessment, Reckoning, Scheme
from dieutra.indices.standing import Said
from dieutra.opinions import closing
from dieutra.opinions.models import Opinion
from tests.opinion_cast import OpinionWorld

DESKS = {"35": "chi.ha.nam", "40": "co.nghe.an", "B01": "anh.ngoai.giao", "B02": "nguoi.la.khac"}


def taken(world: OpinionWorld, survey: str = "tinh") -> Scheme:
    return schemes.take_criteria(world.user("ba.bo"), world.campaign, survey)


def assessment(world: OpinionWorld, code: str = "35") -> Assessment:
    return Assessment.objects.select_related("campaign", "area").get(campaign=world.campaign, area__code=code)


def filled(world: OpinionWorld, code: str = "35", share: int = 100) -> Assessment:
    """All points there are, or that per cent of them, each with a word on why."""
    found = assessment(world, code)
    leaves = (
        Scheme.objects.get(campaign=world.campaign, survey=found.survey).read.tree().leaves_from(Source.SELF)
    )
    said = {
        leaf.code: Said(
            str((leaf.most * share / 100).quantize(leaf.most))
            if share == 100
            else f"{leaf.most * share / 100:.2f}",
            "Đã làm.",
        )
        for leaf in leaves
    }
    actions.save(world.user(DESKS[code]), found, found.version, actions.Changes(said))
    return found


def sent(world: OpinionWorld, code: str = "35", share: int = 100) -> Assessment:
    found = filled(world, code, share)
    actions.send(world.user(DESKS[code]), found, found.version)
    return found


def verified(world: OpinionWorld, code: str = "35", share: int = 100) -> Assessment:
    found, centre = sent(world, code, share), world.user("ong.chuyen.vien")
    verifying.accept_rest(centre, found, found.version)
    verifying.conclude(centre, found, found.version)
    return found


def answered(world: OpinionWorld, code: str, group: str, many: int, level: int = 5, **others: str) -> None:
    """So many opinions of a group, all of the same level of five (yes from level 3 on); `others` by question."""
    survey = group.partition("-")[0]
    form = engine_form(GroupForm.objects.get(campaign=world.campaign, group=group).form_id)
    asked = [
        it
        for it in Scheme.objects.get(campaign=world.campaign, survey=survey).questions
        if it["group"] == group
    ]
    answers = {}
    for it in asked:
        codes = LEVELS[it["kind"]]
        usual = codes[level - 1] if len(codes) == 5 else codes[int(level >= 3)]
        answers[form.by_name[it["question"]].path] = others.get(it["question"], usual)
    opinions = [opinion(world, code, survey, group, answers) for _ in range(many)]
    Opinion.objects.bulk_create(opinions)


def opinion(world: OpinionWorld, code: str, survey: str, group: str, answers: Mapping[str, str]) -> Opinion:
    return Opinion(
        campaign=world.campaign, survey=survey, path=world.area(code).path, group=group, answers=dict(answers),
        form_id=GroupForm.objects.get(campaign=world.campaign, group=group).form_id, released_on=date(2023, 3, 4),
    )  # fmt: skip


def all_answered(world: OpinionWorld, code: str, level: int = 5, many: int = 6) -> None:
    survey = "bo" if code.startswith("B") else "tinh"
    for it in world.campaign.kind.opinion.groups_of(survey) if world.campaign.kind.opinion else ():
        answered(world, code, it.code, many, level)


def over(world: OpinionWorld) -> None:
    """Yesterday was the last day to answer, and the machine has closed the survey."""
    today = timezone.localdate()
    Campaign.objects.filter(pk=world.campaign.pk).update(
        opens_on=today - timedelta(days=30), closes_on=today - timedelta(days=1)
    )
    world.campaign.refresh_from_db()
    assert closing.close(world.campaign)


def reckoned(world: OpinionWorld, survey: str = "tinh") -> Reckoning:
    found = publishing.ask_reckoning(world.user("ong.chuyen.vien"), world.campaign, survey)
    publishing.reckon(found)
    return found


def row(found: Reckoning, code: str) -> dict[str, object]:
    return next(dict(it) for it in found.figures["bodies"] if it["code"] == code)
