"""Who is behind an OpenRosa request: a phone by the token in its address or by Digest, an account by Basic.

Wrong secrets are counted with the failures of the sign-in page (ACCOUNT_RATE_LIMITS, `login_failed`), so that
guessing here is no easier than there. No session is begun and none is read.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from lxml import etree

from dieutra.channels.openrosa.lists import document
from dieutra.channels.openrosa.multipart import ADVERTISED
from dieutra.engine.refusals import Forbidden, Refusal
from dieutra.people import app_users, digest
from dieutra.people.models import AppUser, User
from dieutra.people.permission import GRANTS, posts_of
from dieutra.people.queries import app_user_by_token

RESPONSE = "http://openrosa.org/http/response"
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, User, P], HttpResponse]


class Challenge(Refusal):
    """Nobody has signed in; the client is told how."""

    status = 401

    def __init__(self, message: str, stale: bool = False) -> None:
        super().__init__(message)
        self.stale = stale


class TooOften(Refusal):
    status = 429


def openrosa(*methods: str) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """A view for phones: signs in, gives the answers of the protocol, and turns refusals into its messages."""

    def dressed(view: View[P]) -> Callable[..., HttpResponseBase]:
        @csrf_exempt  # no cookie speaks for anybody here: each request carries its own secret
        @require_http_methods(methods)
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, token: str = "", **kwargs: Any) -> HttpResponse:
            try:
                user = _by_token(request, token) if token else _by_header(request)
                response = view(request, user, *args, **kwargs)
            except Refusal as refusal:
                response = _refusing(refusal)
            response["X-OpenRosa-Version"] = "1.0"
            response["X-OpenRosa-Accept-Content-Length"] = str(ADVERTISED)
            response["Content-Language"] = "vi"
            response["Date"] = http_date()
            return response

        return answered

    return dressed


def _refusing(refusal: Refusal) -> HttpResponse:
    response = say(refusal.message, refusal.status)
    if isinstance(refusal, Challenge):
        basic = 'Basic realm="dieutra", charset="UTF-8"'
        response["WWW-Authenticate"] = f"{digest.challenge(refusal.stale)}, {basic}"
    return response


def say(message: str, status: int) -> HttpResponse:
    """A message that Collect shows to its user."""
    root = etree.fromstring(f'<OpenRosaResponse xmlns="{RESPONSE}"/>')
    nature = "submit_success" if status < 400 else "error"
    etree.SubElement(root, f"{{{RESPONSE}}}message", {"nature": nature}).text = message
    return xml(document(root), status)


def xml(content: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(content, content_type="text/xml; charset=utf-8", status=status)


def _by_token(request: HttpRequest, token: str) -> User:
    phone = app_user_by_token(token)
    if phone is None:
        _count_failure(request, f"collect:{token}")
        raise Forbidden("Máy này chưa được cấp hoặc đã bị thu hồi. Hãy đề nghị quản trị viên cấp mã QR mới.")
    return _used(phone)


def _used(phone: AppUser) -> User:
    app_users.note_use(phone)
    return phone.user


def _by_header(request: HttpRequest) -> User:
    if settings.HTTPS and not request.is_secure():
        raise Forbidden("Chỉ nhận kết nối an toàn. Hãy ghi địa chỉ máy chủ bắt đầu bằng https://.")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "digest":
        return _by_digest(request, given)
    if scheme.lower() == "basic":
        return _by_basic(request, given)
    raise Challenge("Hãy ghi tên đăng nhập và mật khẩu trong phần cài đặt máy chủ của ODK Collect.")


def _by_digest(request: HttpRequest, given: str) -> User:
    key = _key(request, digest.username_in(given))
    if not _within_limit(request, key, dry_run=True):
        raise TooOften(LOCKED)
    try:
        query = request.META.get("QUERY_STRING", "")
        return _used(digest.phone_behind(given, request.method or "", request.path, query))
    except digest.Stale:
        raise Challenge("Phiên xác thực đã cũ, máy sẽ tự hỏi lại.", stale=True) from None
    except digest.Wrong:
        _count_failure(request, key)
        raise Challenge(WRONG) from None


LOCKED = "Đã sai mật khẩu nhiều lần. Tài khoản tạm khóa 5 phút, hãy thử lại sau."
WRONG = "Tên đăng nhập hoặc mật khẩu không đúng."


def _by_basic(request: HttpRequest, given: str) -> User:
    try:
        username, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Challenge(WRONG) from None
    username = username.strip().lower()
    # Counted before the password is tried and given back after: many tries at once cannot slip through.
    usage = _within_limit(request, _key(request, username))
    if not usage:
        raise TooOften(LOCKED)
    user = authenticate(request, username=username, password=password) if "\x00" not in username else None
    if not isinstance(user, User) or not user.is_active:
        raise Challenge(WRONG)
    usage.rollback()
    if not any(post.role in GRANTS["case.fill"] for post in posts_of(user)):
        raise Forbidden("Tài khoản này không điền phiếu nên không dùng được ODK Collect.")
    return user


def _key(request: HttpRequest, username: str) -> str:
    return str(get_adapter(request)._get_login_attempts_cache_key(request, username=username))


def _within_limit(request: HttpRequest, key: str, dry_run: bool = False) -> Any:
    """The place taken among the failures that are allowed, or None when there is none left."""
    return ratelimit.consume(
        request, app="allauth.account", action="login_failed", key=key, dry_run=dry_run, limit_get=True
    )


def _count_failure(request: HttpRequest, key: str) -> None:
    if not _within_limit(request, key):
        raise TooOften(LOCKED)
