"""One line of the frame: keep, correct, remove, move, undo, add, and its history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Refusal, Stale
from dieutra.frames import actions, queries
from dieutra.frames.columns import editable, in_words
from dieutra.frames.models import Listing, Unit
from dieutra.people.permission import may, visible_to
from dieutra.web.requests import signed_in, whole_number

FILTERS = ("ket-qua", "q", "dia-ban", "trang")


def unit_of(request: HttpRequest, pk: int) -> Unit:
    """A line in the person's area, or moved away from it; otherwise 404."""
    user = signed_in(request)
    mine = visible_to(Unit.objects.all(), user, "frame.read").values("pk")
    from_here = visible_to(Listing.objects.all(), user, "frame.read").values("pk")
    units = Unit.objects.filter(Q(pk__in=mine) | Q(origin__in=from_here), dropped_at__isnull=True)
    related = ("campaign", "area", "listing__area", "listing__campaign", "origin__area", "origin__campaign")
    return get_object_or_404(units.select_related(*related), pk=pk)


def _back(request: HttpRequest, listing_pk: int, just: Unit | None = None) -> HttpResponse:
    """The listing with the filters that stood there, and the line whose decision may be undone."""
    given = dict(parse_qsl(request.POST.get("back", "")))
    kept = {name: given[name] for name in FILTERS if given.get(name)}
    if just is not None:
        kept["vua"] = str(just.pk)
    return redirect(reverse("listing", args=[listing_pk]) + (f"?{urlencode(kept)}" if kept else ""))


def _version(request: HttpRequest) -> int:
    return whole_number(request.POST.get("version", ""))


@login_required
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    unit = unit_of(request, pk)
    actions.keep(signed_in(request), unit, _version(request))
    return _back(request, unit.listing_id, unit)


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    unit = unit_of(request, pk)
    came_from, added = unit.listing_id, unit.base is None
    actions.undo(signed_in(request), unit, _version(request))
    done = "Đã bỏ dòng bổ sung" if added else "Đã hoàn tác; dòng trở về như danh sách nền và chờ rà soát"
    messages.success(request, f"{done}: {unit.name}.")
    seen = queries.listings(signed_in(request)).filter(pk=came_from).exists()
    return _back(request, came_from if seen else unit.listing_id)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a line. The page also offers to remove and to move it."""
    unit = unit_of(request, pk)
    if not may(signed_in(request), "frame.review", unit.listing, level=unit.listing.level):
        raise Forbidden("Chỉ quản trị viên của địa bàn rà soát bảng kê mới sửa được dòng này.")
    if request.method != "POST":
        return _edit_page(request, unit, {"name": unit.name, **unit.details})
    try:
        actions.correct(
            signed_in(request),
            unit,
            _version(request),
            request.POST.get("name", ""),
            _details(request, unit.listing),
        )
    except (Invalid, NotNow, Stale) as refusal:
        return _refused(request, pk, refusal, request.POST.dict())
    return _back(request, unit.listing_id, unit)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    unit = unit_of(request, pk)
    given = request.POST
    try:
        actions.remove(
            signed_in(request), unit, _version(request), given.get("reason", ""), given.get("reason_note", "")
        )
    except (Invalid, NotNow, Stale) as refusal:
        return _refused(request, pk, refusal)
    return _back(request, unit.listing_id, unit)


@login_required
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    unit = unit_of(request, pk)
    came_from = unit.listing_id
    try:
        actions.move(signed_in(request), unit, _version(request), request.POST.get("area", ""))
    except (Invalid, NotNow, Stale) as refusal:
        return _refused(request, pk, refusal)
    return _back(request, came_from, unit)


def _refused(
    request: HttpRequest, pk: int, refusal: Refusal, typed: Mapping[str, str] | None = None
) -> HttpResponse:
    """The same page with what is wrong and what was typed; the line itself as the database has it."""
    unit = unit_of(request, pk)
    return _edit_page(request, unit, typed or {"name": unit.name, **unit.details}, refusal)


def _edit_page(
    request: HttpRequest, unit: Unit, values: Mapping[str, str], refusal: Refusal | None = None
) -> HttpResponse:
    listing = unit.listing
    context = {
        "unit": unit,
        "listing": listing,
        "fields": _fields(listing, values, unit.base),
        "name": values.get("name", ""),
        "reasons": listing.campaign.kind.removal_reasons,
        "typed": request.POST,
        "back": request.POST.get("back", "") or request.GET.urlencode(),
        "areas": queries.areas_of_province(listing),
        "level_words": listing.campaign.kind.level_words,
    }
    return _render(request, "frames/edit.html", context, refusal)


def _render(
    request: HttpRequest, page: str, context: dict[str, Any], refusal: Refusal | None
) -> HttpResponse:
    if refusal is None:
        return render(request, page, context)
    context |= {"refused": refusal.message, "problems": getattr(refusal, "problems", ())}
    return render(request, page, context, status=refusal.status)


def _fields(
    listing: Listing, values: Mapping[str, str], base: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """What the form shows for each free column, with the base value where it differs from what is typed."""
    fields = []
    for column in editable(listing.campaign.kind.frame_columns):
        value = str(values.get(column.name, ""))
        before = str(base["details"].get(column.name, "")) if base else ""
        was = in_words(column, before) if base and before != value else ""
        choices = [(code, words) for words, code in column.values.items()]
        fields.append({"column": column, "value": value, "was": was, "choices": choices})
    return fields


def _details(request: HttpRequest, listing: Listing) -> dict[str, str]:
    names = [column.name for column in editable(listing.campaign.kind.frame_columns)]
    return {name: request.POST[name] for name in names if name in request.POST}


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A unit that the base list does not have."""
    user = signed_in(request)
    listing = get_object_or_404(queries.listings(user), pk=pk)
    if not may(user, "frame.review", listing, level=listing.level):
        raise Forbidden("Chỉ quản trị viên của địa bàn rà soát bảng kê mới bổ sung được đơn vị.")
    given = request.POST
    context = {
        "listing": listing,
        "fields": _fields(listing, given.dict(), None),
        "typed": given,
        "areas": queries.areas_of(listing),
        "level_words": listing.campaign.kind.level_words,
    }
    if request.method != "POST":
        return render(request, "frames/add.html", context)
    try:
        unit = actions.add(
            user,
            listing,
            code=given.get("code", ""),
            name=given.get("name", ""),
            area_code=given.get("area", ""),
            details=_details(request, listing),
        )
    except (Invalid, NotNow, Stale) as refusal:
        return _render(request, "frames/add.html", context, refusal)
    return _back(request, pk, unit)


@login_required
@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    unit = unit_of(request, pk)
    context = {"unit": unit, "listing": unit.listing, "steps": queries.history(unit)}
    return render(request, "frames/history.html", context)


urlpatterns = [
    path("bang-ke/<int:pk>/bo-sung/", add, name="unit_add"),
    path("bang-ke/dong/<int:pk>/giu-nguyen/", keep, name="unit_keep"),
    path("bang-ke/dong/<int:pk>/sua/", edit, name="unit_edit"),
    path("bang-ke/dong/<int:pk>/loai/", remove, name="unit_remove"),
    path("bang-ke/dong/<int:pk>/chuyen/", move, name="unit_move"),
    path("bang-ke/dong/<int:pk>/hoan-tac/", undo, name="unit_undo"),
    path("bang-ke/dong/<int:pk>/lich-su/", history, name="unit_history"),
]
