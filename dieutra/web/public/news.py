"""What anybody reads without signing in: a campaign's news, feeds of them, and a small page for other sites' frames."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import Resolver404, path, resolve
from django.views.decorators.http import require_safe

from dieutra.campaigns.models import Campaign
from dieutra.cases import files
from dieutra.publicity.feeds import FORMATS, address, feed
from dieutra.publicity.markup import drawn
from dieutra.publicity.models import NewsItem
from dieutra.publicity.queries import campaigns_with_news, public_news, publisher
from dieutra.web.requests import whole_number

PAGE = 10
EMBEDDED = 5
SHORT = "public, max-age=60"  # a minute after its moment, everybody sees what was published or taken down
EMBED_CSP = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "


def _public(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = SHORT
    return response


def _campaign(slug: str) -> Campaign:
    """404 for a campaign without news, too: who guesses its name learns nothing."""
    return get_object_or_404(campaigns_with_news(), slug=slug)


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    return _public(render(request, "publicity/public_campaigns.html", {"campaigns": campaigns_with_news()}))


@require_safe
def listed(request: HttpRequest, slug: str) -> HttpResponse:
    campaign = _campaign(slug)
    page = Paginator(public_news(campaign), PAGE).get_page(request.GET.get("trang"))
    context = {"about": campaign, "page": page, "address": address(campaign)}
    return _public(render(request, "publicity/public_list.html", context))


@require_safe
def item(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = get_object_or_404(public_news(_campaign(slug)), pk=pk)
    context = {
        "about": found.campaign,
        "item": found,
        "body": drawn([found.body])[0],
        "by": publisher(found),
        "address": address(found.campaign, found),
        "changed": found.publish_at is not None and found.changed_at > found.publish_at,
    }
    return _public(render(request, "publicity/public_item.html", context))


@require_safe
def image(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = get_object_or_404(public_news(_campaign(slug)).exclude(image_sha256=""), pk=pk)
    return _public(image_of(found))


def image_of(found: NewsItem) -> HttpResponse:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    }
    content = files.content_of(found.image_sha256, f"tin-{found.pk}")
    return HttpResponse(content, content_type=found.image_type, headers=headers)


@require_safe
def syndicated(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    if name not in FORMATS:
        raise Http404
    campaign = _campaign(slug)
    content, content_type = feed(campaign, list(public_news(campaign)[:50]), name)
    return _public(HttpResponse(content, content_type=content_type))


@require_safe
def embedded(request: HttpRequest, slug: str) -> HttpResponse:
    """The latest titles, for an <iframe>: the only page that may be framed, by those whom DIEUTRA_EMBED_IN names."""
    campaign = _campaign(slug)
    most = min(max(whole_number(request.GET.get("so", ""), EMBEDDED), 1), 20)
    context = {"about": campaign, "items": public_news(campaign)[:most], "address": address(campaign)}
    response = _public(render(request, "publicity/embedded.html", context))
    response.headers["Content-Security-Policy"] = EMBED_CSP + settings.EMBED_IN
    return response


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """oembed.com: what to put in a page for an address of our news. JSON only; XML gets 501 as the format says."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse(status=501)
    try:
        wanted, site = urlsplit(request.GET.get("url", "")), urlsplit(settings.SITE_URL)
        match = resolve(wanted.path)
    except (ValueError, Resolver404):
        raise Http404 from None
    if wanted.netloc != site.netloc or match.url_name not in ("news", "news_item"):
        raise Http404
    campaign = _campaign(match.kwargs["slug"])
    width = min(max(whole_number(request.GET.get("maxwidth", ""), 600), 200), 1200)
    height = min(max(whole_number(request.GET.get("maxheight", ""), 420), 200), 1200)
    title = escape(f"Tin {campaign.name}", quote=True)
    frame = (
        f'<iframe src="{escape(address(campaign))}nhung/" width="{width}" height="{height}" '
        f'title="{title}" loading="lazy"></iframe>'
    )
    body = {
        "version": "1.0", "type": "rich", "provider_name": "dieutra", "provider_url": settings.SITE_URL,
        "title": f"Tin {campaign.name}", "html": frame, "width": width, "height": height, "cache_age": 3600,
    }  # fmt: skip
    return _public(JsonResponse(body, json_dumps_params={"ensure_ascii": False}))


urlpatterns = [
    path("tin/", campaigns, name="news_campaigns"),
    path("tin/<slug:slug>/", listed, name="news"),
    path("tin/<slug:slug>/<int:pk>/", item, name="news_item"),
    path("tin/<slug:slug>/<int:pk>/anh/", image, name="news_image"),
    path("tin/<slug:slug>/nhung/", embedded, name="news_embedded"),
    path("tin/<slug:slug>/<slug:name>.xml", syndicated, name="news_feed"),
    path("oembed/", oembed, name="oembed"),
]
