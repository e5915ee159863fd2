"""Whose password is too old chooses another one before anything else; a notice tells it some days before."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone

from dieutra.accounts.password_age import due
from dieutra.people.models import User
from dieutra.web import see_as
from dieutra.web.errors import wants_json
from dieutra.web.middleware import View

OPEN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_change_password",
        "activate",
        "forgotten",
        "healthz",
    }
)
KEPT = "password_due"  # in the session: [when the password was set, told from, must from], all but the first may be ""
WHY = "Mật khẩu của bạn đã quá hạn dùng. Hãy đặt mật khẩu mới trước khi làm việc khác."


class PasswordAge:
    """Sets `request.password_due` to the day, when it is near."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        # while somebody is looked at as, one's own pages are shut; that lasts half an hour at most
        if not isinstance(user, User) or see_as.KEY in request.session:
            return self.get_response(request)
        told, must = _days(request, user)
        now = timezone.now()
        if told is None or must is None or now < told:
            return self.get_response(request)
        if now < must:
            request.password_due = must  # type: ignore[attr-defined]
            return self.get_response(request)
        if _open(request.path_info):
            request.password_overdue = True  # type: ignore[attr-defined]
            return self.get_response(request)
        if wants_json(request):
            return JsonResponse({"detail": WHY, "problems": []}, status=403)
        return redirect("account_change_password")


def _days(request: HttpRequest, user: User) -> tuple[datetime | None, datetime | None]:
    """Read once per session and password."""
    at = user.password_changed_at.isoformat() if user.password_changed_at else ""
    kept = request.session.get(KEPT)
    if not kept or kept[0] != at:
        days = due(user)
        kept = [at, *(it.isoformat() for it in days)] if days else [at, "", ""]
        request.session[KEPT] = kept
    told, must = (datetime.fromisoformat(it) if it else None for it in kept[1:])
    return told, must


def _open(path: str) -> bool:
    if path.startswith(settings.STATIC_URL):
        return True
    try:
        name = resolve(path).url_name or ""
    except Resolver404:
        return False
    return name in OPEN or name.startswith("mfa_")
