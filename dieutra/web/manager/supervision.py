"""Who supervises what: the areas and units of a place, its supervisors, gaps and overlaps, the proposal, absences."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from dieutra.engine.refusals import Invalid, NotNow, Refusal, Stale
from dieutra.people.absences import absences_of, end_absence, set_absence
from dieutra.people.models import Absence, Post, Role, User
from dieutra.people.permission import granting, posts_of
from dieutra.places.models import Area
from dieutra.supervision import actions, queries
from dieutra.supervision.listed import COLUMNS, assign_by_list
from dieutra.supervision.queries import Place
from dieutra.web.manager.quotas import top_of
from dieutra.web.requests import signed_in, whole_number


def _place(request: HttpRequest, code: str) -> Place:
    """The place of this code, if the person looks after its supervisors; 404 otherwise."""
    user = signed_in(request)
    campaign, _ = top_of(user)
    area = get_object_or_404(Area, catalogue_id=campaign.catalogue_id, code=code)
    place = Place(campaign, area)
    if not granting(user, "supervision.manage", place):
        raise Http404
    return place


@login_required
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The areas with supervisors, each with how many of its forms nobody has."""
    user = signed_in(request)
    campaign, _ = top_of(user)
    listed = [
        (it, len(queries.supervisors(it)), len(queries.standing(it)))
        for it in (Place(campaign, area) for area in queries.places_of(user, campaign))
    ]
    return render(request, "supervision/places.html", {"places": listed})


@login_required
@require_safe
def shown(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "supervision/place.html", _page(request, _place(request, code)))


def _page(request: HttpRequest, place: Place, **more: Any) -> dict[str, Any]:
    inside = place.area
    if wanted := request.GET.get("trong", ""):
        inside = get_object_or_404(Area, catalogue_id=place.campaign.catalogue_id, code=wanted)
        if not inside.path.startswith(place.path):
            raise Http404
    people = queries.supervisors(place)
    load = {post.pk: sum(it.post_id == post.pk for it in queries.standing(place)) for post in people}
    return {
        "place": place,
        "inside": inside,
        "people": [(post, load[post.pk]) for post in people],
        "rows": queries.rows(place, inside),
        "gaps": queries.uncovered(place).count(),
        "overlaps": queries.overlaps(place),
        "columns": COLUMNS,
        "absences": absences_of(people),
        "others": _others(place),
        **more,
    }


def _others(place: Place) -> list[User]:
    """Who may stand in: the supervisors of the campaign in this place, and above it."""
    posts = Post.objects.filter(campaign=place.campaign, role=Role.GSV, ended_at__isnull=True)
    near = [it for it in posts.select_related("user") if place.path.startswith(it.path)]
    return sorted({it.user for it in near}, key=lambda user: user.full_name)


def _refused(request: HttpRequest, place: Place, refusal: Refusal) -> HttpResponse:
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    page = _page(request, place, refused=refusal.message, problems=problems)
    return render(request, "supervision/place.html", page, status=refusal.status)


def _back(place: Place, request: HttpRequest) -> HttpResponse:
    inside = request.GET.get("trong", "")
    return redirect(
        reverse("supervision_place", args=[place.area.code]) + (f"?trong={inside}" if inside else "")
    )


@login_required
@require_POST
def give(request: HttpRequest, code: str) -> HttpResponse:
    """The ticked rows: given to the chosen supervisor, or taken away (`viec` = thoi)."""
    user, place = signed_in(request), _place(request, code)
    paths = request.POST.getlist("dong")
    try:
        if request.POST.get("viec") == "thoi":
            keys = [it.pk for it in queries.standing(place) if it.path in set(paths)]
            done = actions.release(user, place, keys)
            messages.success(request, f"Đã thôi giao {done} dòng.")
        else:
            post = whole_number(request.POST.get("giam-sat", ""))
            done = actions.assign(user, place, post, paths)
            messages.success(request, f"Đã giao thêm {done} dòng.")
    except (Invalid, NotNow, Stale) as refusal:
        return _refused(request, place, refusal)
    return _back(place, request)


@login_required
@require_POST
def by_list(request: HttpRequest, code: str) -> HttpResponse:
    user, place = signed_in(request), _place(request, code)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Invalid("Hãy chọn tệp danh sách (.xlsx hoặc .csv) trên máy của bạn.")
        done = assign_by_list(user, place, file.read(settings.UPLOAD_LIMIT + 1), file.name or "")
    except (Invalid, NotNow, Stale) as refusal:
        return _refused(request, place, refusal)
    messages.success(request, f"Đã giao {done} dòng theo danh sách.")
    return _back(place, request)


@login_required
@require_safe
def proposed(request: HttpRequest, code: str) -> HttpResponse:
    place = _place(request, code)
    shares = queries.proposal(place)
    context = {
        "place": place,
        "shares": shares,
        "seal": queries.seal(shares),
        "standing": queries.standing(place),
    }
    return render(request, "supervision/proposal.html", context)


@login_required
@require_POST
def take(request: HttpRequest, code: str) -> HttpResponse:
    user, place = signed_in(request), _place(request, code)
    try:
        done = actions.take_proposal(user, place, request.POST.get("seal", ""))
    except (Invalid, NotNow, Stale) as refusal:
        shares = queries.proposal(place)
        context = {"place": place, "shares": shares, "seal": queries.seal(shares), "refused": refusal.message}
        return render(request, "supervision/proposal.html", context, status=refusal.status)
    messages.success(request, f"Đã giao {done} địa bàn, đơn vị theo đề xuất.")
    return _back(place, request)


@login_required
@require_POST
def away(request: HttpRequest, code: str) -> HttpResponse:
    """A supervisor of the place is away; the substitute acts for her on these days."""
    user, place = signed_in(request), _place(request, code)
    post = next((it for it in queries.supervisors(place) if str(it.pk) == request.POST.get("vai-tro")), None)
    other = next((it for it in _others(place) if str(it.pk) == request.POST.get("thay")), None)
    try:
        if post is None:
            raise Invalid("Hãy chọn giám sát viên nghỉ trong danh sách.")
        made = set_absence(user, post, other, _day(request, "tu"), _day(request, "den"))
    except (Invalid, NotNow, Stale) as refusal:
        return _refused(request, place, refusal)
    messages.success(request, f"{made.substitute.full_name} làm thay đến hết {made.last_day:%d/%m/%Y}.")
    return _back(place, request)


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        return None


@login_required
@require_POST
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """The absence ends now: by whoever looks after the supervisor, or by herself."""
    user = signed_in(request)
    campaigns = {post.campaign_id for post in posts_of(user)}
    found = Absence.objects.filter(post__campaign__in=campaigns).select_related("post", "substitute")
    absence = get_object_or_404(found, pk=pk)
    try:
        end_absence(user, absence)
    except NotNow as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, f"Đã kết thúc kỳ làm thay của {absence.substitute.full_name}.")
    manages = granting(user, "supervision.manage", absence.post)
    return redirect("supervision" if manages else "queue")


urlpatterns = [
    path("giam-sat/", places, name="supervision"),
    path("giam-sat/<str:code>/", shown, name="supervision_place"),
    path("giam-sat/<str:code>/giao/", give, name="assignment_give"),
    path("giam-sat/<str:code>/danh-sach/", by_list, name="assignment_list"),
    path("giam-sat/<str:code>/de-xuat/", proposed, name="assignment_proposal"),
    path("giam-sat/<str:code>/nhan-de-xuat/", take, name="assignment_take"),
    path("giam-sat/<str:code>/nghi/", away, name="absence_set"),
    path("giam-sat/nghi/<int:pk>/ket-thuc/", back, name="absence_end"),
]
