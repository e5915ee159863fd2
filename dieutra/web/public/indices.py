"""What anybody reads of the index without signing in: published versions, a page per body, open data."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from dieutra.cases import files
from dieutra.indices.drawing import OPEN_DATA, REPORT, paper_name
from dieutra.indices.models import Publication, PublishedFile
from dieutra.indices.shown import (
    bars_of,
    body_of,
    domains,
    number,
    percent,
    points_of,
    radar_of,
    signed,
    table,
)

SHORT, LONG = "public, max-age=60", "public, max-age=86400, immutable"


def _public(response: HttpResponse, keep: str = SHORT) -> HttpResponse:
    response.headers["Cache-Control"] = keep
    return response


def _found(slug: str, survey: str, number: int | None = None) -> Publication:
    """The standing version, or one by its number; 404 where nothing is published."""
    found = Publication.objects.filter(campaign__slug=slug, survey=survey).select_related("campaign")
    if number is not None:
        return get_object_or_404(found, number=number)
    newest = found.order_by("-number").first()
    if newest is None:
        raise Http404
    return newest


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The newest version of each survey's index."""
    newest: dict[tuple[int, str], Publication] = {}
    for it in Publication.objects.select_related("campaign").order_by("-published_at", "-number")[:500]:
        newest.setdefault((it.campaign_id, it.survey), it)
    shown = []
    for it in newest.values():
        figures = json.loads(it.content)
        shown.append((it, figures["title"].get("vi", it.survey), bool(figures["simulated"])))
    about = {
        "publications": shown,
        "some_simulated": any(simulated for *_, simulated in shown),
        "all_simulated": bool(shown) and all(simulated for *_, simulated in shown),
    }
    return _public(render(request, "indices/public_list.html", about))


@require_safe
def standing(request: HttpRequest, slug: str, survey: str) -> HttpResponse:
    return _page(request, _found(slug, survey))


@require_safe
def version(request: HttpRequest, slug: str, survey: str, number: int) -> HttpResponse:
    return _page(request, _found(slug, survey, number))


def _about(found: Publication) -> dict[str, Any]:
    figures = json.loads(found.content)
    others = Publication.objects.filter(campaign=found.campaign, survey=found.survey).defer("content")
    return {
        "about": found.campaign,
        "publication": found,
        "figures": figures,
        "title": figures["title"].get("vi", found.survey),
        "slug": found.campaign.slug,
        "survey": found.survey,
        "version": found.number,
        "versions": others.order_by("-number"),
        "newest": not others.filter(number__gt=found.number).exists(),
        "domains": domains(figures),
    }


def _page(request: HttpRequest, found: Publication) -> HttpResponse:
    about = _about(found)
    figures = about["figures"]
    there = set(PublishedFile.objects.filter(publication=found).values_list("name", flat=True))
    about |= {
        "rows": table(figures),
        "mean": number(figures["mean"]),
        "unranked": [it["name"] for it in figures["bodies"] if not it["ranked"]],
        "swing": percent(figures["rules"]["swing"]),
        "scenarios": 2 * len(about["domains"]),
        "files": [(name, words) for name, words in [*OPEN_DATA, REPORT] if name in there],
    }
    return _public(render(request, "indices/public.html", about))


@require_safe
def body(request: HttpRequest, slug: str, survey: str, number: int, code: str) -> HttpResponse:
    about = _about(_found(slug, survey, number))
    one = body_of(about["figures"], code)
    if one is None:
        raise Http404
    row = next(it for it in table(about["figures"]) if it["code"] == code)
    change = one["change"] or {}
    about |= {
        "body": one,
        "row": row,
        "points": list(points_of(about["figures"], one)),
        "bars": bars_of(about["figures"], one),
        "radar": radar_of(about["figures"], one),
        "ranked": sum(1 for it in about["figures"]["bodies"] if it["rank"]),
        "domain_changes": [
            (it, signed(change.get("domains", {}).get(it["code"]))) for it in about["domains"]
        ],
        "paper": paper_name(code) if _there(about["publication"], paper_name(code)) else "",
    }
    return _public(render(request, "indices/public_body.html", about))


def _there(found: Publication, name: str) -> bool:
    return PublishedFile.objects.filter(publication=found, name=name).exists()


@require_safe
def file(request: HttpRequest, slug: str, survey: str, number: int, name: str) -> HttpResponse:
    """A file of a version: it never changes, so it may be kept for long."""
    found = get_object_or_404(PublishedFile, publication=_found(slug, survey, number), name=name)
    headers = {
        "Content-Disposition": f'attachment; filename="{slug}-{survey}-ban-{number}-{found.name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Access-Control-Allow-Origin": "*",  # open data: pages of other sites may read it
    }
    content = files.content_of(found.sha256, found.name)
    return _public(HttpResponse(content, content_type=found.content_type, headers=headers), LONG)


urlpatterns = [
    path("cong-khai/chi-so/", listed, name="index_public_list"),
    path("cong-khai/chi-so/<slug:slug>/<slug:survey>/", standing, name="index_public"),
    path("cong-khai/chi-so/<slug:slug>/<slug:survey>/<int:number>/", version, name="index_public_version"),
    path(
        "cong-khai/chi-so/<slug:slug>/<slug:survey>/<int:number>/tep/<str:name>",
        file,
        name="index_public_file",
    ),
    path(
        "cong-khai/chi-so/<slug:slug>/<slug:survey>/<int:number>/<slug:code>/", body, name="index_public_body"
    ),
]
