"""Accounts, posts and activation links.

A *post* is a role at a place in a campaign: everything at or below `path` is what its holder sees. A unit's own
post stands on the unit's path, so one range predicate serves the centre, a district and a single unit alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from dieutra.engine.text import search_key
from dieutra.places.paths import PathField


class Role(models.TextChoices):
    QTV = "qtv", "Quản trị viên"
    GSV = "gsv", "Giám sát viên"
    BCD = "bcd", "Thành viên Ban Chỉ đạo"
    TK = "tk", "Cơ quan Thống kê"
    DV = "dv", "Đơn vị kê khai"
    DTV = "dtv", "Điều tra viên"


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save()
        return user


class Locked(models.TextChoices):
    """Why an account does not open."""

    NO = "", "Không khóa"
    BY_HAND = "hand", "Quản trị viên khóa"
    IDLE = "idle", "Lâu không đăng nhập"
    HANDED_OVER = "over", "Đã bàn giao"


class User(AbstractBaseUser):
    username = models.CharField("tên đăng nhập", max_length=60, unique=True)
    full_name = models.CharField("họ và tên", max_length=120)
    search_key = models.CharField(max_length=120, db_index=True, editable=False)
    email = models.EmailField("thư điện tử", blank=True)
    phone = models.CharField("điện thoại", max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    password_changed_at = models.DateTimeField(null=True)
    locked = models.CharField(
        "khóa", max_length=4, choices=Locked.choices, blank=True
    )  # is_active says whether
    session_epoch = models.PositiveIntegerField(default=0)  # one more ends all sessions
    idle_from = models.DateTimeField(null=True)  # unlocked then; days without a sign-in count from here
    warned_at = models.DateTimeField(null=True)  # of the coming end for idleness

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    objects: ClassVar[UserManager] = UserManager()
    seen_by: User | None = (
        None  # set while somebody above only looks on as this person: nothing may be written then
    )

    def __str__(self) -> str:
        return self.username

    def save(self, *args: object, **kwargs: object) -> None:
        self.search_key = search_key(self.full_name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_full_name(self) -> str:
        return self.full_name

    def get_session_auth_hash(self) -> str:
        return f"{super().get_session_auth_hash()}.{self.session_epoch}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for former in super().get_session_auth_fallback_hash():
            yield f"{former}.{self.session_epoch}"

    @property
    def activated(self) -> bool:
        return self.password_changed_at is not None


class PasswordHistory(models.Model):
    """Hashes of former passwords, so that none of the last ten comes back."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_passwords")
    hash = models.CharField(max_length=255)
    set_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at:%Y-%m-%d}"


class Post(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=8, choices=Role.choices)
    level = models.PositiveSmallIntegerField("cấp")
    path = PathField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "user", "role", "path"],
                condition=models.Q(ended_at__isnull=True),
                name="post_once",
            ),
            # A unit answers through one account; two workers that open it at once make one.
            models.UniqueConstraint(
                fields=["campaign", "path"],
                condition=models.Q(ended_at__isnull=True, role="dv"),
                name="post_unit_once",
            ),
        ]
        indexes = [models.Index(fields=["campaign", "path", "role"], name="post_place")]

    def __str__(self) -> str:
        return f"{self.role} {self.path}"

    @property
    def role_words(self) -> str:
        """What the campaign's kind calls the role; else our own word for it."""
        words: str = self.campaign.kind.role_words.get(self.role, "")
        return words or Role(self.role).label


class Activation(models.Model):
    """A single-use link to set one's password. Only the hash of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="activations")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.expires_at:%Y-%m-%d %H:%M}"


class AppUser(models.Model):
    """A collector's phone with ODK Collect: an account without a password and one post, entered by a token.

    Only the token's hash is kept, and `ha1`, which Digest needs: MD5(username:realm:token). The token is random and
    long, so neither leads back to it; but who steals `ha1` can sign Digest requests until the phone is revoked.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="app_user")
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    name = models.CharField("tên", max_length=120)
    token_hash = models.CharField(max_length=64, unique=True)
    ha1 = models.CharField(max_length=32)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "path", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="app_user_name_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.path}"


class Absence(models.Model):
    """A supervisor is away for some days; meanwhile the substitute sees and does what the post may."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in")
    first_day = models.DateField()
    last_day = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["substitute", "first_day", "last_day"], name="absence_substitute")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.first_day} {self.last_day}"
