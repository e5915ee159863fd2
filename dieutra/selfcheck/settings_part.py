"""Settings as the running process has them. Values of secrets are never shown, only what can be said about them."""

from __future__ import annotations

import math
from collections import Counter

from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from dieutra.people.passwords import REMEMBERED
from dieutra.selfcheck.lines import NOT_APPLICABLE, OWN, QCVN, Found, check, decided

PART = "Cấu hình"
WEAK = ("Ab1!xyz", "matkhau#2026", "MATKHAU#2026", "Mat-khau-dai", "Matkhau2026")
STRONG = "Tre-xanh#27"


@check(PART, "debug", "Không chạy ở chế độ gỡ lỗi", OWN)
def debug() -> Found:
    return decided(not settings.DEBUG, f"DEBUG = {settings.DEBUG}")


@check(PART, "secret-key", "Khóa bí mật đủ dài và ngẫu nhiên", OWN)
def secret_key() -> Found:
    key = settings.SECRET_KEY
    counts = Counter(key)
    bits = -sum(n * math.log2(n / len(key)) for n in counts.values()) if key else 0
    good = len(key) >= 50 and bits >= 200 and "insecure" not in key
    return decided(
        good, f"{len(key)} ký tự, {len(counts)} ký tự khác nhau, ước lượng {bits:.0f} bit (không in giá trị)"
    )


@check(PART, "hosts", "Chỉ phục vụ tên miền đã khai báo", OWN)
def hosts() -> Found:
    names = list(settings.ALLOWED_HOSTS)
    return decided(
        bool(names) and not any("*" in it or it.startswith(".") for it in names), f"ALLOWED_HOSTS = {names}"
    )


@check(PART, "https", "Địa chỉ chính thức dùng HTTPS, có HSTS", OWN)
def https() -> Found:
    good = settings.HTTPS and settings.SECURE_HSTS_SECONDS >= 31536000
    said = f"SITE_URL = {settings.SITE_URL}", f"SECURE_HSTS_SECONDS = {settings.SECURE_HSTS_SECONDS}"
    return decided(good, *said, f"SECURE_PROXY_SSL_HEADER = {settings.SECURE_PROXY_SSL_HEADER}")


@check(PART, "cookies", "Cookie phiên và CSRF: Secure, HttpOnly, SameSite", OWN)
def cookies() -> Found:
    good = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.SESSION_COOKIE_HTTPONLY
    same = settings.SESSION_COOKIE_SAMESITE in ("Lax", "Strict")
    names = (
        "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE",
    )  # fmt: skip
    return decided(good and same, *(f"{name} = {getattr(settings, name)}" for name in names))


@check(PART, "idle-lock", "Khóa phiên sau nhiều nhất 15 phút không thao tác", QCVN)
def idle_lock() -> Found:
    return decided(0 < settings.IDLE_SECONDS <= 900, f"IDLE_SECONDS = {settings.IDLE_SECONDS}")


@check(PART, "lockout", "Khóa đăng nhập sau nhiều nhất 5 lần sai", QCVN)
def lockout() -> Found:
    limit = str(settings.ACCOUNT_RATE_LIMITS.get("login_failed", ""))
    by_account = [part for part in limit.split(",") if part.endswith("/key")]
    good = bool(by_account) and all(int(part.partition("/")[0]) <= 5 for part in by_account)
    return decided(good, f"login_failed = {limit} (key: tính theo từng tài khoản)")


@check(PART, "password-classes", "Mật khẩu ít nhất 8 ký tự, đủ bốn loại ký tự", QCVN)
def password_classes() -> Found:
    """Tried out: weak ones must be refused, a strong one taken."""
    taken = [word for word in WEAK if _taken(word)]
    good = not taken and _taken(STRONG)
    return decided(
        good, f"Thử {len(WEAK)} mật khẩu yếu: {len(WEAK) - len(taken)} bị từ chối; 1 mật khẩu mạnh: nhận."
    )


def _taken(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError:
        return False
    return True


@check(PART, "password-history", "Mật khẩu mới không trùng 10 mật khẩu gần nhất", QCVN)
def password_history() -> Found:
    names = [str(it["NAME"]).rpartition(".")[2] for it in settings.AUTH_PASSWORD_VALIDATORS]
    return decided("NotOneOfTheLastTen" in names and REMEMBERED >= 10, f"Bộ kiểm tra: {', '.join(names)}")


@check(PART, "password-hash", "Mật khẩu lưu dưới dạng băm Argon2", OWN)
def password_hash() -> Found:
    name = str(get_hasher("default").algorithm)
    return decided(name == "argon2", f"Thuật toán băm: {name}")


@check(PART, "second-factor", "Bắt buộc xác thực hai bước cho các vai trò quản trị, giám sát", QCVN)
def second_factor() -> Found:
    return decided(settings.SECOND_FACTOR == "required", f"DIEUTRA_SECOND_FACTOR = {settings.SECOND_FACTOR}")


@check(PART, "dkim", "Thư đi được ký DKIM", QCVN)
def dkim() -> Found:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return NOT_APPLICABLE, [f"Chưa gửi thư qua SMTP: {settings.EMAIL_BACKEND}"]
    file = settings.DKIM_KEY_FILE
    return decided(
        bool(file and file.is_file()), f"Khóa DKIM: {'có' if file and file.is_file() else 'không có'}"
    )
