"""The second factor of a sign-in: who needs one, and how its secret is kept."""

from __future__ import annotations

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings

from dieutra.campaigns.models import Campaign
from dieutra.people.models import User
from dieutra.people.permission import posts_of

ERRORS = {
    "add_email_blocked": "Không thêm được địa chỉ thư khi đang dùng xác thực hai bước.",
    "cannot_delete_authenticator": "Vai trò của bạn phải dùng xác thực hai bước nên không tắt được. "
    "Đổi điện thoại thì đề nghị quản trị viên cấp trên đặt lại tài khoản.",
    "cannot_generate_recovery_codes": "Hãy bật xác thực hai bước trước khi lập mã dự phòng.",
    "incorrect_code": "Mã không đúng hoặc đã hết hạn. Hãy chờ mã mới trên điện thoại rồi gõ lại.",
    "unverified_email": "Chưa bật được xác thực hai bước cho tài khoản này.",
}


FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are none


def needed(user: User) -> bool:
    """Does the kind of a campaign ask this person's role for a second factor?"""
    posts = posts_of(user)
    campaigns = Campaign.objects.in_bulk({post.campaign_id for post in posts})
    return any(post.role in campaigns[post.campaign_id].kind.accounts.second_factor for post in posts)


def has_one(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def forget(user: User) -> None:
    """Take the second factor and its recovery codes away, as part of a reset."""
    Authenticator.objects.filter(user_id=user.pk).delete()


def _box() -> Fernet:
    key = hashlib.sha256(b"dieutra.second_factor" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {**DefaultMFAAdapter.error_messages, **ERRORS}

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: User) -> str:
        return user.username

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if settings.SECOND_FACTOR != "required" or not needed(authenticator.user):
            return True
        left = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return bool(left.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: User, type: str) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return f"Khóa truy cập {number}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "dieutra"}
