"""The index for who works on it: which surveys, where each body is, the criteria."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, Refusal
from dieutra.indices import queries, schemes
from dieutra.indices.models import Assessment, Scheme
from dieutra.people.models import User
from dieutra.people.permission import may
from dieutra.web.campaign_here import chosen, led_on
from dieutra.web.requests import signed_in


def at_hand(request: HttpRequest) -> tuple[User, Campaign]:
    """The person, and the campaign whose index she reads; 404 for everybody else."""
    user = signed_in(request)
    return user, chosen(request, queries.campaigns_with_index(user))


def central(request: HttpRequest, survey: str, verb: str = "index.read") -> tuple[User, Campaign]:
    """The same for the pages of the centre; 404 for who has no post there, and for a survey that there is not."""
    user, campaign = at_hand(request)
    surveys = {it.code for it in campaign.kind.opinion.surveys} if campaign.kind.opinion else set()
    if survey not in surveys or not may(user, verb, campaign):
        raise Http404
    return user, campaign


def said(refusal: Refusal | None) -> dict[str, Any]:
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    return {"refused": refusal.message if refusal else "", "problems": problems}


def title_of(campaign: Campaign, survey: str) -> str:
    return campaign.kind.opinion.survey(survey).name if campaign.kind.opinion else survey


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The surveys of the campaign; whoever has one body only goes straight to its self-assessment."""
    user, campaign = at_hand(request)
    own = queries.assessments_of(user).filter(campaign=campaign)
    if not may(user, "index.read", campaign):
        found = list(own[:2])
        if len(found) == 1:
            return redirect("index_assessment", found[0].pk)
        return render(request, "indices/mine.html", {"assessments": own})
    surveys = [
        _survey(campaign, it.code, it.name)
        for it in (campaign.kind.opinion.surveys if campaign.kind.opinion else ())
    ]
    return render(request, "indices/home.html", {"surveys": surveys})


def _survey(campaign: Campaign, code: str, name: str) -> dict[str, Any]:
    counts = queries.by_state(campaign, code)
    return {
        "code": code,
        "name": name,
        "scheme": queries.scheme_of(campaign, code),
        "bodies": sum(counts.values()),
        "sent": sum(many for state, many in counts.items() if state in ("sent", "verified")),
        "verified": counts.get("verified", 0),
        "publication": queries.publications_of(campaign, code).first(),
    }


@login_required
@require_safe
def survey(request: HttpRequest, survey: str) -> HttpResponse:
    """One survey: its criteria, where each body is (`tinh-trang` narrows), reckonings, publications."""
    user, campaign = central(request, survey)
    found = queries.assessments_of(user).filter(campaign=campaign, survey=survey)
    state = request.GET.get("tinh-trang", "")
    if state in Assessment.State.values:
        found = found.filter(state=state)
    counts = queries.by_state(campaign, survey)
    context = {
        "survey": survey,
        "title": title_of(campaign, survey),
        "scheme": queries.scheme_of(campaign, survey),
        "states": [(value, label, counts.get(value, 0)) for value, label in Assessment.State.choices],
        "state": state,
        "assessments": found,
        "reckonings": queries.reckonings_of(campaign, survey).defer("figures")[:10],
        "publications": queries.publications_of(campaign, survey).defer("content"),
        "verifies": may(user, "index.verify", campaign),
        "publishes": may(user, "index.publish", campaign),
        "slug": campaign.slug,
    }
    return render(request, "indices/survey.html", context)


@login_required
@require_safe
def criteria(request: HttpRequest, survey: str) -> HttpResponse:
    _, campaign = central(request, survey)
    scheme = queries.need_scheme(campaign, survey)
    read = scheme.read
    tree = read.tree()
    context = {
        "survey": survey,
        "title": title_of(campaign, survey),
        "scheme": scheme,
        "nodes": tree.nodes,
        "shape": tree.shape(),
        "all_points": f"{tree.shape().points.normalize():f}",
        "survey_points": f"{tree.shape().survey.normalize():f}",
        "rules": read.scoring().rules,
        "weights": _weights(campaign, survey, scheme),
    }
    return render(request, "indices/criteria.html", context)


def _weights(campaign: Campaign, survey: str, scheme: Scheme) -> list[tuple[str, str]]:
    """Groups with their share of all weights, as a fraction in words."""
    weights = scheme.read.scoring().rules.weights
    names = (
        {it.code: it.name for it in campaign.kind.opinion.groups_of(survey)} if campaign.kind.opinion else {}
    )
    whole = sum(weights.values())
    return [(names.get(group, group), str(weight / whole)) for group, weight in weights.items()]


@login_required
@require_POST
def take(request: HttpRequest, survey: str) -> HttpResponse:
    user, campaign = central(request, survey, "index.publish")
    scheme = schemes.take_criteria(user, campaign, survey)
    leaves = len(scheme.read.tree().leaves)
    messages.success(
        request, f"Đã lấy bộ tiêu chí: {leaves} mục có điểm. Các cơ quan tự chấm được từ bây giờ."
    )
    return led_on(request, "index_survey", survey)


urlpatterns = [
    path("chi-so/", home, name="index_home"),
    path("chi-so/<slug:survey>/", survey, name="index_survey"),
    path("chi-so/<slug:survey>/tieu-chi/", criteria, name="index_criteria"),
    path("chi-so/<slug:survey>/lay-tieu-chi/", take, name="index_take"),
]
