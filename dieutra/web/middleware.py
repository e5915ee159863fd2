"""What every request passes: security headers, the idle lock, and refusals turned into plain pages."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from dieutra.engine.refusals import Refusal
from dieutra.web.errors import refusal_page, wants_json

View = Callable[[HttpRequest], HttpResponse]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
TOUCH_EVERY = 60


class SecurityHeaders:
    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
        if request.path.startswith(settings.STATIC_URL):
            return response
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class IdleLock:
    """Signs out a session that did nothing for IDLE_SECONDS; the touch is written once a minute at most."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, touched = int(time.time()), request.session.get("touched", 0)
            if touched and now - touched > settings.IDLE_SECONDS:
                logout(request)
                if not wants_json(request):
                    messages.info(
                        request, "Bạn đã được đăng xuất vì 15 phút không thao tác. Số liệu đã lưu vẫn còn."
                    )
            elif now - touched > TOUCH_EVERY:
                request.session["touched"] = now
        return self.get_response(request)


class PlainRefusals:
    """An action's refusal becomes a page (or JSON for scripts) with its status and its sentence."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusal_page(request, exception) if isinstance(exception, Refusal) else None
