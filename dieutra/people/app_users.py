"""Writes about collectors' phones: hand one out, take it back, note that it was used."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.engine.text import normal_name
from dieutra.events.actions import record
from dieutra.people.actions import Place, token_hash
from dieutra.people.models import AppUser, Post, Role, User
from dieutra.people.permission import require

REALM = "dieutra"
TOUCH_EVERY = timedelta(minutes=1)


def ha1(username: str, token: str) -> str:
    """What Digest needs of the secret, RFC 7616: MD5(username:realm:password)."""
    return hashlib.md5(f"{username}:{REALM}:{token}".encode(), usedforsecurity=False).hexdigest()


def create_app_user(
    actor: User, *, campaign_id: int, level: int, path: str, name: str
) -> tuple[AppUser, str]:
    """A phone for a collector of an area, and its token, which is told this once and kept only as a hash.

    Raises Forbidden outside the actor's area, Invalid on a name that is empty, too long or in use there.
    """
    require(
        actor,
        "app_user.manage",
        Place(campaign_id, path),
        why="Bạn không được cấp máy thu thập cho địa bàn này.",
    )
    name = normal_name(name)
    if not name or len(name) > 120:
        raise Invalid(
            "Hãy ghi tên người dùng máy, dài nhất 120 ký tự.", [Problem("Tên người dùng máy", "Chưa đúng")]
        )
    token, username = secrets.token_urlsafe(32), f"may.{secrets.token_hex(6)}"
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, None, full_name=name)
            Post.objects.create(
                user=user, campaign_id=campaign_id, role=Role.DTV, level=level, path=path, created_by=actor
            )
            phone = AppUser.objects.create(
                user=user,
                campaign_id=campaign_id,
                path=path,
                name=name,
                token_hash=token_hash(token),
                ha1=ha1(username, token),
                created_by=actor,
            )
            record(actor, "app_user.created", phone)
    except IntegrityError:
        raise Invalid(
            f"Địa bàn này đã có máy tên “{name}”. Hãy ghi tên khác, hoặc thu hồi máy cũ trước.",
            [Problem("Tên người dùng máy", "Đã có")],
        ) from None
    return phone, token


def revoke_app_user(actor: User, phone: AppUser) -> None:
    """Its token and its post end at once; what it sent stays."""
    require(actor, "app_user.manage", phone)
    now = timezone.now()
    with transaction.atomic():
        revoked = AppUser.objects.filter(pk=phone.pk, revoked_at__isnull=True).update(revoked_at=now)
        if not revoked:
            raise NotNow("Máy này đã được thu hồi trước đó.")
        User.objects.filter(pk=phone.user_id).update(is_active=False)
        Post.objects.filter(user_id=phone.user_id, ended_at__isnull=True).update(ended_at=now)
        record(actor, "app_user.revoked", phone)


def note_use(phone: AppUser) -> None:
    """When it last spoke to us, to the minute, so that a phone that polls does not write each time."""
    now = timezone.now()
    if phone.last_used_at is None or now - phone.last_used_at > TOUCH_EVERY:
        long_ago = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - TOUCH_EVERY)
        AppUser.objects.filter(long_ago, pk=phone.pk).update(last_used_at=now)
