"""A real SMTP server that a rehearsal's letters go to: who got what, and the links in them."""

from __future__ import annotations

import email
import email.policy
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from aiosmtpd.controller import Controller

from dieutra.rehearsal.server import NotStarted, free_port

ACTIVATION = re.compile(r"https?://[^/\s]+(/kich-hoat/[^\s]+)")
PERSONAL = re.compile(r"https?://[^/\s]+/y-kien/#([A-Z2-9-]+)")


class PostOffice:
    """`with PostOffice() as office:` listens; `refuses(address)` answers "" or an SMTP refusal."""

    def __init__(self, refuses: Callable[[str], str] = lambda address: "") -> None:
        self.refuses = refuses
        self.lock = threading.Lock()
        self.activations: dict[str, str] = {}  # address -> the newest link
        self.tokens: defaultdict[str, list[str]] = defaultdict(list)  # address -> tokens, as they came
        self.letters: Counter[str] = Counter()  # address -> letters
        self.names: set[str] = set()  # Message-IDs
        self.copies = 0  # letters that came under a name once more
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=20)

    def __enter__(self) -> PostOffice:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, to: str, options: list[str]) -> str:
        if said := self.refuses(to.lower()):
            return said
        envelope.rcpt_tos.append(to)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = letter.get_body(("plain",))
        self._keep(
            envelope.rcpt_tos[0].lower(), str(letter["Message-ID"]), body.get_content() if body else ""
        )
        return "250 2.0.0 kept"

    def _keep(self, address: str, name: str, text: str) -> None:
        with self.lock:
            if name in self.names:
                self.copies += 1
                return
            self.names.add(name)
            self.letters[address] += 1
            if found := ACTIVATION.findall(text):
                self.activations[address] = found[-1]
            if found := PERSONAL.findall(text):
                self.tokens[address].append(found[-1].rstrip("-"))

    def link_for(self, address: str, seconds: float = 120) -> str:
        """The newest activation link sent to an address."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with self.lock:
                if found := self.activations.get(address.lower()):
                    return found
            time.sleep(0.05)
        raise NotStarted(f"Không thấy thư kích hoạt gửi tới {address} trong {seconds:.0f} giây.")
