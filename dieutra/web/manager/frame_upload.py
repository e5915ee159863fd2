"""Loading a province's base list from a file, and the empty workbook to fill in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.frames import actions
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import may
from dieutra.places.models import Area, Level
from dieutra.web.requests import signed_in


def loadable(user: User, campaign: Campaign) -> list[Area]:
    """The provinces whose base list the person may load."""
    provinces = Area.objects.filter(catalogue_id=campaign.catalogue_id, level=Level.PROVINCE).order_by(
        "sort_key"
    )
    return [area for area in provinces if may(user, "frame.load", Place(campaign.pk, area.path))]


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Load a province's base list; a refused file shows what is wrong in it, and nothing is loaded."""
    user = signed_in(request)
    campaign = campaigns_of(user).first()
    provinces = loadable(user, campaign) if campaign else []
    if campaign is None or not provinces:
        raise Forbidden("Chỉ quản trị viên cấp tỉnh và trung ương nạp được danh sách nền.")
    chosen = request.POST.get("province", "") or (provinces[0].code if len(provinces) == 1 else "")
    context: dict[str, Any] = {
        "provinces": provinces,
        "chosen": chosen,
        "columns": campaign.kind.frame_columns,
    }
    if request.method != "POST":
        return render(request, "frames/upload.html", context)
    try:
        loaded = _load(user, campaign, provinces, chosen, request)
    except (Invalid, NotNow, Stale) as refusal:
        context |= {"refused": refusal.message, "problems": getattr(refusal, "problems", ())}
        return render(request, "frames/upload.html", context, status=refusal.status)
    replaced = f" (thay {loaded.replaced} dòng đã nạp trước)" if loaded.replaced else ""
    messages.success(request, f"Đã nạp {loaded.units} đơn vị vào {loaded.listings} bảng kê{replaced}.")
    return redirect("listings")


def _load(
    user: User, campaign: Campaign, provinces: list[Area], chosen: str, request: HttpRequest
) -> actions.Loaded:
    province = next((area for area in provinces if area.code == chosen), None)
    if province is None:
        raise Invalid("Hãy chọn tỉnh của danh sách.")
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("Hãy chọn tệp danh sách nền (.xlsx hoặc .csv) trên máy của bạn.")
    # One byte past the limit is enough for the reader to refuse it.
    content = file.read(settings.UPLOAD_LIMIT + 1)
    return actions.load_base_list(user, campaign, province, content, file.name or "")


@login_required
@require_safe
def template(request: HttpRequest) -> FileResponse:
    """The empty workbook of the campaign's kind."""
    campaign = campaigns_of(signed_in(request)).first()
    file = settings.KINDS_DIR / campaign.kind_slug / "frame.xlsx" if campaign else None
    if file is None or not file.is_file():
        raise Http404
    return FileResponse(file.open("rb"), as_attachment=True, filename="danh-sach-nen-mau.xlsx")


urlpatterns = [
    path("bang-ke/nap/", upload, name="listing_upload"),
    path("bang-ke/tep-mau/", template, name="listing_template"),
]
