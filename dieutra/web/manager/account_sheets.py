"""Sealed sheets for accounts without mail: order them for an area, fetch the file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from dieutra.accounts import sheets
from dieutra.accounts.models import SheetOrder
from dieutra.accounts.queries import order_failed, orders_of
from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import NotNow
from dieutra.places.models import Area
from dieutra.web.manager.account_areas import area_asked_for, desk
from dieutra.web.requests import signed_in


@login_required
@require_http_methods(["GET", "POST"])
def ordered(request: HttpRequest) -> HttpResponse:
    """How many accounts of an area need a sheet, the orders so far; a POST gives an order."""
    user = signed_in(request)
    campaign, tops = desk(user)
    area = area_asked_for(campaign, tops, request.POST.get("area") or request.GET.get("dia-ban"))
    if request.method == "POST":
        try:
            sheets.order_sheets(user, campaign, area, request.POST.get("all") == "1")
        except NotNow as refusal:
            return _page(request, campaign, tops, area, refusal)
        return redirect(f"{reverse('sheets')}?dia-ban={area.code}")
    return _page(request, campaign, tops, area)


def _page(
    request: HttpRequest, campaign: Campaign, tops: list[str], area: Area, refusal: NotNow | None = None
) -> HttpResponse:
    user = signed_in(request)
    orders = [(it, it.ready_at is None and order_failed(it)) for it in orders_of(user, campaign)]
    without = sheets.waiting_for_sheet(user, campaign, area).count()
    context = {
        "area": area,
        "above": area.parent if area.path not in tops else None,
        "below": Area.objects.filter(parent=area).order_by("sort_key"),
        "without": without,
        "with_mail": sheets.waiting_for_sheet(user, campaign, area, with_mail=True).count() - without,
        "until": sheets.valid_until(campaign),
        "orders": orders,
        "making": any(it.ready_at is None and not failed for it, failed in orders),
        "refused": refusal.message if refusal else "",
    }
    return render(request, "people/sheets.html", context, status=refusal.status if refusal else 200)


@login_required
@require_GET
def fetched(request: HttpRequest, pk: int) -> FileResponse:
    user = signed_in(request)
    order = get_object_or_404(SheetOrder, pk=pk, asked_by_id=user.pk)
    place = sheets.fetch(user, order)
    try:
        file = place.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(file, as_attachment=True, filename=f"phieu-niem-phong-{order.pk}{place.suffix}")


urlpatterns = [
    path("phieu-niem-phong/", ordered, name="sheets"),
    path("phieu-niem-phong/<int:pk>/", fetched, name="sheets_file"),
]
