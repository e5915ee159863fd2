"""Looking after an account: lock, unlock, reset, change, hand over."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from dieutra.accounts import letters, second_factor
from dieutra.accounts.care import require_care
from dieutra.accounts.models import Handover
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.engine.text import normal_name, search_key
from dieutra.events.actions import record
from dieutra.jobs.actions import ask
from dieutra.messages import single
from dieutra.people.actions import check_person, refuse_faults
from dieutra.people.models import Locked, Post, Role, User


def resend_activation(actor: User, post: Post, email: str) -> None:
    """Ask for a new activation mail to `email`, which becomes the account's address; the old link then stops working."""
    require_care(actor, post)
    user = post.user
    if user.activated:
        raise NotNow("Tài khoản này đã được kích hoạt, không cần gửi lại liên kết.")
    refuse_faults(check_person(user.username, user.full_name, email.strip(), email_needed=True))
    with transaction.atomic():
        if email.strip() != user.email:
            User.objects.filter(pk=user.pk, password_changed_at__isnull=True).update(email=email.strip())
            record(actor, "address.changed", post)
        record(actor, "activation.asked", post)


def lock(actor: User, post: Post) -> None:
    """Close the account at once: no sign-in, every session ended. Raises NotNow when it is closed already."""
    require_care(actor, post)
    with transaction.atomic():
        locked = User.objects.filter(pk=post.user_id, is_active=True).update(
            is_active=False, locked=Locked.BY_HAND, session_epoch=F("session_epoch") + 1
        )
        if not locked:
            raise NotNow("Tài khoản này đang khóa rồi.")
        _tell(record(actor, "account.locked", post).pk, post, "locked", post.user, post.user.email)


def unlock(actor: User, post: Post) -> None:
    """Open a closed account again; its idle days count anew. What was handed over stays closed."""
    require_care(actor, post)
    with transaction.atomic():
        opened = User.objects.filter(
            pk=post.user_id, is_active=False, locked__in=[Locked.BY_HAND, Locked.IDLE]
        ).update(is_active=True, locked=Locked.NO, idle_from=timezone.now(), warned_at=None)
        if not opened:
            raise NotNow("Tài khoản này không bị khóa, hoặc đã bàn giao cho người khác.")
        _tell(record(actor, "account.unlocked", post).pk, post, "unlocked", post.user, post.user.email)


def reset(actor: User, post: Post) -> None:
    """Password and second factor are void, every session ends; a new activation link goes out by mail or on a sheet."""
    require_care(actor, post)
    user = post.user
    with transaction.atomic():
        done = User.objects.filter(pk=user.pk, is_active=True).update(
            password=make_password(None), password_changed_at=None, session_epoch=F("session_epoch") + 1
        )
        if not done:
            raise NotNow("Tài khoản đang khóa. Hãy mở khóa trước khi đặt lại.")
        _end_links(user)
        second_factor.forget(user)
        record(actor, "account.reset", post)
        if user.email:
            record(actor, "activation.asked", post)


def change(actor: User, post: Post, *, full_name: str, email: str, phone: str) -> None:
    """Another name, address or telephone. The person is told, at the former address, too."""
    require_care(actor, post)
    user = post.user
    full_name, email, phone = normal_name(full_name), email.strip(), phone.strip()[:20]
    refuse_faults(check_person(user.username, full_name, email))
    given = {"full_name": full_name, "email": email, "phone": phone}
    changed = [name for name, value in given.items() if value != getattr(user, name)]
    if not changed:
        raise NotNow("Không có gì thay đổi so với thông tin đang lưu.")
    with transaction.atomic():
        stood = User.objects.filter(
            pk=user.pk, full_name=user.full_name, email=user.email, phone=user.phone
        ).update(**given, search_key=search_key(full_name)[:120])
        if not stood:
            raise Stale("Thông tin tài khoản vừa được người khác sửa. Hãy tải lại trang rồi sửa lại.")
        if "email" in changed:
            _end_links(user)
        event = record(actor, "account.changed", post, fields=changed)
        named = User.objects.get(pk=user.pk)
        for at, address in enumerate(sorted({user.email, email} - {""})):
            _tell(event.pk, post, "changed", named, address, at)


def hand_over(actor: User, post: Post, *, username: str, full_name: str, email: str) -> User:
    """The post goes to another person with an account of her own; the post and its history stay.

    Who held it loses it at once, and the whole account when it was the last post. A unit goes on signing in with its
    code: the code passes to the new account. Raises Invalid on a wrong or taken name, Stale for who comes second.
    """
    require_care(actor, post)
    before = post.user
    if post.ended_at:
        raise NotNow("Vai trò này đã được thu hồi, không bàn giao được.")
    unit = post.role == Role.DV
    username = before.username if unit else username.strip().lower()
    full_name, email = normal_name(full_name), email.strip()
    refuse_faults(check_person(username, full_name, email))
    try:
        with transaction.atomic():
            if unit:
                former = f"{username}.cu{post.handovers.count() + 1}"[-60:]
                User.objects.filter(pk=before.pk, username=username).update(username=former)
            after = User.objects.create_user(username, None, full_name=full_name, email=email)
            _pass_on(actor, post, before, after)
    except IntegrityError:
        raise Invalid(
            f"Tên đăng nhập “{username}” đã có người dùng. Hãy chọn tên khác.",
            [Problem("Tên đăng nhập", "Đã có người dùng")],
        ) from None
    return after


def _pass_on(actor: User, post: Post, before: User, after: User) -> None:
    taken = Post.objects.filter(pk=post.pk, user=before, ended_at__isnull=True).update(user=after)
    if not taken:
        raise Stale("Vai trò này vừa được người khác bàn giao hoặc thu hồi. Hãy tải lại trang.")
    Handover.objects.create(post=post, before=before, after=after, by=actor)
    epoch = F("session_epoch") + 1
    User.objects.filter(pk=before.pk).update(session_epoch=epoch)
    if not before.posts.filter(ended_at__isnull=True).exists():
        User.objects.filter(pk=before.pk).update(is_active=False, locked=Locked.HANDED_OVER)
        _end_links(before)
    event = record(actor, "post.handed_over", post, before=before.pk, after=after.pk)
    _tell(event.pk, post, "handed_over", before, before.email)
    if after.email:
        record(actor, "activation.asked", post)


def _end_links(user: User) -> None:
    now = timezone.now()
    user.activations.filter(used_at__isnull=True, expires_at__gt=now).update(expires_at=now)


def _tell(event: int, post: Post, what: str, user: User, address: str, at: int = 0) -> None:
    """A letter about what was done to her account, to the address of before the change; it lies in the outbox alone."""
    if address:
        words = letters.WORDS[what]
        single.of_account(
            post, "notice", f"{event}.{at}", letters.NOTICE, user=user, address=address, viec=words
        )
        ask("accounts.deliver", f"{event}.{at}")
