"""Progress: country → province → district → commune → unit, from the tally, against the deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.cases.models import State
from dieutra.cases.queries import Progress, cases_at, progress_below, progress_of
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, may, posts_of
from dieutra.places.models import Area
from dieutra.web.requests import signed_in

ORDER = (State.ACCEPTED, State.IN_REVIEW, State.SUBMITTED, State.RETURNED, State.DRAFT, State.NEW)
PAGE = 50


@dataclass(frozen=True)
class Segment:
    """A piece of a bar: x and width in per cent."""

    state: str
    label: str
    count: int
    x: float
    width: float


def segments(progress: Progress) -> list[Segment]:
    pieces, x = [], 0.0
    for state in ORDER:
        count = progress.counts.get(state, 0)
        if count:
            width = 100 * count / progress.total
            pieces.append(Segment(state.value, str(state.label), count, round(x, 3), round(width, 3)))
            x += width
    return pieces


def elapsed(opens: date, closes: date, today: date) -> float:
    """How much of the time has gone, in per cent."""
    days = (closes - opens).days or 1
    return min(100.0, max(0.0, 100 * (today - opens).days / days))


def _my_tops(user: User, campaign: Campaign) -> list[str]:
    paths = [it.path for it in posts_of(user, campaign.pk) if it.role in GRANTS["progress.read"]]
    return sorted(paths, key=len)


def _area(user: User, campaign: Campaign, code: str | None) -> Area:
    """The area asked for, or the person's own; 404 outside what she may see."""
    tops = _my_tops(user, campaign)
    if not tops:
        raise Http404
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id)
    if code is None:
        return get_object_or_404(areas, path=tops[0])
    area = get_object_or_404(areas, code=code)
    if not any(area.path.startswith(top) for top in tops):
        raise Http404
    return area


@login_required
@require_safe
def board(request: HttpRequest, code: str | None = None) -> HttpResponse:
    user = signed_in(request)
    campaign = campaigns_of(user).first()
    if campaign is None:
        raise Http404
    area = _area(user, campaign, code)
    whole, rows = progress_of(campaign, area), progress_below(campaign, area)
    tops = _my_tops(user, campaign)
    crumbs = Area.objects.filter(catalogue_id=campaign.catalogue_id, path__in=_ancestors(area.path))
    today = timezone.localdate()
    state = request.GET.get("state", "")
    cases = cases_at(campaign, area, [state] if state in State.values else ())
    listed = area.level >= 2 or bool(state)
    context = {
        "the_campaign": campaign,
        "area": area,
        "crumbs": [it for it in crumbs.order_by("level") if any(it.path.startswith(top) for top in tops)],
        "whole": whole,
        "segments": segments(whole),
        "rows": [(row, segments(row), row.area.path == area.path) for row in rows if row.total],
        "empty_areas": sum(not row.total for row in rows),
        "elapsed": elapsed(campaign.opens_on, campaign.closes_on, today),
        "days_left": (campaign.closes_on - today).days,
        "page": Paginator(cases, PAGE).get_page(request.GET.get("trang")) if listed else None,
        "state": state,
        "may_read": may(user, "case.read", Place(campaign.pk, area.path)),
        "may_urge": may(user, "message.send", Place(campaign.pk, area.path)),
        "may_hand_out": may(user, "workbook.hand_out", Place(campaign.pk, area.path)),
        "states": [(it.value, it.label, whole.counts.get(it.value, 0)) for it in reversed(ORDER)],
    }
    return render(request, "progress/board.html", context)


def _ancestors(path: str) -> list[str]:
    codes = path.rstrip("/").split("/")
    return ["/".join(codes[: depth + 1]) + "/" for depth in range(len(codes))]


urlpatterns = [
    path("tien-do/", board, name="progress"),
    path("tien-do/<str:code>/", board, name="progress_of"),
]
