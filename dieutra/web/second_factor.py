"""Who needs a second factor and has none sets it up before anything else."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from dieutra.accounts.second_factor import has_one, needed
from dieutra.people.models import User
from dieutra.web.errors import wants_json
from dieutra.web.middleware import View

OPEN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "activate",
        "healthz",
        "guides",
        "guide",
        "guide_chapter",
        "guide_print",
        "guide_file",
    }
)
SETTLED = "second_factor"  # in the session: asked and answered, until it ends
WHY = "Vai trò của bạn phải đăng nhập hai bước. Hãy bật xác thực hai bước trước khi làm việc khác."


class SecondFactor:
    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECOND_FACTOR != "required" or not self._lacks(request):
            return self.get_response(request)
        if wants_json(request):
            return JsonResponse({"detail": WHY, "problems": []}, status=403)
        return redirect("mfa_activate_totp")

    def _lacks(self, request: HttpRequest) -> bool:
        user = request.user
        if not isinstance(user, User) or request.session.get(SETTLED) or self._open(request.path_info):
            return False
        if needed(user) and not has_one(user):
            return True
        request.session[SETTLED] = True
        return False

    def _open(self, path: str) -> bool:
        if path.startswith(settings.STATIC_URL):
            return True
        try:
            return resolve(path).url_name in OPEN
        except Resolver404:
            return False
