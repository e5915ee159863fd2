"""Security incidents, for the centre's administrators: the register, one incident's log, its closing report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem, Refusal, Stale
from dieutra.incidents import security
from dieutra.incidents.models import Incident
from dieutra.people.models import User
from dieutra.people.permission import posts_of
from dieutra.web.requests import signed_in, whole_number

PAGE = 30
Verb = Callable[[User, Incident, HttpRequest], object]


def _centre(user: User) -> Campaign:
    seats = {post.campaign_id for post in posts_of(user) if security.is_at_the_centre(post)}
    campaign = campaigns_of(user).filter(pk__in=seats).first()
    if campaign is None:
        raise Forbidden(security.CENTRE_ONLY)
    return campaign


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    _centre(user)
    page = Paginator(security.incidents_of(user), PAGE).get_page(request.GET.get("trang"))
    return render(request, "incidents/list.html", {"page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    campaign = _centre(user)
    context: dict[str, object] = {
        "severities": Incident.Severity.choices,
        "given": request.POST,
        "now": _now(),
    }
    if request.method != "POST":
        return render(request, "incidents/register.html", context)
    given = request.POST
    severity = whole_number(given.get("severity", ""), otherwise=0)
    try:
        found_at = _moment(given.get("at", ""))
        incident = security.register(
            user, campaign, given.get("title", ""), severity, found_at, given.get("text", "")
        )
    except Invalid as refusal:
        context |= {"refused": refusal.message, "problems": refusal.problems}
        return render(request, "incidents/register.html", context, status=refusal.status)
    messages.success(request, f"Đã ghi nhận sự cố số {incident.pk}.")
    return redirect("incident", incident.pk)


def _now() -> str:
    return f"{timezone.localtime():%Y-%m-%dT%H:%M}"


def _moment(text: str) -> datetime:
    """What a field of day and time gives, as a moment in Vietnam."""
    try:
        return timezone.make_aware(datetime.fromisoformat(text).replace(tzinfo=None))
    except (ValueError, OverflowError):
        raise Invalid("Thời điểm chưa đúng.", [Problem("Lúc", "Hãy ghi ngày và giờ.")]) from None


@login_required
@require_safe
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    return _page(request, get_object_or_404(security.incidents_of(user), pk=pk))


def _page(request: HttpRequest, found: Incident, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "incident": found,
        "lines": found.lines.select_related("author").order_by("happened_at", "pk"),
        "told": found.lines.filter(sort="told").order_by("happened_at", "pk"),
        "severities": Incident.Severity.choices,
        "report": [(name, words, getattr(found, name)) for name, words in security.REPORT.items()],
        "parts": [(name, words, request.POST.get(name, "")) for name, words in security.REPORT.items()],
        "given": request.POST,
        "now": _now(),
        "refused": refusal.message if refusal else "",
        "problems": refusal.problems if isinstance(refusal, Invalid) else (),
    }
    return render(request, "incidents/incident.html", context, status=refusal.status if refusal else 200)


def _act(request: HttpRequest, pk: int, verb: Verb) -> HttpResponse:
    """One verb; a refusal is shown on the incident's page with what was typed."""
    user = signed_in(request)
    found = get_object_or_404(security.incidents_of(user), pk=pk)
    try:
        verb(user, found, request)
    except (Invalid, NotNow, Stale) as refusal:
        found.refresh_from_db()
        return _page(request, found, refusal)
    messages.success(request, "Đã ghi vào nhật ký sự cố.")
    return redirect("incident", pk)


def _version(request: HttpRequest) -> int:
    return whole_number(request.POST.get("version", ""))


@login_required
@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    def verb(user: User, found: Incident, sent: HttpRequest) -> object:
        at = _moment(sent.POST.get("at", ""))
        return security.write(user, found, sent.POST.get("text", ""), at, sent.POST.get("told", ""))

    return _act(request, pk, verb)


@login_required
@require_POST
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    def verb(user: User, found: Incident, sent: HttpRequest) -> None:
        severity = whole_number(sent.POST.get("severity", ""), otherwise=0)
        security.rate(user, found, _version(sent), severity, sent.POST.get("text", ""))

    return _act(request, pk, verb)


@login_required
@require_POST
def contain(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, lambda user, found, sent: security.contain(user, found, _version(sent), _text(sent))
    )


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request,
        pk,
        lambda user, found, sent: security.close(user, found, _version(sent), sent.POST.dict()),
    )


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, lambda user, found, sent: security.reopen(user, found, _version(sent), _text(sent))
    )


def _text(request: HttpRequest) -> str:
    return request.POST.get("text", "")


urlpatterns = [
    path("su-co/", listed, name="incidents"),
    path("su-co/moi/", register, name="incident_register"),
    path("su-co/<int:pk>/", incident, name="incident"),
    path("su-co/<int:pk>/ghi/", write, name="incident_write"),
    path("su-co/<int:pk>/muc-do/", rate, name="incident_rate"),
    path("su-co/<int:pk>/ngan-chan/", contain, name="incident_contain"),
    path("su-co/<int:pk>/ket-thuc/", close, name="incident_close"),
    path("su-co/<int:pk>/mo-lai/", reopen, name="incident_reopen"),
]
