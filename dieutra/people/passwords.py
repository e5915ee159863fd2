"""Password rules (QCVN 12:2026/BCA as defaults): at least eight characters of four classes, none of the last ten."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from dieutra.people.models import User

LENGTH = 8
CLASSES = (
    (str.isupper, "chữ hoa"),
    (str.islower, "chữ thường"),
    (str.isdigit, "chữ số"),
    (lambda letter: not letter.isalnum(), "ký tự đặc biệt (ví dụ ! @ # %)"),
)
REMEMBERED = 10


class FourClasses:
    def validate(self, password: str, user: User | None = None) -> None:
        missing = [name for belongs, name in CLASSES if not any(belongs(letter) for letter in password)]
        if len(password) < LENGTH:
            raise ValidationError(
                f"Mật khẩu cần ít nhất {LENGTH} ký tự, hiện có {len(password)}.", code="short"
            )
        if missing:
            raise ValidationError(f"Mật khẩu còn thiếu {', '.join(missing)}.", code="classes")

    def get_help_text(self) -> str:
        return "Ít nhất 8 ký tự, có chữ hoa, chữ thường, chữ số và ký tự đặc biệt."


class NotOneOfTheLastTen:
    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        former = user.former_passwords.order_by("-pk").values_list("hash", flat=True)[:REMEMBERED]
        if any(check_password(password, old) for old in former):
            raise ValidationError(
                f"Mật khẩu này đã dùng trong {REMEMBERED} lần gần đây. Hãy chọn mật khẩu khác."
            )

    def get_help_text(self) -> str:
        return f"Không trùng {REMEMBERED} mật khẩu gần nhất."
