"""Workbooks for the units of an area, for those who hand them out: a small area at once, a large one in the background."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.cases.queries import progress_below
from dieutra.channels.workbook import store
from dieutra.channels.workbook.actions import ask_archive
from dieutra.channels.workbook.handing import AT_ONCE, TO_FILL, cases_to_fill, hand_out
from dieutra.channels.workbook.jobs import ARCHIVE_KEPT
from dieutra.channels.workbook.queries import archive_failed, archive_for, archives_at
from dieutra.engine.refusals import Forbidden, NotNow
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, posts_of
from dieutra.places.models import Area
from dieutra.web.requests import signed_in


@login_required
@require_http_methods(["GET", "POST"])
def workbooks(request: HttpRequest) -> HttpResponseBase:
    """The areas with how many forms still wait there; a POST downloads those of one area, or has them made."""
    user = signed_in(request)
    campaign, tops = place_of(user)
    area = area_asked_for(campaign, tops, request.POST.get("area") or request.GET.get("area"))
    if request.method != "POST":
        return _page(request, campaign, tops, area)
    try:
        if cases_to_fill(campaign, area).count() > AT_ONCE:
            ask_archive(user, campaign, area)
            return redirect(f"{reverse('workbooks')}?area={area.code}")
        pieces = hand_out(user, campaign, area)
    except NotNow as refusal:
        return _page(request, campaign, tops, area, refusal)
    name = f'attachment; filename="{_file_name(area)}"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)


def place_of(user: User) -> tuple[Campaign, list[str]]:
    """The campaign at hand and the paths of the person's posts there, the widest first; Forbidden without any."""
    campaign = campaigns_of(user).first()
    posts = posts_of(user, campaign.pk) if campaign else []
    tops = sorted((post.path for post in posts if post.role in GRANTS["workbook.hand_out"]), key=len)
    if campaign is None or not tops:
        raise Forbidden("Chỉ quản trị viên và giám sát viên làm việc với tệp Excel của các đơn vị.")
    return campaign, tops


def area_asked_for(campaign: Campaign, tops: list[str], code: str | None) -> Area:
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
    archives = archives_at(signed_in(request), campaign, area)
    context = {
        "area": area,
        "above": area.parent if area.path not in tops and area.parent_id else None,
        "here": cases_to_fill(campaign, area).count(),
        "rows": [(place, number) for place, number in rows if number],
        "at_once": AT_ONCE,
        "archives": [
            (it, archive_failed(it), it.ready_at + ARCHIVE_KEPT if it.ready_at else None) for it in archives
        ],
        "making": any(it.ready_at is None and not archive_failed(it) for it in archives),
        "refused": refusal.message if refusal else "",
    }
    return render(request, "workbooks/areas.html", context, status=refusal.status if refusal else 200)


def _waiting(counts: dict[str, int]) -> int:
    return sum(counts.get(state, 0) for state in TO_FILL)


@login_required
@require_GET
def archive(request: HttpRequest, pk: int) -> FileResponse:
    """A finished archive, while it is kept."""
    found = get_object_or_404(archive_for(signed_in(request), pk))
    try:
        file = store.archive_path(found.pk).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file, as_attachment=True, filename=_file_name(found.area), content_type="application/zip"
    )


def _file_name(area: Area) -> str:
    return f"phieu-excel-{area.code}.zip"


urlpatterns = [
    path("tai-xuong-excel/", workbooks, name="workbooks"),
    path("tai-xuong-excel/<int:pk>.zip", archive, name="workbook_archive"),
]
