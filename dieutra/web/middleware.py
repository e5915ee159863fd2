"""What every request passes: security headers, the idle lock, and refusals turned into plain pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from dieutra.engine.refusals import Invalid, Refusal
from dieutra.web.errors import not_by_itself, refusal_page, wants_json

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


class BackToThePage:
    """What a browser cannot open by itself is never the end of a way.

    Who presses a button after the session has ended comes back to the page with the button, not to the address that
    only takes what a button sends; whoever opens such an address gets a page that says so.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            page = not_by_itself(request)
            page.headers["Allow"] = response.headers.get("Allow", "")
            return page
        sign_in = resolve_url(settings.LOGIN_URL)
        if request.method == "POST" and response.headers.get("Location", "").startswith(f"{sign_in}?next="):
            messages.warning(
                request, "Phiên làm việc đã hết nên việc vừa bấm chưa được ghi. Hãy đăng nhập rồi làm lại."
            )
            response.headers["Location"] = f"{sign_in}?{urlencode({'next': _page_of(request)})}"
        return response


def _page_of(request: HttpRequest) -> str:
    """Path of the page that sent the request, if it is one of this site; otherwise the home page."""
    try:
        sender = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    here = sender.netloc == request.get_host() and sender.path != request.path
    return f"{sender.path}?{sender.query}".rstrip("?") if here else "/"


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


class NoNul:
    """A NUL character cannot be stored; it never comes from a person, and is refused before any form is read.

    Forms with files and JSON are read by their views, which refuse it themselves.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = [request.GET.urlencode()]
        if request.content_type == "application/x-www-form-urlencoded":
            given.append(request.POST.urlencode())
        if any("%00" in it for it in given):
            return refusal_page(
                request, Invalid("Nội dung gửi lên có ký tự không lưu được. Hãy xóa rồi gõ lại.")
            )
        return self.get_response(request)


class PlainRefusals:
    """An action's refusal becomes a page (or JSON for scripts) with its status and its sentence."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusal_page(request, exception) if isinstance(exception, Refusal) else None
