"""One's own notices, behind the bell; and the page on which the receiver of a mail says that she wants no more."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from dieutra.messages import queries, suppressing
from dieutra.messages.actions import read_notices
from dieutra.web.requests import signed_in

PAGE = 30


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    page = Paginator(queries.notices(user), PAGE).get_page(request.GET.get("trang"))
    return render(request, "messages/notices.html", {"page": page, "unread": queries.unread(user)})


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    read_notices(signed_in(request))
    return redirect("notices")


@csrf_exempt  # RFC 8058: a mail program posts without having opened the page; the link is the right to do so
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, since scanners of mail open every link; POST does it."""
    if request.method == "POST":
        suppressing.unsubscribe(token)
        return render(request, "messages/unsubscribe.html", {"done": True})
    message = suppressing.message_of(token)
    return render(request, "messages/unsubscribe.html", {"address": message.to})


urlpatterns = [
    path("thong-bao-cua-toi/", mine, name="notices"),
    path("thong-bao-cua-toi/da-doc/", read, name="notices_read"),
    path("thoi-nhan-thu/<str:token>/", unsubscribe, name="unsubscribe"),
]
