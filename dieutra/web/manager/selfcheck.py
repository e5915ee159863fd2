"""The security self-check, for the centre: its runs, one run with the evidence, and the lines that need a person."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.cases import files
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Refusal
from dieutra.jobs.models import Job
from dieutra.people.models import User
from dieutra.people.permission import may
from dieutra.selfcheck import actions
from dieutra.selfcheck.centres import speaks
from dieutra.selfcheck.lines import FAIL, PERSON, RESULTS
from dieutra.selfcheck.models import Answer, Run
from dieutra.selfcheck.person_part import BY_CODE, person_lines
from dieutra.selfcheck.queries import answers_to, sealed, waiting_answers
from dieutra.web.requests import signed_in

ENDINGS = {"json": "application/json", "pdf": "application/pdf"}
PAGE = 20


def _centre(request: HttpRequest) -> tuple[User, Campaign]:
    """The person and a campaign at whose centre she sits and which speaks for the installation; else Forbidden."""
    user = signed_in(request)
    hers = [it for it in campaigns_of(user) if may(user, "selfcheck.read", it)]
    for campaign in hers:
        if speaks(campaign):
            return user, campaign
    raise Forbidden(actions.PRACTICE_ONLY if hers else actions.CENTRE_ONLY)


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    user, campaign = _centre(request)
    runs = Run.objects.select_related("made_by").defer("facts").order_by("-pk")
    busy = Job.objects.filter(kind="selfcheck.run", state__in=[Job.State.WAITING, Job.State.RUNNING]).exists()
    context = {
        "page": Paginator(runs, PAGE).get_page(request.GET.get("trang")),
        "busy": busy,
        "may_run": may(user, "selfcheck.run", campaign),
        "may_answer": may(user, "selfcheck.answer", campaign),
        "lines": [(it, RESULTS[it.result]) for it in person_lines()],
        "waiting": {it.code for it in waiting_answers()},
        "practice": campaign.kind.simulated,
    }
    return render(request, "selfcheck/list.html", context)


@login_required
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    user, campaign = _centre(request)
    actions.ask(user, campaign)
    messages.success(request, "Đang kiểm tra ở nền; tải lại trang sau ít giây để xem kết quả.")
    return redirect("selfcheck")


@login_required
@require_safe
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    _centre(request)
    found = get_object_or_404(Run.objects.select_related("made_by"), pk=pk)
    lines = found.facts["lines"]
    only = request.GET.get("chi", "")
    kept = [it for it in lines if not only or it["result"] == only]
    parts: dict[str, list[dict[str, object]]] = {}
    for line in kept:
        parts.setdefault(line["part"], []).append({**line, "words": RESULTS[line["result"]]})
    counts = [(code, words, sum(it["result"] == code for it in lines)) for code, words in RESULTS.items()]
    context = {"run": found, "parts": parts.items(), "counts": counts, "only": only, "sealed": sealed(found)}
    return render(request, "selfcheck/run.html", context | {"fail": FAIL, "person": PERSON})


@login_required
@require_safe
def download(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    _centre(request)
    if ending not in ENDINGS:
        raise Http404
    found = get_object_or_404(Run, pk=pk)
    name = f"tu-danh-gia-{pk}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(actions.content_of(found, ending), content_type=ENDINGS[ending], headers=headers)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """A line that needs a person: what was answered, a new answer, and agreement to one that waits."""
    user, campaign = _centre(request)
    if code not in BY_CODE:
        raise Http404
    if request.method != "POST":
        return _line(request, user, campaign, code)
    sent, given = request.FILES.get("file"), request.POST
    try:
        content = (sent.name or "", sent.read(settings.FILE_LIMIT + 1)) if sent else None
        actions.answer(user, campaign, code, given.get("result", ""), given.get("note", ""), content)
    except (Invalid, NotNow) as refusal:
        return _line(request, user, campaign, code, refusal)
    messages.success(
        request, "Đã ghi câu trả lời. Câu trả lời có giá trị khi một người giữ vai trò khác xác nhận."
    )
    return redirect("selfcheck_answer", code)


def _line(
    request: HttpRequest, user: User, campaign: Campaign, code: str, refusal: Refusal | None = None
) -> HttpResponse:
    context = {
        "asked": BY_CODE[code],
        "practice": campaign.kind.simulated,
        "answers": answers_to(code)[:50],
        "results": Answer.Result.choices,
        "may_answer": may(user, "selfcheck.answer", campaign),
        "may_second": may(user, "selfcheck.second", campaign),
        "given": request.POST,
        "refused": refusal.message if refusal else "",
        "problems": refusal.problems if isinstance(refusal, Invalid) else (),
    }
    return render(request, "selfcheck/line.html", context, status=refusal.status if refusal else 200)


@login_required
@require_POST
def second(request: HttpRequest, pk: int) -> HttpResponse:
    user, campaign = _centre(request)
    given = get_object_or_404(Answer, pk=pk)
    agrees = request.POST.get("verdict") == "agree"
    try:
        actions.second(user, campaign, given, agrees, request.POST.get("why", ""))
    except (Invalid, NotNow) as refusal:
        return _line(request, user, campaign, given.code, refusal)
    messages.success(request, "Đã xác nhận câu trả lời." if agrees else "Đã ghi không đồng ý.")
    return redirect("selfcheck_answer", given.code)


@login_required
@require_safe
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The file that came with an answer; always a download."""
    _centre(request)
    found = get_object_or_404(Answer.objects.exclude(file_sha256=""), pk=pk)
    headers = {
        "Content-Disposition": content_disposition_header(True, found.file_name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    }
    content = files.content_of(found.file_sha256, found.file_name)
    return HttpResponse(content, content_type=found.file_type, headers=headers)


urlpatterns = [
    path("tu-danh-gia/", listed, name="selfcheck"),
    path("tu-danh-gia/chay/", run, name="selfcheck_run"),
    path("tu-danh-gia/<int:pk>/", shown, name="selfcheck_shown"),
    path("tu-danh-gia/<int:pk>/tep.<str:ending>", download, name="selfcheck_file"),
    path("tu-danh-gia/muc/<slug:code>/", answer, name="selfcheck_answer"),
    path("tu-danh-gia/tra-loi/<int:pk>/xac-nhan/", second, name="selfcheck_second"),
    path("tu-danh-gia/tra-loi/<int:pk>/tep/", evidence, name="selfcheck_evidence"),
]
