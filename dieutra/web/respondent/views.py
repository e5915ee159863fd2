"""The unit: fill, check, send, see the receipt and the history."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dieutra.cases import actions
from dieutra.cases.history import steps, taken_back
from dieutra.cases.models import Case, State
from dieutra.cases.queries import (
    case_for,
    cases_of,
    comments_on,
    form_change_of,
    sheet_as_sent,
    sheet_to_fill,
    submissions_for,
)
from dieutra.cases.reviewing import above
from dieutra.channels.paper import documents
from dieutra.channels.web.parse import changes_from_post, justifications_from_post, seen_from_post
from dieutra.engine.flow.workflow import FILLABLE
from dieutra.engine.lang import place_of
from dieutra.engine.refusals import Invalid, NotNow
from dieutra.forms.queries import engine_form
from dieutra.people.permission import may
from dieutra.web.requests import MALFORMED, signed_in, whole_number
from dieutra.web.respondent.keeping import kept_files
from dieutra.web.respondent.page import findings_json, help_at, page_of


def own_case(request: HttpRequest, pk: int) -> Case:
    """The case, if it is one that this person fills; otherwise 404."""
    return get_object_or_404(case_for(signed_in(request), pk, "case.fill"))


@login_required
@require_safe
def my_form(request: HttpRequest) -> HttpResponse:
    cases = list(cases_of(signed_in(request))[:50])
    if len(cases) == 1 and cases[0].state in FILLABLE:
        return redirect("fill", cases[0].pk)
    if len(cases) == 1:
        return redirect("receipt", cases[0].pk)
    return render(request, "cases/mine.html", {"cases": cases})


@login_required
@require_safe
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    case = own_case(request, pk)
    if case.state not in FILLABLE:
        return redirect("receipt", pk)
    comments = comments_on(case, standing_only=True)
    page = page_of(case, sheet_to_fill(case), comments, request)
    known = engine_form(case.form_id).by_path
    page["general_comments"] = [it for it in comments if place_of(it["path"]) not in known]
    page["form_change"] = form_change_of(case)
    page["submissions"] = list(submissions_for(signed_in(request)).filter(case=case)[:20])
    return render(request, "cases/fill.html", page | help_at(signed_in(request), case))


@login_required
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Autosave: {base_version, changes, justifications} -> {version, saved_at, missing, findings}; 409 with the draft."""
    user, case = signed_in(request), own_case(request, pk)
    try:
        saved = actions.save_draft(user, case, *_saving(request))
    except actions.DraftMoved as moved:
        draft = moved.draft
        body = {
            "detail": moved.message,
            "version": draft.version,
            "answers": actions.answers_now(case, draft),
            "saved_by": draft.saved_by.full_name if draft.saved_by else "",
            "saved_at": draft.saved_at.isoformat(),
            "reload": isinstance(moved, actions.FormMoved),
        }
        return JsonResponse(body, status=moved.status)
    return JsonResponse(
        {
            "version": saved.version,
            "saved_at": timezone.now().isoformat(),
            "missing": list(saved.state.missing),
            "findings": findings_json(saved.state),
        }
    )


def _saving(request: HttpRequest) -> tuple[int, dict[str, str], dict[str, str], list[int], str, int]:
    """The body of an autosave, or Invalid when it has another shape."""
    wrong = Invalid("Dữ liệu gửi lên không đúng dạng. Hãy tải lại trang; số liệu đã lưu vẫn còn.")
    try:
        body = json.loads(request.body)
        base, changes, said = (
            int(body["base_version"]),
            body.get("changes", {}),
            body.get("justifications", {}),
        )
    except MALFORMED:
        raise wrong from None
    for table in (changes, said):
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            raise wrong
    form = whole_number(str(body.get("form", "")), otherwise=0)
    return base, changes, said, _numbers(body.get("seen", [])), str(body.get("tab", ""))[:64], form


def _numbers(ids: object) -> list[int]:
    """Ids of remarks as the page sends them; what is no number is none of ours."""
    return [whole_number(str(it)) for it in ids] if isinstance(ids, list) else []


@login_required
@require_POST
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """Saving without JavaScript: the whole page comes back as a form. After a clash what was typed is shown, not saved."""
    user, case = signed_in(request), own_case(request, pk)
    typed, row = changes_from_post(engine_form(case.form_id), request.POST, sheet_to_fill(case).answers)
    typed |= kept_files(user, case, request.FILES)
    said = justifications_from_post(request.POST)
    seen = _numbers(list(seen_from_post(request.POST)))
    try:
        base = whole_number(request.POST.get("base_version", ""))
        shown = whole_number(request.POST.get("form_shown", ""), otherwise=0)
        actions.save_draft(user, case, base, typed, said, seen, form_shown=shown)
    except actions.DraftMoved as moved:
        page = page_of(case, sheet_to_fill(case, typed), comments_on(case, standing_only=True), request)
        page |= {"clash": moved.message} | help_at(user, case)
        return render(request, "cases/fill.html", page, status=moved.status)
    if row:
        return redirect(f"{reverse('fill', args=[pk])}#{row}")
    messages.success(request, "Đã lưu phiếu.")
    return redirect("check" if request.POST.get("act") == "check" else "fill", pk)


@login_required
@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Check your answers: what is missing, wrong or to be explained, then send."""
    case = own_case(request, pk)
    if case.state not in FILLABLE:
        return redirect("receipt", pk)
    return render(request, "cases/check.html", _check_page(case, request))


def _check_page(case: Case, request: HttpRequest) -> dict[str, Any]:
    page = page_of(case, sheet_to_fill(case), [], request)
    soft = page["view"].soft
    return page | {"unexplained": any(it.justify and not it.justification.strip() for it in soft)}


@login_required
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    user, case = signed_in(request), own_case(request, pk)
    try:
        response = actions.submit(user, case, whole_number(request.POST.get("base_version", "")))
    except Invalid as refusal:
        page = _check_page(case, request) | {"refused": refusal.message}
        return render(request, "cases/check.html", page, status=refusal.status)
    messages.success(request, f"Đã gửi phiếu. Mã biên nhận: {response.receipt}.")
    return redirect("receipt", pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    case = own_case(request, pk)
    actions.withdraw(signed_in(request), case, whole_number(request.POST.get("version", "")))
    messages.success(request, "Đã rút lại phiếu. Sửa xong hãy gửi lại.")
    return redirect("fill", pk)


@login_required
@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    case = own_case(request, pk)
    if case.response is None:
        return redirect("fill", pk)
    context = {"case": case, "may_withdraw": case.state == State.SUBMITTED, "history": steps(case)}
    return render(request, "cases/receipt.html", context)


@login_required
@require_safe
def answers_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The form as a PDF to print and sign: its draft for the unit that fills it, for others only what was sent."""
    user = signed_in(request)
    case = get_object_or_404(case_for(user, pk, "case.read"))
    if case.state in FILLABLE and may(user, "case.fill", case):
        pdf = documents.form_pdf(case, sheet_to_fill(case), None)
    elif case.response:
        pdf = documents.form_pdf(case, sheet_as_sent(case, case.response), case.response)
    else:
        raise NotNow("Đơn vị chưa gửi phiếu nên chưa có bản in.")
    return _pdf(pdf, f"phieu-{case.unit.code}.pdf")


@login_required
@require_safe
def receipt_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    case = own_case(request, pk)
    if case.response is None:
        raise NotNow("Phiếu chưa được gửi nên chưa có biên nhận.")
    return _pdf(documents.receipt_pdf(case, case.response), f"bien-nhan-{case.response.receipt}.pdf")


def _pdf(content: bytes, filename: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{filename}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@login_required
@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(case_for(signed_in(request), pk, "case.read"))
    context = {
        "case": case,
        "steps": steps(case),
        "responses": case.responses.select_related("sent_by").order_by("-number"),
        "comments": comments_on(case),
        "back": reverse("home"),
        "may_take_back": above(signed_in(request), case) is not None,
        "taken_back": taken_back(case) if may(signed_in(request), "case.take_back", case) else (),
    }
    return render(request, "cases/history.html", context)


urlpatterns = [
    path("phieu/", my_form, name="my_form"),
    path("phieu/<int:pk>/", fill, name="fill"),
    path("phieu/<int:pk>/luu/", save, name="save"),
    path("phieu/<int:pk>/luu-trang/", post, name="post"),
    path("phieu/<int:pk>/kiem-tra/", check, name="check"),
    path("phieu/<int:pk>/gui/", submit, name="submit"),
    path("phieu/<int:pk>/rut-lai/", withdraw, name="withdraw"),
    path("phieu/<int:pk>/bien-nhan/", receipt, name="receipt"),
    path("phieu/<int:pk>/bien-nhan.pdf", receipt_pdf, name="receipt_pdf"),
    path("phieu/<int:pk>/phieu.pdf", answers_pdf, name="answers_pdf"),
    path("phieu/<int:pk>/lich-su/", history, name="history"),
]
