"""The user guides: shelf with search, a guide, a chapter, the whole guide to print; and the help link of every screen."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.score_rules import has_index
from dieutra.guides.book import Chapter, Guide, guide_of
from dieutra.guides.markup import headings, html_of
from dieutra.guides.paper import guide_pdf
from dieutra.guides.reading import Reader, chapter_for, shelf
from dieutra.guides.search import found
from dieutra.people.models import User
from dieutra.people.permission import posts_of


def reader_of(request: HttpRequest) -> Reader:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return Reader()
    posts = posts_of(user)
    return Reader(
        signed_in=True,
        roles=frozenset(str(it.role) for it in posts),
        central=any(it.level == 0 for it in posts),
        branch=any(it.campaign.kind.branch for it in posts),
        features=frozenset(feature for it in posts for feature in _features(it.campaign)),
    )


def _features(campaign: Campaign) -> Iterator[str]:
    if campaign.kind.opinion is not None:
        yield "people"
    if "sample" in campaign.rules["campaign"]:
        yield "sample"
    if has_index(campaign.rules):
        yield "index"


def help_link(request: HttpRequest) -> dict[str, object]:
    """For every page: `guide_link`, the chapter of this screen, or the shelf where no chapter is named for it."""
    match = getattr(request, "resolver_match", None)
    chapter = chapter_for(match.url_name or "", reader_of(request)) if match else None
    return {
        "guide_link": reverse("guide_chapter", args=(chapter.audience, chapter.slug))
        if chapter
        else reverse("guides"),
        "guide_chapter_title": chapter.title if chapter else "",
    }


@require_safe
def shelf_page(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    mine, others = shelf(reader)
    wanted = request.GET.get("q", "")
    context = {"mine": mine, "others": others, "q": wanted, "hits": found(wanted, (*mine, *others))}
    return render(request, "guides/shelf.html", context)


@require_safe
def guide_page(request: HttpRequest, guide: str) -> HttpResponse:
    shown = _guide(guide)
    if closed := _closed(request, shown):
        return closed
    return render(request, "guides/guide.html", {"guide": shown})


@require_safe
def chapter_page(request: HttpRequest, guide: str, chapter: str) -> HttpResponse:
    shown = _guide(guide)
    if closed := _closed(request, shown):
        return closed
    if (read := shown.chapter(chapter)) is None:
        raise Http404
    at = shown.chapters.index(read)
    context = {
        "guide": shown,
        "chapter": read,
        "body": body_of(read),
        "headings": headings(read),
        "before": shown.chapters[at - 1] if at else None,
        "after": shown.chapters[at + 1] if at + 1 < len(shown.chapters) else None,
    }
    return render(request, "guides/chapter.html", context)


@require_safe
def print_page(request: HttpRequest, guide: str) -> HttpResponse:
    """All chapters on one page, for the browser's own printing."""
    shown = _guide(guide)
    if closed := _closed(request, shown):
        return closed
    context = {"guide": shown, "parts": [(it, body_of(it, it.slug)) for it in shown.chapters]}
    return render(request, "guides/print.html", context)


@require_safe
def guide_file(request: HttpRequest, guide: str) -> HttpResponse:
    shown = _guide(guide)
    if closed := _closed(request, shown):
        return closed
    headers = {"Content-Disposition": f'inline; filename="huong-dan-{shown.slug}.pdf"'}
    return HttpResponse(guide_pdf(shown), content_type="application/pdf", headers=headers)


def body_of(chapter: Chapter, within: str = "") -> SafeString:
    """The chapter as HTML; safe because its text is a file of this repository and raw HTML in it is escaped."""
    return mark_safe(html_of(chapter, _address, lambda name: static(f"dieutra/guides/{name}"), within))


def _address(guide: str, chapter: str) -> str:
    return reverse("guide_chapter", args=(guide, chapter))


def _guide(slug: str) -> Guide:
    if (guide := guide_of(slug)) is None:
        raise Http404
    return guide


def _closed(request: HttpRequest, guide: Guide) -> HttpResponse | None:
    """Whoever may not read it yet signs in first and comes back."""
    return None if reader_of(request).may_read(guide) else redirect_to_login(request.get_full_path())


urlpatterns = [
    path("huong-dan/", shelf_page, name="guides"),
    path("huong-dan/<slug:guide>/", guide_page, name="guide"),
    path("huong-dan/<slug:guide>/in/", print_page, name="guide_print"),
    path("huong-dan/<slug:guide>/huong-dan.pdf", guide_file, name="guide_file"),
    path("huong-dan/<slug:guide>/<slug:chapter>/", chapter_page, name="guide_chapter"),
]
