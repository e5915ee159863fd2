"""Lines of a list on the web, what is to be looked at in them, and who is twice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.engine.refusals import Invalid, NotNow, Stale
from dieutra.rosters import actions
from dieutra.rosters import overlaps as pairs
from dieutra.rosters.changing import own
from dieutra.rosters.columns import GROUP, NAME, texts_of
from dieutra.rosters.findings import findings
from dieutra.rosters.models import Roster
from dieutra.rosters.seeing import look
from dieutra.web.manager.rosters_here import (
    address,
    fields,
    page_of,
    person_here,
    refusal_words,
    roster_here,
    version_of,
)
from dieutra.web.requests import signed_in, whole_number


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: str(text) for name, text in request.POST.items()}


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """A new line; “and one more” keeps the group and the unit, for whoever types a whole list."""
    user, found = signed_in(request), roster_here(request, slug, survey, code)
    own(user, found)
    texts = {"group": request.GET.get("nhom", ""), "don_vi": request.GET.get("don-vi", "")}
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        texts = _typed(request)
        try:
            person = actions.add(user, found, texts)
        except (Invalid, NotNow, Stale) as refusal:
            context, status = refusal_words(refusal), refusal.status
        else:
            messages.success(request, f"Đã thêm {person.name} vào danh sách.")
            if "more" not in request.POST:
                return redirect("roster", *address(found))
            texts = {"group": person.group, "don_vi": person.unit}
    # whoever types a whole list begins at the name once the group is chosen; a refusal keeps the focus on what it says
    first = "" if "refused" in context else NAME if texts.get(GROUP) else GROUP
    page = page_of(request, found, fields=fields(found, texts), first_field=first, **context)
    return render(request, "rosters/person.html", page, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a line or move it to another group. Whoever comes second keeps what she typed and sees what stands."""
    user, person = signed_in(request), person_here(request, pk)
    found = person.roster
    own(user, found)
    look(user, found)
    texts, status = texts_of(person), 200
    context: dict[str, Any] = {"seen": person.version}
    if request.method == "POST":
        texts = _typed(request)
        try:
            actions.change(user, person, version_of(request), texts)
        except (Invalid, NotNow) as refusal:
            context, status = {"seen": version_of(request), **refusal_words(refusal)}, refusal.status
        except Stale as refusal:
            person.refresh_from_db()
            stands = fields(found, texts_of(person))
            context = {"seen": person.version, "stands": stands, **refusal_words(refusal)}
            status = refusal.status
        else:
            messages.success(request, f"Đã ghi sửa đổi của {person.name}.")
            return redirect("roster", *address(found))
    page = page_of(request, found, person=person, fields=fields(found, texts), **context)
    return render(request, "rosters/person.html", page, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_here(request, pk)
    actions.remove(signed_in(request), person, version_of(request))
    return redirect(f"{reverse('roster', args=address(person.roster))}?vua={person.pk}")


@login_required
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_here(request, pk)
    actions.restore(signed_in(request), person, version_of(request))
    messages.success(request, f"Đã đưa {person.name} trở lại danh sách.")
    return redirect("roster", *address(person.roster))


@login_required
@require_http_methods(["GET", "POST"])
def looked_at(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """Everything that is to be looked at, each with a way to its line; soft ones are explained here."""
    user, found = signed_in(request), roster_here(request, slug, survey, code)
    look(user, found)
    typed: dict[str, str] = {}
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        typed = {name[2:]: text for name, text in _typed(request).items() if name.startswith("e-")}
        try:
            number = actions.explain(user, found, _new(found, typed))
        except (Invalid, NotNow, Stale) as refusal:
            context, status = refusal_words(refusal), refusal.status
        else:
            messages.success(request, f"Đã ghi {number} giải trình.")
            return redirect("roster_findings", *address(found))
    told = findings(found)
    context |= {
        "hard": [it for it in told if it.hard],
        "soft": [(it, typed.get(it.key, it.explained)) for it in told if not it.hard],
        "unexplained": sum(not it.hard and not it.explained for it in told),
    }
    return render(request, "rosters/findings.html", page_of(request, found, **context), status=status)


def _new(found: Roster, typed: dict[str, str]) -> dict[str, str]:
    """Only what differs from what stands; nothing at all is told by the action."""
    stands = {it.key: it.explained for it in findings(found) if it.key}
    return {key: text for key, text in typed.items() if text.strip() != stands.get(key, "")}


@login_required
@require_safe
def overlapping(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """Lines that look like one person, side by side."""
    found = roster_here(request, slug, survey, code)
    look(signed_in(request), found)
    listed = pairs.overlaps(found) if found.pk else []
    context = page_of(
        request,
        found,
        waiting=[it for it in listed if it.waits],
        decided=[it for it in listed if not it.waits],
        by_rule=sum(1 for it in listed if it.waits and "confirm" in it.choices and it.pair is not None),
    )
    return render(request, "rosters/overlaps.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    found = roster_here(request, slug, survey, code)
    first, second = (whole_number(request.POST.get(name, ""), 0) for name in ("first", "second"))
    pairs.decide(signed_in(request), found, first, second, request.POST.get("choice", ""))
    messages.success(request, "Đã ghi quyết định của cơ quan.")
    return redirect("roster_overlaps", *address(found))


@login_required
@require_POST
def confirm_all(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    found = roster_here(request, slug, survey, code)
    number = pairs.confirm_all(signed_in(request), found)
    messages.success(request, f"Đã xác nhận {number} trường hợp gộp theo thứ tự ưu tiên.")
    return redirect("roster_overlaps", *address(found))


LIST = "danh-sach-doi-tuong/<slug:slug>/<slug:survey>/<str:code>/"
by_person = [
    path("danh-sach-doi-tuong/nguoi/<int:pk>/", edit, name="roster_person"),
    path("danh-sach-doi-tuong/nguoi/<int:pk>/bo/", remove, name="roster_person_remove"),
    path("danh-sach-doi-tuong/nguoi/<int:pk>/dua-lai/", restore, name="roster_person_restore"),
]
urlpatterns = [
    path(f"{LIST}them/", add, name="roster_add"),
    path(f"{LIST}ra-soat/", looked_at, name="roster_findings"),
    path(f"{LIST}trung/", overlapping, name="roster_overlaps"),
    path(f"{LIST}trung/quyet-dinh/", decide, name="roster_overlap_decide"),
    path(f"{LIST}trung/xac-nhan/", confirm_all, name="roster_overlaps_confirm"),
]
