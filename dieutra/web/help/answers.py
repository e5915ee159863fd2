"""The desk's side of a question: answer, pass on, put into the FAQ, take out of it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.http import require_POST

from dieutra.engine.refusals import Invalid, NotNow, Stale
from dieutra.incidents import actions, faq
from dieutra.incidents.queries import faq_for, question_for
from dieutra.web.help.questions import thread_page
from dieutra.web.requests import signed_in, whole_number


@login_required
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    question = get_object_or_404(question_for(user, pk))
    version, text = whole_number(request.POST.get("version", "")), request.POST.get("text", "")
    sent = [(it.name or "", it.read()) for it in request.FILES.getlist("files")]
    try:
        actions.answer(user, question, version, text, sent)
    except (Invalid, NotNow, Stale) as refusal:
        question.refresh_from_db()
        return thread_page(request, question, refusal)
    messages.success(request, f"Đã trả lời câu hỏi số {pk}.")
    return redirect("question", pk)


@login_required
@require_POST
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    question = get_object_or_404(question_for(user, pk))
    version, why = whole_number(request.POST.get("version", "")), request.POST.get("why", "")
    try:
        actions.transfer(user, question, version, request.POST.get("to", "up"), why)
    except (Invalid, NotNow, Stale) as refusal:
        question.refresh_from_db()
        return thread_page(request, question, refusal)
    messages.success(request, f"Đã chuyển câu hỏi số {pk}.")
    return redirect("question_desk")


@login_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    question = get_object_or_404(question_for(user, pk))
    try:
        faq.publish_answer(user, question, request.POST.get("asked", ""), request.POST.get("answered", ""))
    except (Invalid, NotNow) as refusal:
        return thread_page(request, question, refusal)
    messages.success(request, "Đã đưa vào Hỏi đáp.")
    return redirect("question", pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    faq.withdraw_entry(user, get_object_or_404(faq_for(user), pk=pk))
    messages.success(request, "Đã gỡ khỏi Hỏi đáp.")
    return redirect("help")


urlpatterns = [
    path("hoi-dap/<int:pk>/tra-loi/", answer, name="question_answer"),
    path("hoi-dap/<int:pk>/chuyen/", transfer, name="question_transfer"),
    path("hoi-dap/<int:pk>/dang/", publish, name="faq_publish"),
    path("hoi-dap/muc/<int:pk>/go/", withdraw, name="faq_withdraw"),
]
