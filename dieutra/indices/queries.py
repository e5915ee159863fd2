"""Reading the index: whose assessment one sees, where each body is, what is published."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.http import Http404

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import opinion_campaigns_with
from dieutra.campaigns.score_rules import has_index
from dieutra.indices.models import Assessment, Evidence, Mark, Publication, Reckoning, Scheme
from dieutra.people.models import User
from dieutra.people.permission import visible_to


def campaigns_with_index(actor: User) -> list[Campaign]:
    """Those whose index the actor reads, newest first."""
    return [it for it in opinion_campaigns_with(actor, "index.read") if has_index(it.rules)]


def scheme_of(campaign: Campaign, survey: str) -> Scheme | None:
    return Scheme.objects.filter(campaign=campaign, survey=survey).first()


def need_scheme(campaign: Campaign, survey: str) -> Scheme:
    """404 for a survey whose criteria have not been taken yet."""
    found = scheme_of(campaign, survey)
    if found is None:
        raise Http404
    return found


def assessments_of(actor: User) -> QuerySet[Assessment]:
    seen = visible_to(Assessment.objects.all(), actor, "index.read")
    return seen.select_related("campaign", "area").order_by("survey", "area__sort_key")


def by_state(campaign: Campaign, survey: str) -> dict[str, int]:
    rows = Assessment.objects.filter(campaign=campaign, survey=survey).values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def marks_of(assessment: Assessment) -> dict[str, Mark]:
    return {mark.code: mark for mark in assessment.marks.all()}


def evidence_of(assessment: Assessment) -> dict[str, list[Evidence]]:
    """The files that stand, by code of the criterion, in the order in which they came."""
    found: dict[str, list[Evidence]] = {}
    for file in Evidence.objects.filter(assessment=assessment, removed_at__isnull=True).order_by("pk"):
        found.setdefault(file.code, []).append(file)
    return found


def reckonings_of(campaign: Campaign, survey: str) -> QuerySet[Reckoning]:
    found = Reckoning.objects.filter(campaign=campaign, survey=survey).select_related("asked_by")
    return found.order_by("-asked_at", "-pk")


def publications_of(campaign: Campaign, survey: str) -> QuerySet[Publication]:
    """Newest first; the first one stands, the others are what it corrects."""
    return Publication.objects.filter(campaign=campaign, survey=survey).order_by("-number")
