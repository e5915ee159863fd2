"""The gateway that the installation names: a TOML file (DIEUTRA_SMS) without secrets in it.

`{secret:NAME}` in a value is the environment's variable NAME, read when a message leaves; what may be told or kept goes
through `Gateway.hide` first. docs/guides/sms.md says what the file holds.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings

from dieutra.engine.refusals import Invalid, Problem

TRANSPORTS = ("console", "http", "smpp")
SECRET = re.compile(r"\{secret:([A-Z][A-Z0-9_]*)\}")
KEYS: Mapping[str, frozenset[str]] = {
    "": frozenset({"transport", "sender", "price", "http", "smpp"}),
    "http": frozenset({"url", "method", "headers", "format", "body", "timeout", "success", "id", "idempotent"}),
    "http.success": frozenset({"status", "field", "equals", "later", "bad_number"}),
    "smpp": frozenset({
        "host", "port", "system_id", "password", "system_type", "tls", "timeout", "enquire", "long", "receipts",
        "receipt_ids", "sender_ton", "sender_npi",
    }),
}  # fmt: skip


@dataclass(frozen=True)
class Gateway:
    """`transport` is one of TRANSPORTS; `table` its part of the file; `price` of a segment in đồng, 0 when not said."""

    transport: str
    sender: str = ""
    price: int = 0
    table: Mapping[str, Any] = field(default_factory=dict)

    def revealed(self, text: str) -> str:
        """The text with its secrets. Raises Invalid when the environment lacks one."""
        return SECRET.sub(lambda it: _secret(it[1]), text)

    def hide(self, text: str) -> str:
        """A text without the secrets that it might repeat: a gateway's answer, an error."""
        for value in self.secrets():
            text = text.replace(value, "***").replace(quote(value, safe=""), "***")
        return text

    def secrets(self) -> list[str]:
        found = {os.environ.get(name, "") for name in SECRET.findall(repr(self.table))}
        return sorted((it for it in found if len(it) > 3), key=len, reverse=True)

    @property
    def idempotent(self) -> bool:
        """The gateway promises to send a message of the same reference once."""
        return bool(self.table.get("idempotent", False))


def _secret(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise Invalid(
            f"Thiếu biến môi trường {name} mà tệp cổng tin nhắn cần.",
            [Problem(name, "Đặt biến này cho cả tiến trình gửi (dieutra work).")],
        )
    return value


def sms_is_on() -> bool:
    return bool(settings.SMS_GATEWAY)


def sms_is_local() -> bool:
    """Nothing leaves the house: nothing to spare."""
    return settings.SMS_GATEWAY == "console" or (sms_is_on() and gateway().transport == "console")


def gateway() -> Gateway:
    """The installation's gateway. Raises Invalid naming the file, its key and what to write."""
    named = str(settings.SMS_GATEWAY)
    if named == "console":
        return Gateway("console", "dieutra")
    place = Path(named)
    try:
        rules = tomllib.loads(place.read_text("utf-8"))
    except OSError as error:
        raise Invalid(f"Không đọc được tệp cổng tin nhắn {place}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"Tệp cổng tin nhắn {place} không đúng TOML: {error}.") from error
    problems = _problems(rules)
    if problems:
        raise Invalid(f"Tệp cổng tin nhắn {place} chưa đúng.", problems)
    sort = rules["transport"]
    return Gateway(sort, str(rules.get("sender", "")), int(rules.get("price", 0)), rules.get(sort, {}))


def _problems(rules: Mapping[str, Any]) -> list[Problem]:
    sort = rules.get("transport")
    if sort not in TRANSPORTS:
        return [Problem("transport", f"Ghi một trong: {', '.join(TRANSPORTS)}.")]
    found = _unknown("", rules)
    table = rules.get(sort, {})
    if not isinstance(rules.get("price", 0), int):
        found.append(Problem("price", "Ghi giá một phân đoạn bằng đồng, là số nguyên."))
    if sort == "http":
        found += _unknown("http", table) + _unknown("http.success", table.get("success", {})) + _http(table)
    if sort == "smpp":
        found += _unknown("smpp", table) + _smpp(table)
    return found


def _unknown(name: str, table: Any) -> list[Problem]:
    if not isinstance(table, Mapping):
        return [Problem(name, f"Cần một bảng [{name}].")]
    return [
        Problem(f"{name}.{key}".strip("."), "Không có khóa này.") for key in sorted(table.keys() - KEYS[name])
    ]


def _http(table: Mapping[str, Any]) -> list[Problem]:
    found = []
    if not re.match(r"https?://", str(table.get("url", ""))):
        found.append(Problem("http.url", "Ghi địa chỉ đầy đủ, bắt đầu bằng https:// hoặc http://."))
    if table.get("format", "json") not in ("json", "form"):
        found.append(Problem("http.format", "Ghi json hoặc form."))
    if table.get("method", "POST") not in ("POST", "GET", "PUT"):
        found.append(Problem("http.method", "Ghi POST, GET hoặc PUT."))
    if "{text}" not in repr(table.get("body", "")) + str(table.get("url", "")):
        found.append(Problem("http.body", "Cần chỗ đặt nội dung: {text}."))
    return found


def _smpp(table: Mapping[str, Any]) -> list[Problem]:
    found = [
        Problem(f"smpp.{key}", "Cần ghi khóa này.")
        for key in ("host", "port", "system_id")
        if not table.get(key)
    ]
    if table.get("long", "udh") not in ("udh", "payload"):
        found.append(Problem("smpp.long", "Ghi udh hoặc payload."))
    if table.get("receipt_ids", "same") not in ("same", "hex"):
        found.append(Problem("smpp.receipt_ids", "Ghi same hoặc hex."))
    password = str(table.get("password", ""))
    if password and not SECRET.fullmatch(password):
        found.append(Problem("smpp.password", "Không ghi mật khẩu vào tệp: ghi {secret:TÊN_BIẾN}."))
    return found
