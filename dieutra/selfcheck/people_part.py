"""Accounts as they stand: second factors, idle accounts, the quarterly review, ages of passwords."""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from dieutra.accounts.idle import in_use
from dieutra.accounts.models import Confirmation
from dieutra.campaigns.models import Campaign
from dieutra.people.models import Post, Role, User
from dieutra.selfcheck.lines import NOT_APPLICABLE, QCVN, Found, check, decided

PART = "Tài khoản"
QUARTER, TWO_MONTHS, IDLE = timedelta(days=92), timedelta(days=62), timedelta(days=45)


def _running() -> QuerySet[Campaign]:
    return Campaign.objects.filter(closes_on__gte=timezone.localdate() - QUARTER)


def _staff() -> QuerySet[Post]:
    """Standing posts of people who are not units, in campaigns that run, with open and activated accounts."""
    posts = Post.objects.filter(campaign__in=_running(), ended_at__isnull=True, user__is_active=True)
    return posts.filter(user__password_changed_at__isnull=False, user__app_user__isnull=True).exclude(
        role=Role.DV
    )


@check(PART, "admins-with-second-factor", "Mọi quản trị viên đã bật xác thực hai bước", QCVN)
def admins_with_second_factor() -> Found:
    factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type="recovery_codes")
    admins = User.objects.filter(pk__in=_staff().filter(role=Role.QTV).values("user"))
    total, without = admins.count(), admins.filter(~Exists(factors)).count()
    if not total:
        return NOT_APPLICABLE, ["Chưa có quản trị viên nào kích hoạt tài khoản."]
    return decided(not without, f"{total} quản trị viên đã kích hoạt, {without} chưa bật xác thực hai bước")


@check(PART, "idle-accounts", "Khóa tài khoản sau 45 ngày không đăng nhập", QCVN)
def idle_accounts() -> Found:
    campaigns, before = list(_running()), timezone.now() - IDLE
    if not campaigns:
        return NOT_APPLICABLE, ["Chưa có cuộc điều tra nào đang chạy."]
    rules = {it.slug: it.kind.accounts.idle_days for it in campaigns}
    open_idle = sum(in_use(it).filter(seen__lt=before).count() for it in campaigns)
    good = all(0 < days <= 45 for days in rules.values()) and not open_idle
    said = [
        f"{slug}: khóa sau {days} ngày" if days else f"{slug}: không khóa" for slug, days in rules.items()
    ]
    return decided(good, *said, f"{open_idle} tài khoản còn mở dù quá 45 ngày không đăng nhập")


@check(PART, "quarterly-review", "Rà soát tài khoản hằng quý", QCVN)
def quarterly_review() -> Found:
    """A post that stands for longer than a quarter was confirmed within the last one."""
    since = timezone.now() - QUARTER
    recent = Confirmation.objects.filter(post=OuterRef("pk"), holder=OuterRef("user_id"), at__gte=since)
    due = _staff().filter(created_at__lt=since)
    total, missing = due.count(), due.filter(~Exists(recent)).count()
    if not total:
        return NOT_APPLICABLE, ["Chưa có vai trò nào được cấp quá một quý."]
    return decided(
        not missing, f"{total} vai trò được cấp quá một quý, {missing} chưa được xác nhận trong 92 ngày qua"
    )


@check(PART, "admin-password-age", "Quản trị viên đổi mật khẩu hai tháng một lần", QCVN)
def admin_password_age() -> Found:
    admins = User.objects.filter(pk__in=_staff().filter(role=Role.QTV).values("user"))
    total, old = admins.count(), admins.filter(password_changed_at__lt=timezone.now() - TWO_MONTHS).count()
    if not total:
        return NOT_APPLICABLE, ["Chưa có quản trị viên nào kích hoạt tài khoản."]
    return decided(not old, f"{total} quản trị viên, {old} người có mật khẩu cũ hơn 62 ngày")


@check(PART, "first-sign-in", "Mật khẩu đầu tiên do người dùng tự đặt", QCVN)
def first_sign_in() -> Found:
    """No account is ever handed out with a password: one that was never activated has none that opens it."""
    waiting = User.objects.filter(password_changed_at__isnull=True, app_user__isnull=True)
    with_password = waiting.exclude(password="").exclude(password__startswith="!").count()
    signed_in = waiting.filter(last_login__isnull=False).count()
    return decided(
        not with_password and not signed_in,
        f"{waiting.count()} tài khoản chưa kích hoạt: {with_password} có mật khẩu đặt sẵn, {signed_in} đã đăng nhập",
    )


@check(PART, "one-person", "Mỗi người một tài khoản", QCVN)
def one_person() -> Found:
    staff = User.objects.filter(pk__in=_staff().values("user")).exclude(email="")
    shared = (
        staff.annotate(address=Lower("email"))
        .values("address")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .count()
    )
    return decided(
        not shared, f"{staff.count()} người có địa chỉ thư; {shared} địa chỉ dùng cho nhiều tài khoản"
    )
