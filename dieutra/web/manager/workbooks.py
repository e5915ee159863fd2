"""Workbooks for the units of an area, for those who hand them out."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.cases.queries import progress_below
from dieutra.channels.workbook.handing import MOST, TO_FILL, cases_to_fill, hand_out
from dieutra.engine.refusals import Forbidden, NotNow
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, posts_of
from dieutra.places.models import Area
from dieutra.web.requests import signed_in


@login_required
@require_http_methods(["GET", "POST"])
def workbooks(request: HttpRequest) -> HttpResponseBase:
    """The areas with how many forms still wait there; a POST downloads those of one area."""
    user = signed_in(request)
    campaign = campaigns_of(user).first()
    tops = _tops(user, campaign) if campaign else []
    if campaign is None or not tops:
        raise Forbidden("Chỉ quản trị viên và giám sát viên tải được tệp Excel của các đơn vị.")
    area = _area(campaign, tops, request.POST.get("area") or request.GET.get("area"))
    if request.method != "POST":
        return _page(request, campaign, tops, area)
    try:
        pieces = hand_out(user, campaign, area)
    except NotNow as refusal:
        return _page(request, campaign, tops, area, refusal)
    name = f'attachment; filename="phieu-excel-{area.code}.zip"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)


def _tops(user: User, campaign: Campaign) -> list[str]:
    posts = [post for post in posts_of(user, campaign.pk) if post.role in GRANTS["workbook.hand_out"]]
    return sorted((post.path for post in posts), key=len)


def _area(campaign: Campaign, tops: list[str], code: str | None) -> Area:
    """The area asked for, or the person's own; 404 outside of what she looks after."""
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id)
    if not code:
        return get_object_or_404(areas, path=tops[0])
    places = [area for area in areas.filter(code=code) if any(area.path.startswith(top) for top in tops)]
    return places[0] if places else get_object_or_404(areas.none())


def _page(
    request: HttpRequest, campaign: Campaign, tops: list[str], area: Area, refusal: NotNow | None = None
) -> HttpResponse:
    rows = [(row.area, _waiting(row.counts)) for row in progress_below(campaign, area) if row.area != area]
    context = {
        "area": area,
        "above": area.parent if area.path not in tops and area.parent_id else None,
        "here": cases_to_fill(campaign, area).count(),
        "rows": [(place, number) for place, number in rows if number],
        "most": MOST,
        "refused": refusal.message if refusal else "",
    }
    return render(request, "workbooks/areas.html", context, status=refusal.status if refusal else 200)


def _waiting(counts: dict[str, int]) -> int:
    return sum(counts.get(state, 0) for state in TO_FILL)


urlpatterns = [path("tai-xuong-excel/", workbooks, name="workbooks")]
