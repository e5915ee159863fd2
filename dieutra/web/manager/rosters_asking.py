"""Requests: what a body asks beside its list, and the centre's answers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from dieutra.campaigns.queries import opinion_campaigns
from dieutra.engine.refusals import Invalid, NotNow, Stale
from dieutra.people.permission import visible_to
from dieutra.rosters import asking
from dieutra.rosters.changing import centre, own
from dieutra.rosters.models import Request, Roster
from dieutra.rosters.seeing import look
from dieutra.web.campaign_here import taken
from dieutra.web.manager.rosters_here import address, page_of, person_here, refusal_words, roster_here
from dieutra.web.requests import signed_in


@login_required
@require_http_methods(["GET", "POST"])
def requests(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """Everything that was asked about a list; a later day is asked for here."""
    user, found = signed_in(request), roster_here(request, slug, survey, code)
    look(user, found)
    typed = {name: request.POST.get(name, "") for name in ("until", "reason")}
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            asking.ask_later(user, found, _day(typed["until"]), typed["reason"])
        except (Invalid, NotNow) as refusal:
            context, status = refusal_words(refusal), refusal.status
        else:
            messages.success(request, "Đã gửi đề nghị lùi hạn đến Trung ương.")
            return redirect("roster_requests", *address(found))
    return _draw(request, found, status, typed=typed, **context)


def _draw(request: HttpRequest, found: Roster, status: int = 200, **more: Any) -> HttpResponse:
    asked = (
        found.requests.select_related("person", "asked_by", "answered_by")
        if found.pk
        else Request.objects.none()
    )
    known = {"answered": {}, "typed": {}, **more}
    page = page_of(request, found, asked=asked.order_by("-asked_at"), **known)
    return render(request, "rosters/requests.html", page, status=status)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@login_required
@require_http_methods(["GET", "POST"])
def hardship(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that somebody in special difficulty is left out."""
    user, person = signed_in(request), person_here(request, pk)
    found, reason, status = person.roster, request.POST.get("reason", ""), 200
    own(user, found)
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            asking.ask_hardship(user, person, reason)
        except (Invalid, NotNow) as refusal:
            context, status = refusal_words(refusal), refusal.status
        else:
            messages.success(request, "Đã gửi đề nghị đến Trung ương.")
            return redirect("roster_requests", *address(found))
    page = page_of(request, found, person=person, reason=reason, **context)
    return render(request, "rosters/hardship.html", page, status=status)


@login_required
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The centre's answer; refused ones keep what was typed."""
    user = signed_in(request)
    mine = visible_to(Request.objects.all(), user, "roster.read")
    asked = get_object_or_404(mine.select_related("roster__campaign", "roster__area", "person"), pk=pk)
    centre(user, asked.roster.campaign)
    taken(request, asked.roster.campaign, opinion_campaigns(user))
    text = request.POST.get("text", "")
    try:
        asking.answer(user, asked, request.POST.get("granted") == "yes", text)
    except (Invalid, NotNow, Stale) as refusal:
        return _draw(
            request, asked.roster, refusal.status, answered={asked.pk: text}, **refusal_words(refusal)
        )
    messages.success(request, "Đã ghi trả lời và báo cho cơ quan.")
    return redirect("roster_requests", *address(asked.roster))


by_request = [
    path("danh-sach-doi-tuong/de-nghi/<int:pk>/", answer, name="roster_request_answer"),
    path("danh-sach-doi-tuong/nguoi/<int:pk>/mien/", hardship, name="roster_hardship"),
]
urlpatterns = [
    path(
        "danh-sach-doi-tuong/<slug:slug>/<slug:survey>/<str:code>/de-nghi/", requests, name="roster_requests"
    ),
]
