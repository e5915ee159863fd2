"""The supervisor: one case under review, approve or return; a level above takes an approval back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.cases import actions, reviewing
from dieutra.cases.history import steps, taken_back
from dieutra.cases.last_census import compared
from dieutra.cases.models import Case, Response, State
from dieutra.cases.queries import case_for, comments_on, place_in_words, rules_seen, sheet_as_sent
from dieutra.cases.reviewing import above
from dieutra.channels.web.compared import changes_between
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.people.permission import may
from dieutra.web.requests import signed_in, whole_number
from dieutra.web.respondent.page import page_of
from dieutra.web.supervisor.queue import carried, next_case

COMMENT = "comment:"


@login_required
@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    case = get_object_or_404(case_for(user, pk, "case.review"))
    return render(request, "cases/review.html", _review_page(request, case))


def _review_page(request: HttpRequest, case: Case) -> dict[str, object]:
    user = signed_in(request)
    context: dict[str, object] = {
        "case": case,
        "steps": steps(case),
        "taken_back": taken_back(case),
        "remarks_so_far": comments_on(case),
        "may_take_back": above(user, case) is not None,
    }
    if case.response:
        sheet = sheet_as_sent(case, case.response, rules_seen(case))
        context |= page_of(case, sheet, comments_on(case), request, readonly=True)
        context |= _beside(case, case.response, {**sheet.answers, **sheet.state.values})
    waiting_here = case.state in (State.SUBMITTED, State.IN_REVIEW)
    may_decide = waiting_here and may(user, "case.review", case, level=case.level)
    before, after = next_case(user, case, request.GET) if may_decide else (None, None)
    kept = carried(request.GET)
    return context | {
        "may_decide": may_decide,
        "before": before,
        "after": after,
        "carried": f"?{kept}" if kept else "",
        "reasons": case.campaign.kind.return_reasons,
        "text": _ready_text(case, request.GET.get("mau", "")),
    }


def _beside(case: Case, response: Response, answers: dict[str, str]) -> dict[str, object]:
    """What to hold the form against: the last census, and the version sent before."""
    previous = case.responses.filter(number__lt=response.number).order_by("-number").first()
    return {
        "census": compared(case, answers, response.form_id),
        "previous": previous,
        "changes": changes_between(case, previous, response) if previous else [],
    }


def _ready_text(case: Case, code: str) -> str:
    return next((it.text for it in case.campaign.kind.return_reasons if it.code == code), "")


def _onward(request: HttpRequest, after: int | None) -> HttpResponse:
    """To the next case when the person asked for it, else back to the queue, filters kept."""
    kept = carried(request.GET)
    query = f"?{kept}" if kept else ""
    if after is not None:
        return redirect(reverse("review", args=[after]) + query)
    return redirect(reverse("queue") + query)


def _after(request: HttpRequest, case: Case) -> int | None:
    """The next case, looked up before this one leaves the queue."""
    return next_case(signed_in(request), case, request.GET)[1] if request.POST.get("tiep") else None


@login_required
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    case = get_object_or_404(case_for(user, pk, "case.review"))
    after = _after(request, case)
    actions.approve(user, case, whole_number(request.POST.get("version", "")))
    messages.success(request, f"Đã duyệt phiếu của {case.unit.name}.")
    return _onward(request, after)


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
    after = _after(request, case)
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
    return _onward(request, after)


@login_required
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A level above takes the last approval back, with its reason in writing."""
    user = signed_in(request)
    case = get_object_or_404(case_for(user, pk, "case.take_back"))
    if above(user, case) is None and request.method != "POST":
        raise NotNow("Phiếu này không có lần duyệt nào của cấp dưới mà bạn bỏ được.")
    context: dict[str, object] = {"case": case, "steps": steps(case), "taken_back": taken_back(case)}
    if request.method != "POST":
        return render(request, "cases/take_back.html", context)
    reason = request.POST.get("reason", "")
    try:
        reviewing.take_back(user, case, whole_number(request.POST.get("version", "")), reason)
    except (Invalid, NotNow, Stale) as refusal:
        case.refresh_from_db()
        problems = refusal.problems if isinstance(refusal, Invalid) else ()
        context |= {"refused": refusal.message, "problems": problems, "reason": reason}
        return render(request, "cases/take_back.html", context, status=refusal.status)
    messages.success(request, f"Đã bỏ duyệt phiếu của {case.unit.name}; cấp dưới sẽ xem lại.")
    return redirect("history", case.pk)


urlpatterns = [
    path("duyet/<int:pk>/", review, name="review"),
    path("duyet/<int:pk>/duyet/", approve, name="approve"),
    path("duyet/<int:pk>/tra-lai/", give_back, name="give_back"),
    path("duyet/<int:pk>/bo-duyet/", take_back, name="take_back"),
]
