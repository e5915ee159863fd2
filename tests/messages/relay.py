"""A real SMTP server of the tests: it delays, refuses, and drops the connection where it is told to.

What it has said 250 to is written to a file line by line, so that what arrived is known even when a client is killed.
"""

from __future__ import annotations

import email
import email.policy
import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

# what to do when a recipient is named, or a mail has come in: an answer, or "drop", or "" for 250
Rule = Callable[[str, int], str]


def always(answer: str) -> Rule:
    return lambda to, tries: answer


class Relay:
    """`at_rcpt`, `at_data` (the word), `at_end` (the content is here, before it is kept), `after_end` (it is kept, the
    answer not yet given) are given (recipient, how many times it was tried); they answer "450 later", "drop" or ""."""

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.at_rcpt = self.at_data = self.at_end = self.after_end = always("")
        self.arrived: list[tuple[str, str, bytes]] = []  # recipient, Message-ID, content
        self.senders: set[str] = set()
        self.tries: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.server: Any = None

    def __enter__(self) -> Relay:
        relay = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                Talk(relay, self.rfile, self.wfile, self.request).go()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def counts(self) -> Counter[str]:
        """Message-ID -> how many copies arrived."""
        with self.lock:
            return Counter(it[1] for it in self.arrived)

    def mails(self) -> list[EmailMessage]:
        with self.lock:
            return [email.message_from_bytes(it[2], policy=email.policy.default) for it in self.arrived]  # type: ignore[misc]


class Drop(Exception):
    pass


class Talk:
    """One connection."""

    def __init__(self, relay: Relay, reader: Any, writer: Any, connection: socket.socket) -> None:
        self.relay, self.reader, self.writer, self.connection = relay, reader, writer, connection
        self.to = ""

    def say(self, text: str) -> None:
        self.writer.write(f"{text}\r\n".encode())
        self.writer.flush()

    def go(self) -> None:
        try:
            self.say("220 relay.test ESMTP")
            while line := self.reader.readline():
                if not self.answer(line.decode("utf-8", "replace").strip()):
                    return
        except (Drop, OSError):
            # a hard end, as when a cable is pulled
            self.connection.close()

    def _ruled(self, rule: Rule, otherwise: str) -> bool:
        """True when the rule lets it pass, and `otherwise` was said."""
        said = rule(self.to, self.relay.tries[self.to])
        if said == "drop":
            raise Drop
        self.say(said or otherwise)
        return not said

    def answer(self, line: str) -> bool:
        verb = line.upper().split(" ")[0]
        if verb in ("EHLO", "HELO"):
            self.say("250-relay.test\r\n250 8BITMIME")
        elif verb == "MAIL":
            self.relay.senders.add(line.partition("<")[2].partition(">")[0])
            self.say("250 2.1.0 ok")
        elif verb == "RCPT":
            self.to = line.partition("<")[2].partition(">")[0]
            with self.relay.lock:
                self.relay.tries[self.to] += 1
            self._ruled(self.relay.at_rcpt, "250 2.1.5 ok")
        elif verb == "DATA":
            if self._ruled(self.relay.at_data, "354 go on"):
                self.content()
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 ok")
        return True

    def content(self) -> None:
        lines = []
        while (line := self.reader.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if not line:
            raise Drop
        time.sleep(self.relay.delay)
        said = self.relay.at_end(self.to, self.relay.tries[self.to])
        if said == "drop":
            raise Drop
        if said:
            self.say(said)
            return
        content = b"".join(lines)
        number = str(email.message_from_bytes(content)["Message-ID"])
        with self.relay.lock:
            self.relay.arrived.append((self.to, number, content))
        self._ruled(self.relay.after_end, "250 2.0.0 kept")
