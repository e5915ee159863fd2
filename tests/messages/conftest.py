from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dieutra.messages.sms import lines
from tests.messages.gateway_server import GatewayServer
from tests.messages.relay import Relay
from tests.messages.smsc import Centre


@pytest.fixture
def relay(settings: Any) -> Iterator[Relay]:
    """A relay that the installation sends by."""
    with Relay() as relay:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", relay.port
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = "Ban Chỉ đạo <bao-tin@dieutra.example.gov.vn>"
        yield relay


HTTP = """
transport = "http"
sender = "TCTK"
price = 800
[http]
url = "http://127.0.0.1:{port}/gui?khoa={{secret:TEST_SMS_KEY}}"
timeout = 2
id = "data.id"
{more}
[http.headers]
Authorization = "Bearer {{secret:TEST_SMS_KEY}}"
[http.body]
to = "{{to_84}}"
from = "{{sender}}"
text = "{{text}}"
id = "{{reference}}"
[http.success]
field = "code"
equals = ["0"]
later = ["99"]
bad_number = ["44"]
"""
SMPP = """
transport = "smpp"
sender = "TCTK"
[smpp]
host = "127.0.0.1"
port = {port}
system_id = "dieutra"
password = "{{secret:TEST_SMS_KEY}}"
timeout = 2
{more}
"""
KEY = "mat-khau"


def name_gateway(settings: Any, folder: Path, text: str, port: int, more: str = "") -> None:
    """The installation's gateway file."""
    file = folder / "sms.toml"
    file.write_text(text.format(port=port, more=more))
    settings.SMS_GATEWAY = str(file)


@pytest.fixture
def gateway(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GatewayServer]:
    """An HTTP gateway that the installation sends by."""
    monkeypatch.setenv("TEST_SMS_KEY", KEY)
    with GatewayServer() as server:
        name_gateway(settings, tmp_path, HTTP, server.port)
        yield server


@pytest.fixture
def centre(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    """A short message centre that the installation sends by."""
    monkeypatch.setenv("TEST_SMS_KEY", KEY)
    with Centre(KEY) as server:
        name_gateway(settings, tmp_path, SMPP, server.port)
        yield server
        lines.close()
