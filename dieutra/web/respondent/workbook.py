"""The unit works in Excel: take the workbook, send it back, choose when the draft has moved meanwhile."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dieutra.cases.models import Case
from dieutra.cases.queries import sheet_to_fill
from dieutra.channels.workbook.handing import file_name
from dieutra.channels.workbook.intake import Moved, take, take_over
from dieutra.channels.workbook.make import make_workbook
from dieutra.engine.flow.workflow import FILLABLE
from dieutra.engine.refusals import Invalid, NotNow, Refusal, Stale
from dieutra.engine.spreadsheet import XLSX
from dieutra.web.requests import signed_in
from dieutra.web.respondent.views import own_case


@login_required
@require_http_methods(["GET", "POST"])
def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """Download and upload; what comes back shows its result on this page."""
    case = own_case(request, pk)
    if case.state not in FILLABLE:
        return redirect("receipt", pk)
    if request.method != "POST":
        return _page(request, case)
    try:
        outcome = take(signed_in(request), case, _uploaded(request))
    except (Invalid, NotNow, Stale) as refusal:
        return _refused(request, case, refusal)
    if isinstance(outcome, Moved):
        return _page(request, case, status=409, moved=outcome, warnings=outcome.warnings)
    return _page(request, case, taken=outcome, warnings=outcome.warnings)


def _uploaded(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("Hãy chọn tệp Excel của phiếu trên máy của bạn.")
    if (file.size or 0) > settings.UPLOAD_LIMIT:
        raise Invalid(f"Tệp lớn hơn {settings.UPLOAD_LIMIT // 1024 // 1024} MB, không phải tệp của phiếu.")
    content: bytes = file.read()
    return content


def _refused(request: HttpRequest, case: Case, refusal: Refusal) -> HttpResponse:
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    return _page(request, case, status=refusal.status, refused=refusal.message, problems=problems)


def _page(request: HttpRequest, case: Case, status: int = 200, **outcome: Any) -> HttpResponse:
    return render(request, "cases/workbook.html", {"case": case, **outcome}, status=status)


@login_required
@require_POST
def workbook_take(request: HttpRequest, pk: int) -> HttpResponse:
    """The person has seen what differs and wants the file's answers."""
    case = own_case(request, pk)
    try:
        cells = take_over(signed_in(request), case, request.POST.get("choice", ""))
    except (Invalid, NotNow, Stale) as refusal:
        return _refused(request, case, refusal)
    messages.success(request, f"Đã nhận {cells} ô từ tệp Excel.")
    return redirect("check", pk)


@login_required
@require_GET
def workbook_file(request: HttpRequest, pk: int) -> HttpResponse:
    case = own_case(request, pk)
    if case.state not in FILLABLE:
        raise NotNow("Phiếu đã gửi nên không sửa được nữa. Hãy tải bản in (PDF) ở trang biên nhận.")
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(case)}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(make_workbook(case, sheet_to_fill(case)), content_type=XLSX, headers=headers)


urlpatterns = [
    path("phieu/<int:pk>/excel/", workbook, name="workbook"),
    path("phieu/<int:pk>/excel/nhan/", workbook_take, name="workbook_take"),
    path("phieu/<int:pk>/phieu.xlsx", workbook_file, name="workbook_file"),
]
