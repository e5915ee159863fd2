"""What ODK Collect sent about a case: how each submission ended, and the choice when one differs from the draft."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.cases.actions import DraftMoved
from dieutra.cases.models import Case, Submission
from dieutra.cases.queries import sheet_to_fill, submissions_for
from dieutra.channels.openrosa import choosing
from dieutra.channels.openrosa.differences import NOTHING, differences
from dieutra.engine.flow.workflow import FILLABLE
from dieutra.web.requests import signed_in, whole_number
from dieutra.web.respondent.views import own_case

SHOWN = 300  # places of one submission


@login_required
@require_safe
def collected(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, own_case(request, pk))


def _page(request: HttpRequest, case: Case, refused: str = "", status: int = 200) -> HttpResponse:
    submissions = list(submissions_for(signed_in(request)).filter(case=case))
    held = [it for it in submissions if it.outcome == Submission.Outcome.HELD]
    context = {
        "case": case,
        "open": case.state in FILLABLE,
        "version": sheet_to_fill(case).version,
        "held": [_shown(it) for it in held],
        "submissions": submissions,
        "refused": refused,
    }
    return render(request, "cases/collected.html", context, status=status)


def _shown(submission: Submission) -> dict[str, object]:
    """What stands otherwise in the draft first; what the draft leaves blank is only counted until it is opened."""
    found = differences(submission)
    blank = [it for it in found if it.stands == NOTHING]
    return {
        "submission": submission,
        "clashing": [it for it in found if it.stands != NOTHING],
        "blank": len(blank),
        "filled": blank[:SHOWN],
    }


def _own(request: HttpRequest, pk: int) -> tuple[Submission, Case]:
    submission = get_object_or_404(submissions_for(signed_in(request)), pk=pk)
    return submission, own_case(request, submission.case_id or 0)


@login_required
@require_POST
def use(request: HttpRequest, pk: int) -> HttpResponse:
    submission, case = _own(request, pk)
    try:
        choosing.use(signed_in(request), submission, whole_number(request.POST.get("base_version", "")))
    except DraftMoved:
        words = (
            "Phiếu vừa được lưu thêm ở nơi khác. Chưa có gì bị thay; hãy xem lại các ô khác nhau rồi chọn."
        )
        return _page(request, case, words, 409)
    messages.success(request, "Đã lấy bản từ ODK Collect vào phiếu. Hãy kiểm tra rồi gửi phiếu.")
    return redirect("check", case.pk)


@login_required
@require_POST
def pass_over(request: HttpRequest, pk: int) -> HttpResponse:
    submission, case = _own(request, pk)
    choosing.pass_over(signed_in(request), submission)
    messages.success(request, "Giữ phiếu đang nhập. Bản từ ODK Collect vẫn được lưu để đối chiếu.")
    return redirect("fill", case.pk)


urlpatterns = [
    path("phieu/<int:pk>/collect/", collected, name="collected"),
    path("ban-gui/<int:pk>/lay/", use, name="collected_use"),
    path("ban-gui/<int:pk>/bo-qua/", pass_over, name="collected_pass"),
]
