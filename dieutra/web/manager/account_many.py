"""Many accounts at once: from a list, and from the accepted frame."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from dieutra.accounts import listed
from dieutra.accounts.actions import ask_from_frame, create_listed
from dieutra.accounts.queries import job_failed, runs_at
from dieutra.campaigns.models import Campaign
from dieutra.cases.unit_accounts import without_account
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.engine.spreadsheet import XLSX
from dieutra.people.models import Post, User
from dieutra.places.models import Area
from dieutra.web.manager.account_areas import area_asked_for, desk
from dieutra.web.requests import signed_in


@login_required
@require_http_methods(["GET", "POST"])
def from_list(request: HttpRequest) -> HttpResponse:
    """Appoint everybody of a list; a refused list shows what is wrong in it, and nobody is appointed."""
    user = signed_in(request)
    campaign, tops = desk(user)
    roles = [words for top in tops for _, words in listed.choices(user, campaign, top)]
    if not roles:
        raise Forbidden("Vai trò của bạn không tạo tài khoản cho cấp nào. Tài khoản đơn vị lập từ bảng kê.")
    context: dict[str, Any] = {"roles": roles, "headers": listed.HEADERS.values()}
    if request.method != "POST":
        return render(request, "people/from_list.html", context)
    try:
        made = _take(user, campaign, request)
    except (Invalid, Stale, Forbidden) as refusal:
        context |= {"refused": refusal.message, "problems": getattr(refusal, "problems", ())}
        return render(request, "people/from_list.html", context, status=refusal.status)
    mailed = sum(bool(post.user.email) for post in made)
    messages.success(
        request,
        f"Đã tạo {len(made)} tài khoản. {mailed} thư kích hoạt đang được gửi"
        + (
            f"; {len(made) - mailed} người không có thư điện tử cần phiếu niêm phong."
            if mailed < len(made)
            else "."
        ),
    )
    return redirect("accounts")


def _take(user: User, campaign: Campaign, request: HttpRequest) -> list[Post]:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("Hãy chọn tệp danh sách (.xlsx hoặc .csv) trên máy của bạn.")
    content = file.read(settings.UPLOAD_LIMIT + 1)
    return create_listed(user, campaign, listed.read_list(user, campaign, content, file.name or ""))


@login_required
@require_safe
def list_template(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    campaign, _ = desk(user)
    return HttpResponse(
        listed.template(user, campaign),
        content_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="danh-sach-tai-khoan-mau.xlsx"'},
    )


@login_required
@require_http_methods(["GET", "POST"])
def from_frame(request: HttpRequest) -> HttpResponse:
    """How many units of accepted lists have no account, the orders so far; a POST gives an order."""
    user = signed_in(request)
    campaign, tops = desk(user)
    area = area_asked_for(campaign, tops, request.POST.get("area") or request.GET.get("dia-ban"))
    if request.method == "POST":
        try:
            ask_from_frame(user, campaign, area)
        except NotNow as refusal:
            return _frame_page(request, campaign, tops, area, refusal)
        return redirect(f"{reverse('accounts_from_frame')}?dia-ban={area.code}")
    return _frame_page(request, campaign, tops, area)


def _frame_page(
    request: HttpRequest, campaign: Campaign, tops: list[str], area: Area, refusal: NotNow | None = None
) -> HttpResponse:
    runs = runs_at(signed_in(request), campaign, area)
    rows = [(run, run.ended_at is None and job_failed("accounts.from_frame", run.pk)) for run in runs]
    context = {
        "area": area,
        "above": area.parent if area.path not in tops else None,
        "below": Area.objects.filter(parent=area, level__lte=2).order_by("sort_key"),
        "waiting": without_account(campaign, area.path).count(),
        "by_itself": campaign.kind.accounts.from_frame == "at_acceptance",
        "runs": rows,
        "making": any(run.ended_at is None and not failed for run, failed in rows),
        "refused": refusal.message if refusal else "",
    }
    return render(request, "people/from_frame.html", context, status=refusal.status if refusal else 200)


urlpatterns = [
    path("tai-khoan/tu-danh-sach/", from_list, name="accounts_from_list"),
    path("tai-khoan/tu-danh-sach/tep-mau/", list_template, name="accounts_list_template"),
    path("tai-khoan/tu-bang-ke/", from_frame, name="accounts_from_frame"),
]
