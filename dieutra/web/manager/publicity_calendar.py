"""The publicity calendar: as a list, as a month, for other programs, and one activity with what shows it was done."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.cases import files
from dieutra.engine.refusals import Invalid, NotNow, Refusal, Stale
from dieutra.engine.spreadsheet import XLSX
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, may, posts_of
from dieutra.places.models import Area
from dieutra.publicity import planning, queries
from dieutra.publicity.files_out import ical, sheet
from dieutra.publicity.models import Activity, Channel
from dieutra.reports.excel import excel
from dieutra.reports.paper import pdf
from dieutra.web.manager.publicity import at_hand, own_path, said
from dieutra.web.requests import signed_in, whole_number

ENDINGS = {
    "ics": "text/calendar; charset=utf-8",
    "xlsx": XLSX,
    "pdf": "application/pdf",
}


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """`kenh`, `tinh-trang` narrow; `thang` (2026-11) shows a month."""
    user, campaign = at_hand(request)
    found = queries.activities_of(user, campaign)
    channel, state = request.GET.get("kenh", ""), request.GET.get("tinh-trang", "")
    if channel in Channel.values:
        found = found.filter(channel=channel)
    if state in Activity.State.values:
        found = found.filter(state=state)
    context: dict[str, Any] = {
        "manages": any(it.role in GRANTS["publicity.manage"] for it in posts_of(user, campaign.pk)),
        "channels": Channel.choices,
        "states": Activity.State.choices,
        "channel": channel,
        "state": state,
        "endings": [("ics", "iCalendar"), ("xlsx", "Excel"), ("pdf", "PDF")],
        "activities": found[:1000],
    }
    if "thang" in request.GET:
        first = _month(request.GET["thang"])
        last = _next(first)
        shown = found.filter(first_day__lt=_next(last), last_day__gte=_before(first))
        weeks = queries.month(shown, first.year, first.month)
        context |= {"weeks": weeks, "month": first, "before": _before(first), "after": last}
    return render(request, "publicity/calendar.html", context)


def _month(text: str) -> date:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return timezone.localdate().replace(day=1)
    return found if 1990 <= found.year <= 2200 else timezone.localdate().replace(day=1)


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _before(first: date) -> date:
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


@login_required
@require_safe
def download(request: HttpRequest, ending: str) -> HttpResponse:
    user, campaign = at_hand(request)
    if ending not in ENDINGS:
        raise Http404
    found = list(queries.activities_of(user, campaign)[:5000])
    if ending == "ics":
        content = ical(campaign, found)
    else:
        content = (excel if ending == "xlsx" else pdf)(sheet(campaign, found))
    headers = {"Content-Disposition": f'attachment; filename="lich-tuyen-truyen.{ending}"'}
    return HttpResponse(content, content_type=ENDINGS[ending], headers=headers)


def _planned(request: HttpRequest) -> planning.Planned:
    given = request.POST
    days = [_day(given.get(name, "")) for name in ("first_day", "last_day")]
    words = [given.get(name, "") for name in ("content", "channel", "responsible")]
    return planning.Planned(words[0], words[1], words[2], days[0], days[1])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    user, campaign = at_hand(request)
    place, refusal = own_path(user, campaign), None
    if request.method == "POST":
        try:
            planning.plan(user, campaign, place, _planned(request))
        except Invalid as refused:
            refusal = refused
        else:
            messages.success(request, "Đã thêm vào lịch tuyên truyền.")
            return redirect("publicity_calendar")
    context = {"form": request.POST, "channels": Channel.choices, **said(refusal)}
    return render(request, "publicity/activity_add.html", context, status=refusal.status if refusal else 200)


def _activity(request: HttpRequest, pk: int) -> tuple[User, Activity]:
    user = signed_in(request)
    _, campaign = at_hand(request)
    return user, get_object_or_404(queries.activities_of(user, campaign), pk=pk)


@login_required
@require_safe
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, *_activity(request, pk))


def _page(request: HttpRequest, user: User, found: Activity, refusal: Refusal | None = None) -> HttpResponse:
    typed = bool(refusal and "content" in request.POST)
    area = Area.objects.filter(catalogue_id=found.campaign.catalogue_id, path=found.path).first()
    context = {
        "activity": found,
        "area": area,
        "form": request.POST if typed else _as_form(found),
        "typed": typed,
        "given": request.POST,
        "channels": Channel.choices,
        "states": Activity.State.choices,
        "manages": may(user, "publicity.manage", found),
        **said(refusal),
    }
    return render(request, "publicity/activity.html", context, status=refusal.status if refusal else 200)


def _as_form(found: Activity) -> dict[str, str]:
    names = ("content", "channel", "responsible", "first_day", "last_day")
    return {name: str(getattr(found, name)) for name in names}


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = _activity(request, pk)
    try:
        planning.change(user, found, whole_number(request.POST.get("version", "")), _planned(request))
    except (Invalid, NotNow, Stale) as refusal:
        return _page(request, *_activity(request, pk), refusal)
    messages.success(request, "Đã lưu hoạt động.")
    return redirect("publicity_activity", pk)


@login_required
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = _activity(request, pk)
    given, sent = request.POST, request.FILES.get("file")
    version = whole_number(given.get("version", ""))
    file = (sent.name or "", sent.read(settings.FILE_LIMIT + 1)) if sent else None
    try:
        planning.settle(
            user, found, version, given.get("state", ""), given.get("note", ""), given.get("link", ""), file
        )
    except (Invalid, NotNow, Stale) as refusal:
        return _page(request, *_activity(request, pk), refusal)
    messages.success(request, f"Đã ghi: {found.get_state_display().lower()}.")
    return redirect("publicity_activity", pk)


@login_required
@require_safe
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The file that shows an activity was done; always a download."""
    _, found = _activity(request, pk)
    if not found.file_sha256:
        raise Http404
    headers = {
        "Content-Disposition": content_disposition_header(True, found.file_name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    }
    content = files.content_of(found.file_sha256, found.file_name)
    return HttpResponse(content, content_type=found.file_type, headers=headers)


urlpatterns = [
    path("tuyen-truyen/lich/", listed, name="publicity_calendar"),
    path("tuyen-truyen/lich/tep.<str:ending>", download, name="publicity_file"),
    path("tuyen-truyen/lich/them/", add, name="publicity_add"),
    path("tuyen-truyen/lich/<int:pk>/", activity, name="publicity_activity"),
    path("tuyen-truyen/lich/<int:pk>/sua/", change, name="publicity_change"),
    path("tuyen-truyen/lich/<int:pk>/ghi/", settle, name="publicity_settle"),
    path("tuyen-truyen/lich/<int:pk>/tep/", evidence, name="publicity_evidence"),
]
