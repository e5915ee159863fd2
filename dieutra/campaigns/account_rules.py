"""[accounts] of campaign.toml: how a kind opens, hands out and closes accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AT_ACCEPTANCE, ASKED = "at_acceptance", "asked"
CAMPAIGN = "campaign"


@dataclass(frozen=True)
class AccountRules:
    from_frame: str = AT_ACCEPTANCE  # units' accounts: with the accepted list, or when an administrator asks
    sheet_hours: int = 72  # how long the link on a printed sheet opens; 0: as long as the campaign lasts
    idle_days: int = 45  # QCVN 12:2026/BCA; 0: never closed for idleness
    warn_days: int = 7  # the letter before that
    second_factor: tuple[str, ...] = ("qtv", "gsv")  # roles that sign in with a second factor
    password_days: int = 60  # QCVN 12:2026/BCA, two months: then these roles choose another one; 0: never
    password_warn_days: int = 7  # told so many days before
    password_roles: tuple[str, ...] = ("qtv",)


def account_rules(table: object, roles: tuple[str, ...]) -> tuple[AccountRules, list[tuple[str, str]]]:
    """The rules of a kind, and (key, what is wrong) for each fault."""
    if not isinstance(table, Mapping):
        return AccountRules(), [("accounts", "Phải là một bảng [accounts].")]
    wrong = [("accounts", f"Không có khóa “{key}”.") for key in table if key not in KEYS]
    found: dict[str, Any] = {}
    for key, (name, read) in KEYS.items():
        if key not in table:
            continue
        value = read(table[key], roles)
        if value is None:
            wrong.append((f"accounts.{key}", f"“{table[key]}” không đúng. {TAKES[key]}"))
        else:
            found[name] = value
    return AccountRules(**found), wrong


def _way(value: object, _: tuple[str, ...]) -> str | None:
    return value if isinstance(value, str) and value in (AT_ACCEPTANCE, ASKED) else None


def _hours(value: object, _: tuple[str, ...]) -> int | None:
    return 0 if value == CAMPAIGN else _whole(value, 1)


def _days(value: object, _: tuple[str, ...]) -> int | None:
    return _whole(value, 0)


def _whole(value: object, least: int) -> int | None:
    good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= 10_000
    return int(str(value)) if good else None


def _roles(value: object, roles: tuple[str, ...]) -> tuple[str, ...] | None:
    return tuple(value) if isinstance(value, list) and all(role in roles for role in value) else None


KEYS = {
    "from_frame": ("from_frame", _way),
    "sheet_valid": ("sheet_hours", _hours),
    "idle_days": ("idle_days", _days),
    "warn_days": ("warn_days", _days),
    "second_factor": ("second_factor", _roles),
    "password_days": ("password_days", _days),
    "password_warn_days": ("password_warn_days", _days),
    "password_roles": ("password_roles", _roles),
}
TAKES = {
    "from_frame": f"Ghi “{AT_ACCEPTANCE}” hoặc “{ASKED}”.",
    "sheet_valid": f"Ghi số giờ (từ 1), hoặc “{CAMPAIGN}”.",
    "idle_days": "Ghi số ngày, 0 là không khóa.",
    "warn_days": "Ghi số ngày, 0 là không báo trước.",
    "second_factor": "Ghi danh sách vai trò.",
    "password_days": "Ghi số ngày, 0 là không bắt đổi.",
    "password_warn_days": "Ghi số ngày, 0 là không báo trước.",
    "password_roles": "Ghi danh sách vai trò.",
}
