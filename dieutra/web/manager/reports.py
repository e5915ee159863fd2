"""Reports: choose what, where and since when, look at it, keep it, take it as Excel, Word or PDF."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.engine.refusals import Forbidden, Invalid, Problem
from dieutra.engine.spreadsheet import XLSX
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, may, posts_of
from dieutra.places.models import Area
from dieutra.reports import actions
from dieutra.reports.compose import compose
from dieutra.reports.figures import Period
from dieutra.reports.models import Report
from dieutra.reports.queries import reports_of
from dieutra.reports.sheet import Sheet, shown
from dieutra.web.requests import signed_in

PAGE = 30
SHAPES = (
    ("progress", "Tiến độ và chất lượng phiếu"),
    ("activity", "Hoạt động của quản trị viên, giám sát viên"),
)
ENDINGS = {
    "xlsx": XLSX,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def _campaign(user: User) -> tuple[Campaign, list[str]]:
    """The campaign at hand and the paths whose reports the person reads, widest first."""
    campaign = campaigns_of(user).first()
    posts = posts_of(user, campaign.pk) if campaign else []
    tops = sorted((post.path for post in posts if post.role in GRANTS["report.read"]), key=len)
    if campaign is None or not tops:
        raise Forbidden("Tài khoản này không xem báo cáo.")
    return campaign, tops


def _area(campaign: Campaign, tops: list[str], code: str) -> Area:
    """The area asked for, or the person's own; 404 outside of what she sees."""
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id).select_related("parent")
    if not code:
        return get_object_or_404(areas, path=tops[0])
    area = get_object_or_404(areas, code=code)
    if not any(area.path.startswith(top) for top in tops):
        raise Http404
    return area


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What has been made, and the choice of another one."""
    return _list(request, request.GET)


def _list(request: HttpRequest, given: Mapping[str, str], refusal: Invalid | None = None) -> HttpResponse:
    """With what was typed and what is wrong with it, when another report was asked for and refused."""
    user = signed_in(request)
    campaign, tops = _campaign(user)
    area = _area(campaign, tops, given.get("dia-ban", ""))
    today = timezone.localdate()
    context = {
        "page": Paginator(reports_of(user).defer("facts"), PAGE).get_page(request.GET.get("trang")),
        "area": area,
        "above": area.parent if area.path not in tops else None,
        "below": Area.objects.filter(parent=area, level__in=campaign.kind.levels).order_by("sort_key"),
        "shapes": SHAPES,
        "shape": given.get("loai", ""),
        "since": given.get("tu", f"{today - timedelta(days=7):%Y-%m-%d}T00:00"),
        "until": given.get("den", f"{today:%Y-%m-%d}T23:59"),
        "refused": refusal.message if refusal else "",
        "problems": refusal.problems if refusal else (),
    }
    return render(request, "reports/list.html", context, status=refusal.status if refusal else 200)


def _asked(request: HttpRequest, given: Mapping[str, str]) -> tuple[Campaign, Area, str, Period]:
    campaign, tops = _campaign(signed_in(request))
    area = _area(campaign, tops, given.get("dia-ban", ""))
    period = _moment(given.get("tu", ""), time(0)), _moment(given.get("den", ""), time(23, 59))
    shape = given.get("loai", "")
    actions.sound_period(shape, period)
    return campaign, area, shape, period


def _moment(text: str, otherwise: time) -> datetime:
    """A day, or a day and time, of Vietnam."""
    try:
        naive = datetime.fromisoformat(text).replace(tzinfo=None)
        if len(text) <= 10:
            naive = datetime.combine(naive.date(), otherwise)
        return timezone.make_aware(naive)
    except (ValueError, OverflowError):
        raise Invalid("Kỳ báo cáo chưa đúng.", [Problem("Kỳ", "Hãy chọn đủ ngày và giờ.")]) from None


@login_required
@require_safe
def look(request: HttpRequest) -> HttpResponse:
    """A report as it would be now; nothing is kept."""
    user = signed_in(request)
    try:
        campaign, area, shape, period = _asked(request, request.GET)
    except Invalid as refusal:
        return _list(request, request.GET, refusal)
    context = {
        "sheet": compose(campaign, area, shape, period),
        "asked": request.GET,
        "may_make": may(user, "report.make", Place(campaign.pk, area.path)),
    }
    return render(request, "reports/sheet.html", context | _drawn(context["sheet"]))  # type: ignore[arg-type]


def _drawn(sheet: Sheet) -> dict[str, object]:
    """Tables with their values as words, and how each column is set."""
    tables = []
    for table in sheet.tables:
        sorts = [sort for _, sort in table.columns]
        rows = [[(shown(v, s), s) for v, s in zip(row, sorts, strict=True)] for row in table.rows]
        total = [(shown(v, s), s) for v, s in zip(table.total, sorts, strict=False)]
        tables.append(
            {"title": table.title, "columns": table.columns, "rows": rows, "total": total, "note": table.note}
        )
    return {"tables": tables}


@login_required
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    try:
        campaign, area, shape, period = _asked(request, request.POST)
    except Invalid as refusal:
        return _list(request, request.POST, refusal)
    report = actions.make(signed_in(request), campaign, area, shape, period)
    messages.success(request, "Đã lập báo cáo. Tải tệp ở đầu trang.")
    return redirect("report", report.pk)


@login_required
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """A report as it was made."""
    found = get_object_or_404(reports_of(signed_in(request)), pk=pk)
    sheet = Sheet.from_json(found.facts)
    context = {"sheet": sheet, "report": found, "endings": [(it, it.upper()) for it in ENDINGS]}
    return render(request, "reports/sheet.html", context | _drawn(sheet))


@login_required
@require_safe
def download(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    user = signed_in(request)
    found: Report = get_object_or_404(reports_of(user), pk=pk)
    if ending not in ENDINGS:
        raise Http404
    content = actions.hand_out(user, found, ending)
    until = timezone.localtime(found.until)
    name = f"bao-cao-{found.shape}-{found.area.code}-{until:%Y%m%d-%H%M}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=ENDINGS[ending], headers=headers)


urlpatterns = [
    path("bao-cao/", listed, name="reports"),
    path("bao-cao/xem/", look, name="report_look"),
    path("bao-cao/lap/", make, name="report_make"),
    path("bao-cao/<int:pk>/", report, name="report"),
    path("bao-cao/<int:pk>/tep.<str:ending>", download, name="report_file"),
]
