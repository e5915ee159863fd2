"""A list from a file: choose it, see what it does, say yes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from dieutra.engine.refusals import Invalid, NotNow, Stale
from dieutra.rosters import loading
from dieutra.rosters.changing import own
from dieutra.rosters.columns import FIELDS, columns_of
from dieutra.rosters.models import Load, Roster
from dieutra.web.manager.rosters_here import (
    address,
    needs_of,
    page_of,
    refusal_words,
    roster_here,
    version_of,
)
from dieutra.web.requests import signed_in, whole_number


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """A file with one wrong cell loads nothing and tells every wrong cell."""
    user, found = signed_in(request), roster_here(request, slug, survey, code)
    own(user, found)
    kind = found.campaign.kind
    context: dict[str, Any] = {
        "columns": [(it, needs_of(kind, survey, it)) for it in columns_of(kind, survey)]
    }
    status = 200
    if request.method == "POST":
        replaces = request.POST.get("how") == "replace"
        context["replaces"] = replaces
        file = request.FILES.get("file")
        try:
            if file is None:
                raise Invalid("Hãy chọn tệp danh sách (.xlsx hoặc .csv) trên máy của bạn.")
            # one byte past the limit is enough for the reader to refuse it
            content = file.read(settings.UPLOAD_LIMIT + 1)
            loading.read(user, found, content, file.name or "", replaces)
        except (Invalid, NotNow, Stale) as refusal:
            context |= refusal_words(refusal)
            status = refusal.status
        else:
            return redirect("roster_load", *address(found))
    waiting = Load.objects.filter(roster=found).first() if found.pk else None
    return render(
        request, "rosters/upload.html", page_of(request, found, waiting=waiting, **context), status=status
    )


@login_required
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """What loading the file does; nothing has happened before the button is pressed."""
    user, found = signed_in(request), roster_here(request, slug, survey, code)
    own(user, found)
    load = _load(found)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            loading.as_seen(load, whole_number(request.POST.get("load", ""), otherwise=0))
            if request.POST.get("do") == "drop":
                loading.give_up(user, load)
                messages.info(request, "Đã bỏ tệp. Danh sách không thay đổi.")
                return redirect("roster_upload", *address(found))
            told = loading.confirm(user, load, version_of(request))
        except (Invalid, NotNow, Stale) as refusal:
            context, status = refusal_words(refusal), refusal.status
            found = roster_here(request, slug, survey, code)
            load = _load(found)
        else:
            messages.success(
                request,
                f"Đã nạp: thêm {told.added}, sửa {told.changed}, bỏ {told.removed}; danh sách có {told.people} dòng.",
            )
            return redirect("roster", *address(found))
    if found.state in Roster.CHANGING:
        context["told"] = told = loading.preview(user, load)
        context["hard"] = [it for it in told.found if it.hard]
        context["soft"] = [it for it in told.found if not it.hard and not it.explained]
    headers = {FIELDS.get(it.name, it.name): it.header for it in columns_of(found.campaign.kind, survey)}
    page = page_of(request, found, load=load, headers=headers, number=len(load.lines), **context)
    return render(request, "rosters/load.html", page, status=status)


def _load(found: Roster) -> Load:
    load = Load.objects.filter(roster=found).first() if found.pk else None
    if load is None:
        raise Http404
    load.roster = found
    return load


LIST = "danh-sach-doi-tuong/<slug:slug>/<slug:survey>/<str:code>/"
urlpatterns = [
    path(f"{LIST}nap/", upload, name="roster_upload"),
    path(f"{LIST}nap/xem-truoc/", preview, name="roster_load"),
]
