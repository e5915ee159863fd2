"""How allauth fits this house: nobody signs up, and a change of one's second factor is an event."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from dieutra.events.actions import record
from dieutra.people.models import User

ERRORS = {
    "account_inactive": "Tài khoản này đang bị khóa. Hãy liên hệ quản trị viên đã cấp tài khoản.",
    "enter_current_password": "Hãy gõ mật khẩu hiện tại.",
    "incorrect_password": "Mật khẩu không đúng.",
    "invalid_login": "Đăng nhập không hợp lệ.",
    "rate_limited": "Có quá nhiều yêu cầu trong thời gian ngắn. Hãy chờ một phút rồi thử lại.",
    "too_many_login_attempts": "Đã sai mật khẩu 5 lần. Tài khoản tạm khóa 5 phút, hãy thử lại sau.",
    "username_password_mismatch": "Tên đăng nhập hoặc mật khẩu không đúng.",
}


# what allauth would tell by mail -> the event
EVENTS = {
    "mfa/email/totp_activated": "second_factor.added",
    "mfa/email/totp_deactivated": "second_factor.removed",
    "mfa/email/webauthn_added": "second_factor.added",
    "mfa/email/webauthn_removed": "second_factor.removed",
    "mfa/email/recovery_codes_generated": "recovery_codes.made",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {**DefaultAccountAdapter.error_messages, **ERRORS}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        from dieutra.people.actions import set_password

        set_password(user, password)

    def send_notification_mail(self, template_prefix: str, user: User, *rest: Any, **more: Any) -> None:
        """Called after each change of the second factor: the record is told, no letter goes out."""
        if verb := EVENTS.get(template_prefix):
            record(user, verb, user)
