"""What comes out: asking for a reckoning, looking at it before anybody else does, last year's figures, publishing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.engine.refusals import Invalid, NotNow, Refusal, Stale
from dieutra.indices import former, publishing, queries
from dieutra.indices.models import Former, Publication, Reckoning
from dieutra.indices.shown import DASH, domains, number, percent, table
from dieutra.people.models import User
from dieutra.people.permission import may
from dieutra.web.campaign_here import led_on, taken
from dieutra.web.manager.indices import central, said, title_of
from dieutra.web.requests import signed_in, whole_number


@login_required
@require_POST
def reckon(request: HttpRequest, survey: str) -> HttpResponse:
    user, campaign = central(request, survey, "index.verify")
    found = publishing.ask_reckoning(user, campaign, survey)
    messages.success(request, "Đã giao máy tính chỉ số. Trang này tự có kết quả khi tải lại.")
    return redirect("index_reckoning", found.pk)


def _found(request: HttpRequest, pk: int) -> tuple[User, Reckoning]:
    """404 for whoever has no post at the centre: what is not published is not shown to bodies."""
    user = signed_in(request)
    fits = [it for it in queries.campaigns_with_index(user) if may(user, "index.read", it)]
    mine = Reckoning.objects.select_related("campaign", "asked_by").filter(campaign__in=fits)
    found = get_object_or_404(mine, pk=pk)
    taken(request, found.campaign, fits)
    return user, found


@login_required
@require_safe
def reckoning(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, *_found(request, pk))


def _page(request: HttpRequest, user: User, found: Reckoning, refusal: Refusal | None = None) -> HttpResponse:
    published = Publication.objects.filter(reckoning=found).first()
    first = not queries.publications_of(found.campaign, found.survey).exists()
    context: dict[str, Any] = {
        "reckoning": found,
        "title": title_of(found.campaign, found.survey),
        "published": published,
        "slug": found.campaign.slug,
        "publishes": may(user, "index.publish", found.campaign) and found.state == "done" and not published,
        "not_yet": publishing.why_not_yet(found.campaign),
        "last_day": found.campaign.closes_on,
        "first": first,
        "given": request.POST,
        **said(refusal),
    }
    if found.figures:
        rows = table(found.figures)
        context |= {
            "figures": found.figures,
            "rows": rows,
            "domains": domains(found.figures),
            "mean": number(found.figures["mean"]),
            "ranked": sum(1 for it in rows if it["rank"] != DASH),
            "lacking": [it for it in found.figures["bodies"] if it["points"] is None],
            "swing": percent(found.figures["rules"]["swing"]),
            "scenarios": 2 * len(domains(found.figures)),
            "shaky": sum(1 for it in rows if it["firm"] and it["firm"]["best"] != it["firm"]["worst"]),
        }
    return render(request, "indices/reckoning.html", context, status=refusal.status if refusal else 200)


@login_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = _found(request, pk)
    given = request.POST
    try:
        published = publishing.publish(user, found, given.get("why", ""), bool(given.get("with_lacking")))
    except (Invalid, NotNow, Stale) as refusal:
        return _page(request, *_found(request, pk), refusal)
    messages.success(request, f"Đã công bố bản {published.number}. Các tệp PDF, Excel, CSV có sau ít phút.")
    return led_on(request, "index_survey", found.survey)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def former_year(request: HttpRequest, survey: str) -> HttpResponse:
    """Figures of another year: a file, or lines typed with a semicolon or a comma between."""
    verb = "index.verify" if request.method == "POST" else "index.read"
    user, campaign = central(request, survey, verb)
    refusal, given = None, request.POST
    if request.method == "POST":
        sent = request.FILES.get("file")
        content = sent.read(settings.UPLOAD_LIMIT + 1) if sent else given.get("lines", "").encode()
        year = whole_number(given.get("year", ""))
        try:
            taken = former.take_former(user, campaign, survey, year, given.get("source", ""), content)
        except (Invalid, NotNow) as refused:
            refusal = refused
        else:
            messages.success(request, f"Đã ghi số liệu năm {taken.year} của {len(taken.rows)} cơ quan.")
            return led_on(request, "index_former", survey)
    standing = Former.objects.filter(campaign=campaign, survey=survey).first()
    context = {
        "survey": survey,
        "title": title_of(campaign, survey),
        "standing": standing,
        "rows": sorted(standing.rows.items()) if standing else [],
        "verifies": may(user, "index.verify", campaign),
        "given": given,
        **said(refusal),
    }
    return render(request, "indices/former.html", context, status=refusal.status if refusal else 200)


urlpatterns = [
    path("chi-so/lan-tinh/<int:pk>/", reckoning, name="index_reckoning"),
    path("chi-so/lan-tinh/<int:pk>/cong-bo/", publish, name="index_publish"),
    path("chi-so/<slug:survey>/tinh/", reckon, name="index_reckon"),
    path("chi-so/<slug:survey>/nam-truoc/", former_year, name="index_former"),
]
