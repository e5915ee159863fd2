"""The index in the demo: criteria taken, bodies that have assessed themselves in every state, a reckoning to look at.

Nothing is published: that is for whoever tries the demo, and it would end all annulling.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal

from dieutra.campaigns.models import Campaign
from dieutra.engine.stats.criteria import Node, Source
from dieutra.indices import actions, publishing, schemes, verifying
from dieutra.indices.models import Assessment, Scheme
from dieutra.indices.standing import Said
from dieutra.people.models import User

WORDS = (
    "Đã ban hành kế hoạch đúng hạn, số liệu theo báo cáo quý IV.",
    "Hoàn thành theo kế hoạch; danh mục văn bản kèm theo báo cáo năm.",
    "Đạt một phần; còn nhiệm vụ chuyển sang năm sau.",
)
WHY = "Minh chứng chưa đủ; điểm tính theo số liệu của báo cáo năm."
STATES = ("verified", "sent", "open", "verified")  # of the bodies of a survey, in turn


def play(campaign: Campaign, centre: User, bodies: Mapping[str, User], chance: random.Random) -> None:
    """`bodies`: by code, who assesses it. Surveys that none of them belongs to are left without criteria."""
    rules = campaign.kind.opinion
    for survey in rules.surveys if rules else ():
        scheme = schemes.take_criteria(centre, campaign, survey.code)
        found = Assessment.objects.filter(campaign=campaign, survey=survey.code, area__code__in=bodies)
        assessments = found.select_related("campaign", "area").order_by("path")
        for number, assessment in enumerate(assessments):
            user = bodies[assessment.area.code]
            _assess(user, centre, scheme, assessment, STATES[number % len(STATES)], chance)
        publishing.reckon(publishing.ask_reckoning(centre, campaign, survey.code))


def _assess(
    user: User, centre: User, scheme: Scheme, assessment: Assessment, state: str, chance: random.Random
) -> None:
    leaves = scheme.read.tree().leaves_from(Source.SELF)
    given = leaves if state != "open" else leaves[: len(leaves) // 3]
    said = {leaf.code: Said(f"{_points(leaf, chance)}", chance.choice(WORDS)) for leaf in given}
    actions.save(user, assessment, assessment.version, actions.Changes(said))
    if state == "open":
        return
    actions.send(user, assessment, assessment.version)
    if state == "verified":
        less = {leaf.code: Said("0", WHY) for leaf in leaves if chance.random() < 0.03}
        verifying.verify(centre, assessment, assessment.version, less)
        verifying.accept_rest(centre, assessment, assessment.version)
        verifying.conclude(centre, assessment, assessment.version)


def _points(leaf: Node, chance: random.Random) -> Decimal:
    """Mostly full, else in steps of a quarter."""
    share = chance.choice((4, 4, 4, 4, 3, 3, 2))
    return (leaf.most * share / 4).quantize(Decimal("0.01"))
