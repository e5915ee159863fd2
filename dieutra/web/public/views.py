"""Doors: home, activation, health."""

from __future__ import annotations

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from dieutra.campaigns.queries import campaigns_of
from dieutra.cases.models import State
from dieutra.cases.queries import cases_of
from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.frames.models import Listing
from dieutra.incidents.queries import answers_for_me, waiting_for
from dieutra.people import actions
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, posts_of
from dieutra.places.paths import under
from dieutra.supervision.queries import my_queue
from dieutra.teams.queries import my_tasks
from dieutra.web.opinion_todo import opinion_todo


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What must I do now? Each audience sees its own."""
    user = request.user
    if not isinstance(user, User):
        return render(request, "public/landing.html")
    roles = {post.role for post in posts_of(user)}
    if roles == {"dv"}:
        return redirect("my_form")
    return render(request, "public/home.html", {"todo": [*opinion_todo(user), *_todo(user, roles)]})


def _todo(user: User, roles: set[str]) -> list[dict[str, object]]:
    todo: list[dict[str, object]] = []
    if roles & GRANTS["case.fill"]:
        open_forms = cases_of(user).filter(state__in=[State.NEW, State.DRAFT, State.RETURNED]).count()
        todo.append({"count": open_forms, "words": "phiếu cần kê khai", "url": "my_form"})
    of_units = any(campaign.kind.opinion is None for campaign in campaigns_of(user))
    if of_units and roles & GRANTS["case.review"]:
        todo.append({"count": my_queue(user).count(), "words": "phiếu chờ bạn duyệt", "url": "queue"})
    if of_units and roles & GRANTS["frame.review"]:
        todo.append({"count": _listings_to_do(user), "words": "bảng kê cần bạn xử lý", "url": "listings"})
    if roles & GRANTS["question.answer"]:
        words = "câu hỏi chờ bạn trả lời"
        todo.append({"count": waiting_for(user).count(), "words": words, "url": "question_desk"})
    if answered := answers_for_me(user).count():
        todo.append({"count": answered, "words": "câu hỏi của bạn đã được trả lời", "url": "help"})
    if tasks := my_tasks(user).count():
        todo.append({"count": tasks, "words": "việc của tổ công tác giao cho bạn", "url": "my_tasks"})
    return todo


def _listings_to_do(user: User) -> int:
    """Listings that the person must review (her own level) or accept (one level below her)."""
    mine = Listing.objects.none()
    for post in posts_of(user):
        if post.role not in GRANTS["frame.review"]:
            continue
        below = Listing.objects.filter(under("path", post.path), campaign_id=post.campaign_id)
        kind = post.campaign.kind
        lower = [level for level in kind.listing_levels if kind.accepting_level(level) == post.level]
        mine = mine | below.filter(level=post.level, state__in=["reviewing", "returned"])
        mine = mine | below.filter(level__in=lower, state="sent")
    return mine.count()


@sensitive_post_parameters()
def activate(request: HttpRequest, token: str) -> HttpResponse:
    """Set the first password by the link of the mail."""
    try:
        person = actions.open_activation(token).user
    except NotNow as closed:
        return render(request, "people/activate.html", {"closed": closed.message}, status=closed.status)
    if request.method != "POST":
        return render(request, "people/activate.html", {"person": person})
    try:
        if request.POST.get("password", "") != request.POST.get("again", ""):
            raise Invalid("", [Problem("Mật khẩu", "Hai lần nhập mật khẩu không giống nhau.")])
        actions.activate(token, request.POST.get("password", ""))
    except Invalid as refusal:
        context = {"person": person, "problems": refusal.problems}
        return render(request, "people/activate.html", context, status=refusal.status)
    messages.success(request, "Tài khoản đã kích hoạt. Hãy đăng nhập bằng mật khẩu vừa đặt.")
    return redirect("account_login")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})


urlpatterns = [
    path("", home, name="home"),
    path("kich-hoat/<str:token>/", activate, name="activate"),
    path("healthz", healthz, name="healthz"),
]
