"""Workbooks that come back by the hundred: sending them, and what became of each."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from dieutra.channels.workbook.actions import Arrived, bring_in
from dieutra.channels.workbook.models import Batch, Outcome
from dieutra.channels.workbook.queries import batch_for, batches_of, cells_of, files_of, standing
from dieutra.channels.workbook.report import write_report
from dieutra.engine.refusals import Invalid
from dieutra.engine.spreadsheet import XLSX
from dieutra.web.manager.workbooks import area_asked_for, place_of
from dieutra.web.requests import signed_in
from dieutra.web.uploads import TOO_MUCH, Arriving

PAGE = 50
COUNTED = (Outcome.TAKEN, Outcome.WITH_FINDINGS, Outcome.NOTHING_NEW, Outcome.SAME, Outcome.REFUSED)


@login_required
@require_http_methods(["GET", "POST"])
def batches(request: HttpRequest) -> HttpResponse:
    """Send workbooks of an area, and the batches sent before."""
    user = signed_in(request)
    campaign, tops = place_of(user)
    area = area_asked_for(campaign, tops, request.POST.get("area") or request.GET.get("area"))
    context = {
        "area": area,
        "sent": Paginator(batches_of(user, campaign), 20).get_page(request.GET.get("trang")),
        "most": settings.BATCH_FILES,
        "megabytes": settings.BATCH_LIMIT // 1024 // 1024,
    }
    if request.method != "POST":
        return render(request, "workbooks/batches.html", context)
    try:
        batch = bring_in(user, campaign, area, _arrived(request))
    except Invalid as refusal:
        context["refused"] = refusal.message
        return render(request, "workbooks/batches.html", context, status=refusal.status)
    return redirect("workbook_batch", batch.pk)


def _arrived(request: HttpRequest) -> list[Arrived]:
    files = [it for it in request.FILES.getlist("files") if isinstance(it, Arriving)]
    if request.META.get(TOO_MUCH):
        megabytes = settings.BATCH_LIMIT // 1024 // 1024
        raise Invalid(
            f"Các tệp gửi một lần lớn hơn {megabytes} MB nên không tệp nào được nhận. Hãy chia thành nhiều lần gửi."
        )
    if len(files) > settings.BATCH_FILES:
        raise Invalid(f"Mỗi lần chọn nhiều nhất {settings.BATCH_FILES} tệp. Hãy chia thành nhiều lần gửi.")
    return [Arrived(it.name or "", it.path, it.digest, it.size or 0) for it in files]


@login_required
@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a batch is, and a row per file."""
    found = _own(request, pk)
    outcome, text = request.GET.get("ket-qua", ""), request.GET.get("tim", "")
    said = standing(found)
    context = {
        "batch": found,
        "standing": said,
        "outcomes": [(it.value, it.label, said.of(it)) for it in COUNTED],
        "outcome": outcome,
        "text": text,
        "query": urlencode({"ket-qua": outcome, "tim": text}) + "&",
        "page": Paginator(files_of(found, outcome, text), PAGE).get_page(request.GET.get("trang")),
        "working": found.ended_at is None and not said.failed,
    }
    return render(request, "workbooks/batch.html", context)


@login_required
@require_GET
def batch_file(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The cells of one file that want looking at."""
    found = _own(request, pk)
    file = get_object_or_404(files_of(found), number=number)
    page = Paginator(cells_of(file), 2 * PAGE).get_page(request.GET.get("trang"))
    return render(request, "workbooks/batch_file.html", {"batch": found, "file": file, "page": page})


@login_required
@require_GET
def batch_report(request: HttpRequest, pk: int) -> FileResponse:
    found = _own(request, pk)
    name = f"ket-qua-nhan-tep-{found.area.code}-{found.pk}.xlsx"
    return FileResponse(write_report(found), as_attachment=True, filename=name, content_type=XLSX)


def _own(request: HttpRequest, pk: int) -> Batch:
    return get_object_or_404(batch_for(signed_in(request), pk))


urlpatterns = [
    path("nhan-tep-excel/", batches, name="workbook_batches"),
    path("nhan-tep-excel/<int:pk>/", batch, name="workbook_batch"),
    path("nhan-tep-excel/<int:pk>/tep/<int:number>/", batch_file, name="workbook_batch_file"),
    path("nhan-tep-excel/<int:pk>/ket-qua.xlsx", batch_report, name="workbook_batch_report"),
]
