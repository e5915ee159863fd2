from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.messages.relay import Relay


@pytest.fixture
def relay(settings: Any) -> Iterator[Relay]:
    """A relay that the installation sends by."""
    with Relay() as relay:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", relay.port
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = "Ban Chỉ đạo <bao-tin@dieutra.example.gov.vn>"
        yield relay
