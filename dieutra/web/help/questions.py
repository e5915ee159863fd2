"""Questions: ask, my questions, the thread of one, and what its asker does with it."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.campaigns.desks import desks_of
from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.cases import files
from dieutra.cases.models import Case
from dieutra.cases.queries import case_for, cases_of
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.shown import REFERENCE
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Refusal, Stale
from dieutra.forms.queries import engine_form
from dieutra.incidents import actions
from dieutra.incidents.models import Question
from dieutra.incidents.queries import (
    file_for,
    in_my_area,
    late,
    my_questions,
    question_for,
    search_faq,
    waiting_for,
)
from dieutra.incidents.routing import next_desk, seat_of, topics_at
from dieutra.people.models import Role, User
from dieutra.people.permission import GRANTS, may, posts_of
from dieutra.places.models import Level
from dieutra.web.requests import signed_in, whole_number

PAGE = 30
SCALE = (
    (5, "Rất hài lòng"),
    (4, "Hài lòng"),
    (3, "Bình thường"),
    (2, "Chưa hài lòng"),
    (1, "Rất không hài lòng"),
)


@login_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """The FAQ with its search, and my own questions."""
    user = signed_in(request)
    text = request.GET.get("q", "")
    context = {
        "faq": Paginator(search_faq(user, text), PAGE).get_page(request.GET.get("trang")),
        "q": text,
        "query": f"q={text}&" if text else "",
        "mine": my_questions(user)[:50],
        "may_publish": _holds(user, "faq.publish"),
        "may_ask": _holds(user, "question.ask"),
    }
    return render(request, "help/home.html", context | _tabs(user, "help"))


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for me, the most urgent first; with `?state=` or `?q=` all questions of my area."""
    user = signed_in(request)
    if not _holds(user, "question.answer"):
        raise Forbidden("Chỉ giám sát viên, quản trị viên và Ban Chỉ đạo trả lời câu hỏi.")
    state, text = request.GET.get("state", ""), request.GET.get("q", "")
    everything = bool(state or text or "tat-ca" in request.GET)
    if everything:
        found = in_my_area(user, state if state in Question.State.values else "", text)
    else:
        found = waiting_for(user)
    page = Paginator(found, PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "everything": everything,
        "state": state,
        "states": Question.State.choices,
        "q": text,
        "query": f"tat-ca=1&state={state}&q={text}&" if everything else "",
        "late": set(late(found.filter(state=Question.State.OPEN)).values_list("pk", flat=True)[:1000]),
        "desks": {it.pk: _desk_words(it) for it in page},
        "topics": _topic_names(page.object_list),
    }
    return render(request, "help/desk.html", context | _tabs(user, "all" if everything else "desk"))


def _holds(user: User, verb: str) -> bool:
    return any(post.role in GRANTS[verb] for post in posts_of(user))


def _tabs(user: User, here: str) -> dict[str, object]:
    return {"tab": here, "answers": _holds(user, "question.answer"), "waiting": waiting_for(user).count()}


def _desk_words(question: Question) -> str:
    return f"{Role(question.role).label}, {str(Level(question.level).label).lower()}"


def _topic_names(questions: object) -> dict[int, str]:
    found: list[Question] = list(questions)  # type: ignore[call-overload]
    names = {it.pk: desks_of(it.campaign).topics.get(it.topic) for it in found}
    return {pk: topic.name for pk, topic in names.items() if topic}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """`?phieu=` the case and `?cau=` the place of its form; without them a question in general."""
    user = signed_in(request)
    given: Mapping[str, str] = request.POST if request.method == "POST" else request.GET
    case = _case(user, given.get("phieu", ""))
    campaign = case.campaign if case else campaigns_of(user).first()
    if campaign is None or not _holds(user, "question.ask"):
        raise Forbidden("Tài khoản này không gửi câu hỏi được.")
    if request.method != "POST":
        return _ask_page(request, campaign, case, given)
    sent = [(it.name or "", it.read()) for it in request.FILES.getlist("files")]
    topic, subject, text = (given.get(name, "") for name in ("topic", "subject", "text"))
    try:
        question = actions.ask(
            user, campaign, topic, subject, text, case=case, place=given.get("cau", ""), files=sent
        )
    except (Invalid, NotNow) as refusal:
        return _ask_page(request, campaign, case, given, refusal)
    messages.success(request, f"Đã gửi câu hỏi số {question.pk}.")
    return redirect("question", question.pk)


def _case(user: User, number: str) -> Case | None:
    """The case asked about; a unit with one form asks about that one."""
    if not number:
        mine = list(cases_of(user)[:2])
        return mine[0] if len(mine) == 1 else None
    return get_object_or_404(case_for(user, whole_number(number, otherwise=0), "case.read"))


def _ask_page(
    request: HttpRequest,
    campaign: Campaign,
    case: Case | None,
    given: Mapping[str, str],
    refusal: Refusal | None = None,
) -> HttpResponse:
    place = given.get("cau", "")
    context = {
        "case": case,
        "topics": topics_at(campaign, _asking_path(request, campaign, case)),
        "places": _places(engine_form(case.form_id)) if case else [],
        "place": place,
        "given": given,
        "similar": [it for it in search_faq(signed_in(request), "") if it.place == place][:5]
        if place
        else [],
        "refused": refusal.message if refusal else "",
        "problems": refusal.problems if isinstance(refusal, Invalid) else (),
    }
    return render(request, "help/ask.html", context, status=refusal.status if refusal else 200)


def _asking_path(request: HttpRequest, campaign: Campaign, case: Case | None) -> str:
    posts = posts_of(signed_in(request), campaign.pk)
    return case.path if case else next((it.path for it in posts if it.role in GRANTS["question.ask"]), "VN/")


def _places(form: Form) -> list[tuple[str, str]]:
    """What a question can be about: sections, tables and questions, without the cells of tables."""
    asked = [node for node in form.nodes if node.kind != "note" and not node.codes]
    named = [(node.path, REFERENCE.sub("…", node.label.get("vi", "")).strip()) for node in asked]
    return [(place, words[:110]) for place, words in named if words]


@login_required
@require_safe
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    question = get_object_or_404(question_for(signed_in(request), pk))
    return thread_page(request, question)


def thread_page(request: HttpRequest, question: Question, refusal: Refusal | None = None) -> HttpResponse:
    user = signed_in(request)
    topics = desks_of(question.campaign).topics
    seat = seat_of(user, question) if question.state == Question.State.OPEN else None
    turns = list(question.turns.select_related("author").prefetch_related("files").order_by("at", "pk"))
    first = next((it.text for it in turns if it.sort == "asked"), "")
    last = next((it.text for it in reversed(turns) if it.sort == "answered"), "")
    context = {
        "question": question,
        "turns": turns,
        "mine": question.asker_id == user.pk,
        "seat": seat,
        "topic": topics.get(question.topic),
        "other_topics": [it for it in topics.values() if it.code != question.topic],
        "next": next_desk(question.campaign, question) if seat else None,
        "desk": _desk_words(question),
        "late": late(Question.objects.filter(pk=question.pk, state="open")).exists(),
        "scale": SCALE,
        "may_publish": question.state != "open" and may(user, "faq.publish", question),
        "entries": question.entries.filter(withdrawn_at__isnull=True),
        "given": {"asked": first, "answered": last} | request.POST.dict(),
        "refused": refusal.message if refusal else "",
        "problems": refusal.problems if isinstance(refusal, Invalid) else (),
    }
    return render(request, "help/thread.html", context, status=refusal.status if refusal else 200)


def _act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One verb of the asker; a refusal is shown on the thread with what was typed."""
    user = signed_in(request)
    question = get_object_or_404(question_for(user, pk))
    version, text = whole_number(request.POST.get("version", "")), request.POST.get("text", "")
    level = whole_number(request.POST.get("satisfaction", ""), otherwise=0)
    sent = [(it.name or "", it.read()) for it in request.FILES.getlist("files")]
    try:
        if verb == "add":
            actions.add(user, question, version, text, sent)
        elif verb == "close":
            actions.close(user, question, version, level or None, text)
        elif verb == "rate":
            actions.rate(user, question, version, level, text)
        else:
            actions.reopen(user, question, version, text)
    except (Invalid, NotNow, Stale) as refusal:
        question.refresh_from_db()
        return thread_page(request, question, refusal)
    messages.success(request, DONE[verb])
    return redirect("question", pk)


DONE = {
    "add": "Đã ghi thêm vào câu hỏi.",
    "close": "Đã đóng câu hỏi. Cảm ơn bạn.",
    "rate": "Đã ghi mức hài lòng. Cảm ơn bạn.",
    "reopen": "Đã mở lại câu hỏi.",
}


@login_required
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "add")


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "close")


@login_required
@require_POST
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "rate")


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "reopen")


@login_required
@require_safe
def attached(request: HttpRequest, pk: int) -> HttpResponse:
    """Always a download: what somebody else sent is never shown as a page of this site."""
    found = get_object_or_404(file_for(signed_in(request), pk))
    headers = {
        "Content-Disposition": content_disposition_header(True, found.name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    content = files.content_of(found.sha256, found.name)
    return HttpResponse(content, content_type=found.content_type, headers=headers)


urlpatterns = [
    path("hoi-dap/", help_page, name="help"),
    path("hoi-dap/can-tra-loi/", desk, name="question_desk"),
    path("hoi-dap/moi/", ask, name="question_ask"),
    path("hoi-dap/<int:pk>/", thread, name="question"),
    path("hoi-dap/<int:pk>/them/", add, name="question_add"),
    path("hoi-dap/<int:pk>/dong/", close, name="question_close"),
    path("hoi-dap/<int:pk>/danh-gia/", rate, name="question_rate"),
    path("hoi-dap/<int:pk>/mo-lai/", reopen, name="question_reopen"),
    path("hoi-dap/tep/<int:pk>/", attached, name="question_file"),
]
