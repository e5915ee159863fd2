"""The open line to the installation's gateway; that to a short message centre stands as long as its thread."""

from __future__ import annotations

import threading

from django.conf import settings

from dieutra.messages.models import Message
from dieutra.messages.sms.gateway import Gateway, gateway
from dieutra.messages.sms.http import HttpSms
from dieutra.messages.sms.smpp import SmppSms
from dieutra.messages.sms.text import segments
from dieutra.messages.sms.words import words_of
from dieutra.messages.transports import Became, Begin, Line, Outcome

_standing = threading.local()


class ConsoleSms:
    """Writes to the terminal what would leave."""

    def __enter__(self) -> ConsoleSms:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send(self, message: Message, begin: Begin) -> Outcome:
        if not begin():
            return Outcome(Became.LOST)
        text = words_of(message)
        cut = segments(text)
        print(f"SMS {message.to} ({cut.count} × {cut.coding}): {text}", flush=True)
        return Outcome(Became.SENT, segments=cut.count)


def open_line() -> Line:
    """Raises Invalid when the gateway's file or a secret is missing or wrong."""
    found = gateway()
    if found.transport == "console":
        return ConsoleSms()
    if found.transport == "http":
        return HttpSms(found)
    return _bound(found)


def _bound(found: Gateway) -> SmppSms:
    standing: SmppSms | None = getattr(_standing, "line", None)
    if standing is None or standing.gateway != found:
        close()
        standing = _standing.line = SmppSms(found)
    return standing


def listen() -> None:
    """Receipts, and the life of a standing bind; binds when there is none yet, so that receipts come in at all."""
    if not settings.SMS_GATEWAY:
        return
    found = gateway()
    if found.transport == "smpp":
        _bound(found).listen()


def close() -> None:
    standing: SmppSms | None = getattr(_standing, "line", None)
    if standing is not None:
        standing.close()
        _standing.line = None
