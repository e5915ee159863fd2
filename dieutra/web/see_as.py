"""“See as” on the web: who looks is kept in the session, every request is read-only until it ends.

Three locks, one behind the other: requests that could write are refused, the database takes no writing statement while
the page is made, and neither `require` nor `record` knows this person as an actor.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import Resolver404, path, resolve
from django.views.decorators.http import require_POST

from dieutra.accounts import seeing
from dieutra.engine.refusals import Forbidden
from dieutra.people.models import Post, User
from dieutra.people.permission import READ_ONLY, visible_to
from dieutra.web.errors import refusal_page
from dieutra.web.middleware import View
from dieutra.web.requests import signed_in

KEY = "see_as"  # in the session: {"post": number of the post, "since": seconds}
LASTS = 30 * 60
LEAVING = frozenset({"see_as_stop", "account_logout"})
OWN = re.compile(r"^(mfa_|account_change_password|account_reauthenticate)")  # about one's own account alone
WRITES = re.compile(
    r"\s*(?!SELECT\b|WITH\b|SAVEPOINT\b|RELEASE\b|ROLLBACK\b|PRAGMA\b|EXPLAIN\b|SET\b|SHOW\b)\w+", re.I
)
HIDDEN_WRITES = re.compile(r"\b(INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM)\b", re.I)
IN_CTE = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|REPLACE(?!\s*\())\b", re.I)  # anywhere after WITH
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")  # names and texts
NOT_THEIRS = re.compile(r'"?(django_session|dieutra_cache)"?')  # the session of who looks, and counters


class SeeAs:
    """Puts the person who is looked at in the place of who looks, with `seen_by` set."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor, kept = request.user, request.session.get(KEY)
        if kept is None or not isinstance(actor, User):
            return self.get_response(request)
        post = _standing(actor, kept)
        if post is None:
            del request.session[KEY]
            messages.info(
                request, "Đã hết thời gian hoặc không còn quyền “xem như”. Bạn trở lại tài khoản của mình."
            )
            return redirect("home")
        post.user.seen_by = actor
        request.user = post.user
        name = _name(request.path_info)
        if name in LEAVING:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD", "OPTIONS") or OWN.match(name):
            return refusal_page(request, Forbidden(READ_ONLY))
        with connection.execute_wrapper(_only_reading):
            return self.get_response(request)


def _standing(actor: User, kept: dict[str, Any]) -> Post | None:
    """The post that is looked at, if that is still allowed; asked at every request."""
    post = Post.objects.select_related("user", "campaign").filter(pk=kept["post"]).first()
    if post is None or post.user_id != kept["user"] or not post.user.is_active:
        return None
    fresh = time.time() - kept["since"] < LASTS
    if fresh and seeing.may_see_as(actor, post):
        return post
    seeing.end(actor, post)
    return None


def _name(path_info: str) -> str:
    try:
        return resolve(path_info).url_name or ""
    except Resolver404:
        return ""


def _writes(sql: str) -> bool:
    """A SELECT over common table expressions begins with WITH as a writing statement may: there every verb is looked at."""
    if re.match(r"\s*WITH\b", sql, re.I) and IN_CTE.search(QUOTED.sub(" ", sql)):
        return True
    return bool(WRITES.match(sql) or HIDDEN_WRITES.search(sql))


def _only_reading(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if _writes(sql) and not NOT_THEIRS.search(sql):
        raise Forbidden(READ_ONLY)
    return execute(sql, params, many, context)


@login_required
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    actor = signed_in(request)
    posts = visible_to(Post.objects.filter(user__app_user__isnull=True), actor, "account.read")
    post = get_object_or_404(posts.select_related("user", "campaign"), pk=pk)
    seeing.begin(actor, post)
    request.session[KEY] = {"post": post.pk, "user": post.user_id, "since": int(time.time())}
    return redirect("home")


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    kept = request.session.pop(KEY, None)
    actor = getattr(request.user, "seen_by", None)
    if kept is not None and isinstance(actor, User):
        seeing.end(actor, Post.objects.get(pk=kept["post"]))
        return redirect("account", pk=kept["post"])
    return redirect("home")


urlpatterns = [
    path("tai-khoan/<int:pk>/xem-nhu/", begin, name="account_see_as"),
    path("thoi-xem-nhu/", stop, name="see_as_stop"),
]
