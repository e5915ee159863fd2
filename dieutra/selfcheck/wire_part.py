"""What the server really answers: requests go through the same WSGI application, with all of its middleware."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from dieutra.selfcheck.lines import NOT_APPLICABLE, OWN, Found, check, decided

PART = "Máy chủ trả lời"
REFUSES = "frame-ancestors 'none'"
WANTED = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CLOSED = ("/tien-do/", "/bang-ke/", "/tai-khoan/", "/bao-cao/", "/su-co/", "/to-cong-tac/", "/tu-danh-gia/")


@dataclass(frozen=True)
class Answered:
    status: int
    headers: list[tuple[str, str]]
    body: str

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def cookies(self) -> list[str]:
        return [value for key, value in self.headers if key.lower() == "set-cookie"]


@cache
def _application() -> WSGIHandler:
    return WSGIHandler()


@contextmanager
def _quiet() -> Iterator[None]:
    """Refusals that are provoked here are not logged; those of other threads are. For the worker and the command line."""
    me = threading.get_ident()
    handlers = list(logging.getLogger().handlers)

    def of_others(record: logging.LogRecord) -> bool:
        return record.thread != me

    for handler in handlers:
        handler.addFilter(of_others)
    # A request may close the database's connection when it begins and ends; the one at hand is in use here.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
        for handler in handlers:
            handler.removeFilter(of_others)


def asked(path: str, method: str = "GET", host: str = "") -> Answered:
    """One request to the installation's own application, as the proxy would hand it over."""
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    site = urlsplit(settings.SITE_URL)
    scheme = "https" if settings.HTTPS else "http"
    environ |= {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "HTTP_HOST": host or site.netloc,
        "SERVER_NAME": site.hostname or "localhost", "SERVER_PORT": str(site.port or 443 if settings.HTTPS else 80),
        "wsgi.url_scheme": scheme, "HTTP_X_FORWARDED_PROTO": scheme, "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0", "HTTP_USER_AGENT": "dieutra self-check",
    }  # fmt: skip
    got: dict[str, Any] = {}

    def begin(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        got.update(status=int(status.split()[0]), headers=headers)

    with _quiet():
        response = _application()(environ, begin)  # type: ignore[arg-type]
        try:
            body = b"".join(response)[:200_000].decode("utf-8", "replace")
        finally:
            response.close()
    return Answered(got["status"], got["headers"], body)


@check(PART, "headers", "Tiêu đề an toàn trên trang đăng nhập", OWN)
def headers() -> Found:
    answer = asked("/dang-nhap/")
    wrong = [name for name, words in WANTED.items() if words not in answer.header(name)]
    shown = [f"{name}: {answer.header(name) or '(không có)'}" for name in WANTED]
    return decided(answer.status == 200 and not wrong, f"GET /dang-nhap/ → {answer.status}", *shown)


@check(PART, "framing", "Chỉ trang tin để nhúng cho trang khác đóng khung", OWN)
def framing() -> Found:
    """Every page of the list must refuse to be framed."""
    policies = {
        path: asked(path).header("Content-Security-Policy")
        for path in ("/", "/dang-nhap/", "/tin/", "/khong-co/")
    }
    shown = [
        f"GET {path}: {'từ chối' if REFUSES in policy else 'CHO PHÉP'}" for path, policy in policies.items()
    ]
    said = f"DIEUTRA_EMBED_IN = {settings.EMBED_IN} (nơi được nhúng trang tin)"
    return decided(all(REFUSES in policy for policy in policies.values()), *shown, said)


@check(PART, "script-policy", "Trình duyệt chỉ chạy mã của chính trang", OWN)
def script_policy() -> Found:
    policy = asked("/dang-nhap/").header("Content-Security-Policy")
    good = "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    return decided(good, f"Content-Security-Policy: {policy}")


@check(PART, "hsts-sent", "Máy chủ gửi HSTS khi trả lời qua HTTPS", OWN)
def hsts_sent() -> Found:
    if not settings.HTTPS:
        return NOT_APPLICABLE, [
            "SITE_URL chưa dùng HTTPS; xem dòng “Địa chỉ chính thức dùng HTTPS, có HSTS”."
        ]
    value = asked("/").header("Strict-Transport-Security")
    return decided("max-age=" in value, f"Strict-Transport-Security: {value or '(không có)'}")


@check(PART, "cookies-sent", "Cookie gửi đi mang đủ cờ", OWN)
def cookies_sent() -> Found:
    sent = asked("/dang-nhap/").cookies()
    shown = [f"{it.partition('=')[0]}; {it.partition(';')[2].strip()}" for it in sent]
    good = bool(sent) and all("SameSite" in it and ("Secure" in it or not settings.HTTPS) for it in sent)
    return decided(good and settings.HTTPS, *(shown or ["Không có cookie"]))


@check(PART, "csrf", "Từ chối yêu cầu ghi không có mã CSRF", OWN)
def csrf() -> Found:
    status = asked("/dang-nhap/", method="POST").status
    return decided(status == 403, f"POST /dang-nhap/ không có mã → {status}")


@check(PART, "closed-doors", "Trang làm việc đòi đăng nhập", OWN)
def closed_doors() -> Found:
    answers = {path: asked(path) for path in CLOSED}
    good = all(it.status == 302 and "/dang-nhap/" in it.header("Location") for it in answers.values())
    return decided(
        good, *(f"GET {path} → {it.status} {it.header('Location')}" for path, it in answers.items())
    )


@check(PART, "error-pages", "Trang lỗi không lộ bên trong", OWN)
def error_pages() -> Found:
    answer = asked("/khong-co-trang-nay/")
    leaks = [word for word in ("Traceback", "urlpatterns", "DJANGO_SETTINGS_MODULE") if word in answer.body]
    return decided(
        answer.status == 404 and not leaks,
        f"GET /khong-co-trang-nay/ → {answer.status}, {len(leaks)} dấu vết",
    )


@check(PART, "foreign-host", "Từ chối tên miền lạ", OWN)
def foreign_host() -> Found:
    status = asked("/", host="la.example.invalid").status
    return decided(status == 400, f"GET / với Host lạ → {status}")
