"""Reading lists of people."""

from __future__ import annotations

from django.db.models import QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.places.models import Area, Level


def bodies(campaign: Campaign, survey: str) -> QuerySet[Area]:
    """The bodies that a survey is about, in Vietnamese order; each sends one roster. KeyError for an unknown survey."""
    kind = campaign.kind
    if kind.opinion is None:
        return Area.objects.none()
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id, level=Level.PROVINCE)
    where = kind.opinion.survey(survey).areas
    if where == "branch":
        areas = areas.filter(code__in=kind.branch_codes)
    elif where == "catalogue":
        areas = areas.exclude(code__in=kind.branch_codes)
    return areas.order_by("sort_key")


def surveys_at(campaign: Campaign, path: str) -> list[str]:
    """The surveys that are about the body at a path."""
    rules = campaign.kind.opinion
    if rules is None:
        return []
    return [it.code for it in rules.surveys if bodies(campaign, it.code).filter(path=path).exists()]
