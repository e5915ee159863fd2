"""Writes about people: accounts in cascade, activation, passwords."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem
from dieutra.engine.text import normal_name
from dieutra.events.actions import record
from dieutra.people.models import Activation, PasswordHistory, Post, Role, User
from dieutra.people.permission import Placed, granting

Pair = tuple[str, int]  # (role, level)


@dataclass(frozen=True)
class Place:
    """Where a new post will stand."""

    campaign_id: int
    path: str


def create_account(
    actor: User | None,
    *,
    campaign_id: int,
    role: str,
    level: int,
    path: str,
    username: str,
    full_name: str,
    email: str = "",
    allowed: frozenset[Pair] | None = None,
) -> Post:
    """Create a person's account with one post, and ask for the activation mail.

    `allowed` is the set of (role, level) that the campaign's kind lets the actor create; None for the system.
    Raises Forbidden outside the actor's area or kind rule, Invalid on a wrong or taken name or address.
    """
    if actor is not None:
        _require_creator(actor, Place(campaign_id, path), (role, level), allowed)
    username, full_name, email = username.strip().lower(), normal_name(full_name), email.strip()
    refuse_faults(check_person(username, full_name, email))
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, None, full_name=full_name, email=email)
            post = Post.objects.create(
                user=user, campaign_id=campaign_id, role=role, level=level, path=path, created_by=actor
            )
            record(actor, "account.created", post, role=role, level=level, mail=bool(email))
    except IntegrityError:
        raise Invalid(
            f"Tên đăng nhập “{username}” đã có người dùng. Hãy chọn tên khác.",
            [Problem("Tên đăng nhập", "Đã có người dùng")],
        ) from None
    return post


def _require_creator(actor: User, place: Placed, pair: Pair, allowed: frozenset[Pair] | None) -> None:
    """Whoever may create such an account may also look after it; nobody else, not even on the same path."""
    if not granting(actor, "account.create", place) or allowed is None or pair not in allowed:
        raise Forbidden(f"Bạn không được quản lý tài khoản {Role(pair[0]).label} ở địa bàn này.")


def check_person(username: str, full_name: str, email: str, *, email_needed: bool = False) -> list[Problem]:
    """What is wrong with the name, the sign-in name and the address of an account."""
    problems = []
    if email_needed and not email:
        problems.append(Problem("Thư điện tử", "Ghi địa chỉ thư điện tử để gửi liên kết kích hoạt."))
    if not username or not username.replace(".", "").replace("-", "").replace("_", "").isalnum():
        problems.append(Problem("Tên đăng nhập", "Chỉ dùng chữ không dấu, chữ số, dấu chấm và gạch nối."))
    if not username.isascii() or len(username) > 60:
        problems.append(Problem("Tên đăng nhập", "Dùng chữ không dấu, dài nhất 60 ký tự."))
    if not full_name or len(full_name) > 120:
        problems.append(Problem("Họ và tên", "Ghi họ và tên, dài nhất 120 ký tự."))
    if email:
        try:
            validate_email(email)
        except ValidationError:
            problems.append(Problem("Thư điện tử", f"“{email}” không phải là địa chỉ thư điện tử."))
    return problems


def refuse_faults(problems: list[Problem]) -> None:
    if problems:
        raise Invalid("Thông tin tài khoản chưa đúng. Xem các mục dưới đây.", problems)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def issue_activation(user: User, until: datetime | None = None, token: str = "") -> str:
    """A fresh single-use token, `token` or a random one; earlier unused ones stop working. Only its hash is kept.

    Valid until `until`, by default for 72 hours.
    """
    now = timezone.now()
    user.activations.filter(used_at__isnull=True, expires_at__gt=now).update(expires_at=now)
    token = token or secrets.token_urlsafe(32)
    expires = until or now + timedelta(hours=settings.ACTIVATION_HOURS)
    Activation.objects.create(user=user, token_hash=token_hash(token), expires_at=expires)
    record(None, "activation.issued", user)
    return token


def open_activation(token: str) -> Activation:
    """The standing activation of a token, or NotNow saying why the link no longer works."""
    found = Activation.objects.select_related("user").filter(token_hash=token_hash(token)).first()
    if found is None:
        raise NotNow(
            "Liên kết kích hoạt không đúng. Hãy mở lại liên kết trong thư, hoặc đề nghị quản trị viên gửi lại."
        )
    if not found.user.is_active:
        raise NotNow("Tài khoản này đang bị khóa. Hãy liên hệ quản trị viên đã cấp tài khoản.")
    if found.used_at:
        raise NotNow("Liên kết này đã được dùng. Hãy đăng nhập bằng mật khẩu đã đặt.")
    if found.expires_at <= timezone.now():
        raise NotNow("Liên kết kích hoạt đã hết hạn. Hãy đề nghị quản trị viên gửi lại liên kết mới.")
    return found


def activate(token: str, password: str) -> User:
    """Set the first password by an activation link. Raises NotNow for a spent link, Invalid for a weak password."""
    activation = open_activation(token)
    user = activation.user
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(
            "Mật khẩu chưa đạt.", [Problem("Mật khẩu", message) for message in error.messages]
        ) from None
    with transaction.atomic():
        used = Activation.objects.filter(pk=activation.pk, used_at__isnull=True).update(
            used_at=timezone.now()
        )
        if not used:
            raise NotNow("Liên kết này đã được dùng. Hãy đăng nhập bằng mật khẩu đã đặt.")
        set_password(user, password)
        record(user, "account.activated", user)
    return user


@transaction.atomic
def set_password(user: User, password: str) -> None:
    """Change a password that was already validated, and remember its hash."""
    user.set_password(password)
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "password_changed_at", "search_key"])
    PasswordHistory.objects.create(user=user, hash=user.password)
    record(user, "password.changed", user)


@transaction.atomic
def end_post(actor: User, post: Post, allowed: frozenset[Pair]) -> None:
    """Take a post away; the history stays."""
    _require_creator(actor, post, (post.role, post.level), allowed)
    if post.role == Role.DV:
        raise Forbidden("Vai trò của đơn vị đi cùng phiếu của đơn vị, không thu hồi ở đây.")
    ended = Post.objects.filter(pk=post.pk, ended_at__isnull=True).update(ended_at=timezone.now())
    if not ended:
        raise NotNow("Vai trò này đã được thu hồi trước đó.")
    record(actor, "post.ended", post)


@transaction.atomic
def restore_post(actor: User, post: Post, allowed: frozenset[Pair]) -> None:
    """Undo end_post: the same person in the same post."""
    _require_creator(actor, post, (post.role, post.level), allowed)
    restored = Post.objects.filter(pk=post.pk, ended_at__isnull=False).update(ended_at=None)
    if not restored:
        raise NotNow("Vai trò này đang có hiệu lực.")
    record(actor, "post.restored", post)
