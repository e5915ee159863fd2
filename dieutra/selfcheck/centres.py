"""Whose centre speaks for the installation: that of real campaigns; of simulated ones only while there is no real one."""

from __future__ import annotations

from django.db.models import QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.events.models import Event
from dieutra.selfcheck.models import Answer


def real_campaigns() -> list[int]:
    """The campaigns that are not simulated; none on an installation for practice."""
    return [it.pk for it in Campaign.objects.only("pk", "kind_slug", "rules") if not it.kind.simulated]


def speaks(campaign: Campaign) -> bool:
    """Whether this campaign's centre runs the self-check and answers in it."""
    return not campaign.kind.simulated or not real_campaigns()


def binding(answers: QuerySet[Answer]) -> QuerySet[Answer]:
    """Without what the centre of a simulated campaign answered before there was a real one."""
    real = real_campaigns()
    if not real:
        return answers
    said = Event.objects.filter(subject_type="answer", verb="selfcheck.answered", campaign_id__in=real)
    return answers.filter(pk__in=said.values("subject_id"))
