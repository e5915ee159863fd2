"""News as their author sees them: drafts, what stands in public, the history, publishing and taking down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem, Refusal, Stale
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, may, posts_of
from dieutra.publicity import actions, queries
from dieutra.publicity.feeds import address
from dieutra.publicity.markup import html
from dieutra.publicity.models import NewsItem
from dieutra.web.public.news import image_of
from dieutra.web.requests import signed_in, whole_number

PAGE = 30


def at_hand(request: HttpRequest) -> tuple[User, Campaign]:
    """The person, and the campaign whose publicity she sees; 404 for units and collectors."""
    user = signed_in(request)
    for campaign in campaigns_of(user):
        if any(it.role in GRANTS["publicity.read"] for it in posts_of(user, campaign.pk)):
            return user, campaign
    raise Http404


def own_path(user: User, campaign: Campaign) -> str:
    """In whose name the person writes: the widest of her administrator's posts. Forbidden without one."""
    paths = [it.path for it in posts_of(user, campaign.pk) if it.role in GRANTS["publicity.manage"]]
    if not paths:
        raise Forbidden(actions.WHY)
    return min(paths, key=len)


def said(refusal: Refusal | None) -> dict[str, Any]:
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    return {"refused": refusal.message if refusal else "", "problems": problems}


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    user, campaign = at_hand(request)
    context = {
        "page": Paginator(queries.news_of(user, campaign), PAGE).get_page(request.GET.get("trang")),
        "manages": any(it.role in GRANTS["publicity.manage"] for it in posts_of(user, campaign.pk)),
        "about": campaign,
        "address": address(campaign),
        "shown": queries.public_news(campaign).exists(),
    }
    return render(request, "publicity/list.html", context)


def _text(request: HttpRequest) -> actions.Text:
    given, image = request.POST, request.FILES.get("image")
    return actions.Text(
        given.get("title", ""),
        given.get("summary", ""),
        given.get("body", ""),
        (image.name or "", image.read(actions.IMAGE_LIMIT + 1)) if image else None,
        given.get("image_words", ""),
        bool(given.get("no_image")),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: HttpRequest) -> HttpResponse:
    user, campaign = at_hand(request)
    place, refusal = own_path(user, campaign), None
    if request.method == "POST":
        try:
            item = actions.compose(user, campaign, place, _text(request))
        except Invalid as refused:
            refusal = refused
        else:
            messages.success(request, "Đã lưu bản nháp. Xem lại rồi đăng.")
            return redirect("news_edit", item.pk)
    context = {"given": request.POST, **said(refusal)}
    return render(request, "publicity/compose.html", context, status=refusal.status if refusal else 200)


def _item(request: HttpRequest, pk: int) -> tuple[User, NewsItem]:
    user, campaign = at_hand(request)
    return user, get_object_or_404(queries.news_of(user, campaign).select_related("campaign"), pk=pk)


@login_required
@require_safe
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, *_item(request, pk))


def _page(request: HttpRequest, user: User, item: NewsItem, refusal: Refusal | None = None) -> HttpResponse:
    typed = request.POST if refusal and "body" in request.POST else None
    context = {
        "item": item,
        "form": typed or item,
        "body": html(item.body),
        "versions": item.versions.select_related("by").order_by("-number"),
        "manages": may(user, "publicity.manage", item),
        "address": address(item.campaign, item),
        "editing": typed is not None,
        "given": request.POST,
        **said(refusal),
    }
    return render(request, "publicity/edit.html", context, status=refusal.status if refusal else 200)


def _act(request: HttpRequest, pk: int, verb: str, done: str) -> HttpResponse:
    user, item = _item(request, pk)
    version = whole_number(request.POST.get("version", ""))
    try:
        if verb == "change":
            actions.change(user, item, version, _text(request))
        elif verb == "publish":
            actions.publish(user, item, version, _moment(request.POST.get("at", "")))
        else:
            actions.withdraw(user, item, version)
    except (Invalid, NotNow, Stale) as refusal:
        return _page(request, *_item(request, pk), refusal)
    messages.success(request, done)
    return redirect("news_edit", pk)


def _moment(text: str) -> datetime | None:
    """A day and time in Vietnam; None when left blank."""
    if not text.strip():
        return None
    try:
        return timezone.make_aware(datetime.fromisoformat(text).replace(tzinfo=None))
    except (ValueError, OverflowError):
        raise Invalid("Thời điểm đăng chưa đúng.", [Problem("Đăng lúc", "Hãy ghi ngày và giờ.")]) from None


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "change", "Đã lưu tin.")


@login_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "publish", "Tin đã được đăng, hoặc sẽ tự đăng vào lúc đã chọn.")


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "withdraw", "Đã gỡ tin. Trang công khai không còn tin này.")


@login_required
@require_safe
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """An item as it stood after an act."""
    _, item = _item(request, pk)
    found = get_object_or_404(item.versions.select_related("by"), number=number)
    return render(request, "publicity/version.html", {"item": item, "it": found, "body": html(found.body)})


@login_required
@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The image of an item that need not be public yet."""
    _, item = _item(request, pk)
    if not item.image_sha256:
        raise Http404
    return image_of(item)


urlpatterns = [
    path("tuyen-truyen/", listed, name="publicity"),
    path("tuyen-truyen/tin/moi/", compose, name="news_compose"),
    path("tuyen-truyen/tin/<int:pk>/", edit, name="news_edit"),
    path("tuyen-truyen/tin/<int:pk>/anh/", picture, name="news_picture"),
    path("tuyen-truyen/tin/<int:pk>/sua/", change, name="news_change"),
    path("tuyen-truyen/tin/<int:pk>/dang/", publish, name="news_publish"),
    path("tuyen-truyen/tin/<int:pk>/go/", withdraw, name="news_withdraw"),
    path("tuyen-truyen/tin/<int:pk>/ban/<int:number>/", version, name="news_version"),
]
