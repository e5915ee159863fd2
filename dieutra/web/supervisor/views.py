"""The supervisor: her queue, one case under review, approve or return."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.cases import actions
from dieutra.cases.history import steps
from dieutra.cases.models import Case, State
from dieutra.cases.queries import (
    case_for,
    comments_on,
    counts_by_state,
    in_my_care,
    place_in_words,
    queue,
    sheet_as_sent,
)
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.people.permission import may
from dieutra.web.requests import signed_in, whole_number
from dieutra.web.respondent.page import page_of

COMMENT = "comment:"
PAGE = 50


@login_required
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for me; `?state=` looks at all forms of my area instead."""
    user = signed_in(request)
    state, text = request.GET.get("state", ""), request.GET.get("q", "")
    everything = in_my_care(user)
    if state or text:
        cases = in_my_care(user, state if state in State.values else "", text)
    else:
        cases = queue(user)
    context = {
        "page": Paginator(cases, PAGE).get_page(request.GET.get("trang")),
        "states": _tabs(counts_by_state(everything)),
        "state": state,
        "q": text,
        "mine": queue(user).count(),
    }
    return render(request, "cases/queue.html", context)


def _tabs(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    return [(value, str(label), counts.get(value, 0)) for value, label in State.choices]


@login_required
@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    case = get_object_or_404(case_for(user, pk, "case.review"))
    return render(request, "cases/review.html", _review_page(request, case))


def _review_page(request: HttpRequest, case: Case) -> dict[str, object]:
    user = signed_in(request)
    context: dict[str, object] = {"case": case, "steps": steps(case)}
    if case.response:
        context |= page_of(
            case, sheet_as_sent(case, case.response), comments_on(case), request, readonly=True
        )
    waiting_here = case.state in (State.SUBMITTED, State.IN_REVIEW)
    return context | {"may_decide": waiting_here and may(user, "case.review", case, level=case.level)}


@login_required
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    case = get_object_or_404(case_for(user, pk, "case.review"))
    actions.approve(user, case, whole_number(request.POST.get("version", "")))
    messages.success(request, f"Đã duyệt phiếu của {case.unit.name}.")
    return redirect("queue")


@login_required
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    case = get_object_or_404(case_for(user, pk, "case.review"))
    remarks = {
        name.removeprefix(COMMENT): text for name, text in request.POST.items() if name.startswith(COMMENT)
    }
    text = str(request.POST.get("text", ""))
    version = whole_number(request.POST.get("version", ""))
    try:
        actions.give_back(user, case, version, text, {name: str(said) for name, said in remarks.items()})
    except (Invalid, NotNow, Stale) as refusal:
        problems = refusal.problems if isinstance(refusal, Invalid) else ()
        case.refresh_from_db()
        page = _review_page(request, case) | {
            "refused": refusal.message,
            "problems": [Problem(place_in_words(case, it.place), it.message) for it in problems],
            "text": text,
            "remarks": [(name, place_in_words(case, name), said) for name, said in remarks.items()],
        }
        return render(request, "cases/review.html", page, status=refusal.status)
    messages.success(request, f"Đã trả lại phiếu của {case.unit.name} để sửa.")
    return redirect("queue")


urlpatterns = [
    path("duyet/", waiting, name="queue"),
    path("duyet/<int:pk>/", review, name="review"),
    path("duyet/<int:pk>/duyet/", approve, name="approve"),
    path("duyet/<int:pk>/tra-lai/", give_back, name="give_back"),
]
