"""An SMTP server that nobody of this house wrote: aiosmtpd, for what is shown at length."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """`refusal` says what a recipient is answered, "" for yes; `arrived`: the Message-IDs taken in, in order."""

    def __init__(self, refusal: Callable[[str], str]) -> None:
        self.refusal = refusal
        self.arrived: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, to: str, options: list[str]) -> str:
        if said := self.refusal(to):
            return said
        envelope.rcpt_tos.append(to)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        head = envelope.content.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
        found = re.search(r"^Message-ID:\s*(\S+)", head, re.M)
        self.arrived.append(found[1] if found else "")
        return "250 2.0.0 kept"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def mailbox(settings: Any, refusal: Callable[[str], str]) -> Iterator[Mailbox]:
    """The installation sends to it."""
    box = Mailbox(refusal)
    controller = Controller(box, hostname="127.0.0.1", port=_free_port(), ready_timeout=20)
    controller.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = controller.port
        settings.EMAIL_TIMEOUT = 20
        yield box
    finally:
        controller.stop()
