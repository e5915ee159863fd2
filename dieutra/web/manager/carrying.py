"""Carrying an earlier list over to the areas of today: begin, what waits for a person, decide, what became of what."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.carrying import actions, queries
from dieutra.carrying.models import CarriedLine, Carry
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Refusal, Stale
from dieutra.frames.models import Listing
from dieutra.people.models import User
from dieutra.places.models import Area
from dieutra.web.manager.frame_upload import loadable
from dieutra.web.requests import signed_in, whole_number

PAGE = 20
EARLIER_KIND = "co-so-hanh-chinh-2021"  # the layout of a list that comes as a file
Cause = CarriedLine.Cause


def _campaign(user: User) -> tuple[Campaign, list[Area]]:
    """The campaign at hand, and the old provinces whose lists the person may carry over."""
    campaign = campaigns_of(user).first()
    if campaign is None:
        raise Http404
    provinces = loadable(user, campaign)
    if not provinces:
        raise Forbidden("Chỉ quản trị viên cấp tỉnh và trung ương chuyển được bảng kê sang địa bàn mới.")
    return campaign, list(queries.old_provinces(campaign, provinces))


def _sources(user: User, campaign: Campaign, old: list[Area]) -> list[Campaign]:
    """Campaigns on an older catalogue that have accepted listings which the person may take."""
    found = Campaign.objects.filter(catalogue__in={area.catalogue_id for area in old})
    accepted = Listing.objects.filter(state=Listing.State.ACCEPTED).values("campaign")
    found = found.filter(pk__in=accepted).exclude(pk=campaign.pk).order_by("-opens_on")
    return [it for it in found if any(actions.may_take(user, campaign, it, area) for area in old)]


@login_required
@require_http_methods(["GET", "POST"])
def carries(request: HttpRequest) -> HttpResponse:
    """What has been carried, and the beginning of another one."""
    user = signed_in(request)
    campaign, old = _campaign(user)
    context: dict[str, Any] = {
        "carries": queries.carries(user, campaign.pk),
        "old_provinces": old,
        "sources": _sources(user, campaign, old),
        "current": campaign,
        "typed": request.POST,
    }
    if request.method == "POST":
        try:
            carry = _begin(user, campaign, old, request)
        except (Invalid, NotNow, Stale) as refusal:
            return _refused(request, "carrying/carries.html", context, refusal)
        messages.success(
            request, f"Đang chuyển bảng kê của {carry.old_province.name}. Tải lại trang để xem tiến độ."
        )
        return redirect("carry", carry.pk)
    return render(request, "carrying/carries.html", context)


def _begin(user: User, campaign: Campaign, old: list[Area], request: HttpRequest) -> Carry:
    province = next((it for it in old if it.code == request.POST.get("old_province")), None)
    if province is None:
        raise Invalid("Hãy chọn tỉnh của bảng kê cũ.")
    source = request.POST.get("source", "")
    if source:
        earlier = next((it for it in _sources(user, campaign, old) if str(it.pk) == source), None)
        if earlier is None:
            raise Invalid("Hãy chọn cuộc điều tra trong danh sách.")
        if request.FILES.get("file"):
            raise Invalid("Bạn vừa chọn cuộc điều tra cũ vừa chọn tệp. Hãy chọn một trong hai rồi gửi lại.")
        return actions.begin_from_campaign(user, campaign, earlier, province)
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("Hãy chọn cuộc điều tra cũ, hoặc chọn tệp danh sách (.xlsx hoặc .csv).")
    content = file.read(settings.UPLOAD_LIMIT + 1)
    return actions.begin_from_file(user, campaign, province, EARLIER_KIND, content, file.name or "")


def _refused(request: HttpRequest, page: str, context: dict[str, Any], refusal: Refusal) -> HttpResponse:
    context |= {"refused": refusal.message, "problems": getattr(refusal, "problems", ())}
    return render(request, page, context, status=refusal.status)


def _carry(request: HttpRequest, pk: int) -> Carry:
    return get_object_or_404(queries.carries(signed_in(request)), pk=pk)


def _line(request: HttpRequest, pk: int) -> CarriedLine:
    mine = queries.carries(signed_in(request)).values("pk")
    lines = CarriedLine.objects.filter(carry__in=mine)
    return get_object_or_404(
        lines.select_related("old_area", "target", "carry__province", "carry__old_province"), pk=pk
    )


@login_required
@require_safe
def carry(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _carry(request, pk), request.GET.get("xem", ""))


def _page(request: HttpRequest, found: Carry, show: str, refusal: Refusal | None = None) -> HttpResponse:
    report = queries.report(found)
    tabs = _tabs(report)
    if show not in {tab["value"] for tab in tabs}:
        show = next((tab["value"] for tab in tabs if tab["count"]), "")
    page = Paginator(queries.lines(found, show), PAGE).get_page(request.GET.get("trang"))
    context = {
        "carry": found,
        "report": report,
        "tabs": tabs,
        "show": show,
        "waits": show in (Cause.SPLIT, Cause.DISTRICT, Cause.UNKNOWN),
        "page": page,
        "choices": queries.choices(found, list(page)),
        "query": urlencode({"xem": show}) + "&",
    }
    if refusal is not None:
        return _refused(request, "carrying/carry.html", context, refusal)
    return render(request, "carrying/carry.html", context)


def _tabs(report: queries.Report) -> list[dict[str, Any]]:
    waiting = [
        (cause.value, str(cause.label), report.left.get(cause, 0)) for cause in Cause if cause != Cause.ONE
    ]
    rest = [
        ("decided", "Đã quyết định", sum(report.decided.values())),
        ("one", "Chuyển theo danh mục", report.carried),
    ]
    return [{"value": value, "words": words, "count": count} for value, words, count in [*waiting, *rest]]


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of one line; a refusal shows the same page with the reason."""
    line, given = _line(request, pk), request.POST
    verdict, _, area = given.get("choice", "").partition(":")
    show = given.get("xem", "")
    try:
        actions.decide(
            signed_in(request),
            line,
            whole_number(given.get("version", "")),
            verdict,
            area_code=area or given.get("area", ""),
            into_code=given.get("into", ""),
            note=given.get("note", ""),
        )
    except (Invalid, NotNow, Stale) as refusal:
        return _page(request, _carry(request, line.carry_id), show, refusal)
    messages.success(request, f"Đã ghi quyết định cho “{line.name}”.")
    return _back(line.carry_id, show)


@login_required
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    line = _line(request, pk)
    actions.take_back(signed_in(request), line, whole_number(request.POST.get("version", "")))
    messages.success(request, f"Đã bỏ quyết định về “{line.name}”; dòng trở lại danh sách chờ.")
    return _back(line.carry_id, line.cause)


@login_required
@require_POST
def decide_many(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposals that the person ticked: "line:version:area" each."""
    found, chosen = _carry(request, pk), {}
    for text in request.POST.getlist("agreed")[:PAGE]:
        line, version, area = ([*text.split(":"), "", ""])[:3]
        chosen[whole_number(line)] = (whole_number(version), area)
    try:
        number = actions.decide_many(signed_in(request), found, chosen)
    except (Invalid, NotNow, Stale) as refusal:
        return _page(request, found, Cause.SPLIT, refusal)
    messages.success(request, f"Đã ghi {number} đề xuất bạn đồng ý.")
    return _back(pk, Cause.SPLIT)


@login_required
@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    ready = actions.ask_to_place(signed_in(request), _carry(request, pk))
    messages.success(request, f"Đang đưa {ready} dòng vào bảng kê mới. Tải lại trang để xem kết quả.")
    return redirect("carry", pk)


@login_required
@require_safe
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Old area by old area, what became of its lines."""
    found = _carry(request, pk)
    context = {"carry": found, "rows": queries.became(found), "report": queries.report(found)}
    return render(request, "carrying/compare.html", context)


def _back(pk: int, show: str) -> HttpResponse:
    return redirect(f"{reverse('carry', args=[pk])}?{urlencode({'xem': show})}")


urlpatterns = [
    path("bang-ke/chuyen-dia-ban/", carries, name="carries"),
    path("bang-ke/chuyen-dia-ban/<int:pk>/", carry, name="carry"),
    path("bang-ke/chuyen-dia-ban/<int:pk>/so-sanh/", compare, name="carry_compare"),
    path("bang-ke/chuyen-dia-ban/<int:pk>/de-xuat/", decide_many, name="carry_decide_many"),
    path("bang-ke/chuyen-dia-ban/<int:pk>/dua-vao/", place, name="carry_place"),
    path("bang-ke/chuyen-dia-ban/dong/<int:pk>/quyet-dinh/", decide, name="carried_decide"),
    path("bang-ke/chuyen-dia-ban/dong/<int:pk>/bo/", take_back, name="carried_take_back"),
]
