"""Bounces: delivery status notifications (RFC 3464) that came back to the sender's address.

`take_in(content)` reads one mail. Only a report that names a Message-ID which this installation made counts, so that
nobody shuts an address out by writing a report by hand.
"""

from __future__ import annotations

import email
import email.policy
import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from dieutra.messages.letter import number_in
from dieutra.messages.models import Message
from dieutra.messages.suppressing import scope_of_bounce, suppress

State = Message.State


@dataclass(frozen=True)
class Report:
    """What a notification says of one recipient. `action`: failed, delayed, delivered, relayed, expanded."""

    recipient: str
    action: str
    status: str  # "5.1.1"
    diagnostic: str
    message_id: str


@dataclass(frozen=True)
class Taken:
    """What became of one mail: `what` is bounced, delayed, other (no report) or unknown (not about our mail)."""

    what: str
    message: int | None = None
    reason: str = ""


def reports_in(content: bytes) -> list[Report]:
    """The recipients that a mail reports on; none for a mail that is no delivery status notification."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    parts = [it for it in mail.walk() if isinstance(it, EmailMessage)]
    status = [it for it in parts if it.get_content_type() == "message/delivery-status"]
    number = _original_id(parts)
    return [
        Report(
            recipient=_address(block.get("Final-Recipient") or block.get("Original-Recipient") or ""),
            action=str(block.get("Action", "")).strip().lower(),
            status=str(block.get("Status", "")).strip().split(" ")[0],
            diagnostic=" ".join(str(block.get("Diagnostic-Code", "")).split()),
            message_id=number,
        )
        for part in status
        for block in _blocks(part)
        if block.get("Action")
    ]


def _blocks(part: EmailMessage) -> Iterator[email.message.Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (it for it in payload if isinstance(it, email.message.Message))


def _address(field: str) -> str:
    """“rfc822; nguoi@don-vi.vn” → the address in small letters."""
    return str(field).rpartition(";")[2].strip().strip("<>").lower()


def _original_id(parts: list[EmailMessage]) -> str:
    """The Message-ID of the mail that came back: from its copy, or its headers alone."""
    for part in parts:
        sort = part.get_content_type()
        if sort == "message/rfc822":
            inner = part.get_payload()
            original = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(original, email.message.Message) and original.get("Message-ID"):
                return str(original["Message-ID"])
        elif sort == "text/rfc822-headers":
            found = re.search(r"^message-id:\s*(\S+)", _text(part), re.I | re.M)
            if found:
                return found[1]
    return ""


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(part.get_payload())


def take_in(content: bytes) -> list[Taken]:
    """Note what one mail says; the same mail twice changes nothing more."""
    found = reports_in(content)
    return [_note(it) for it in found] if found else [Taken("other")]


@transaction.atomic
def _note(report: Report) -> Taken:
    number = number_in(report.message_id)
    message = Message.objects.filter(pk=number).first() if number else None
    if message is None:
        return Taken("unknown", reason=report.message_id)
    reason = f"{report.status} {report.diagnostic}".strip()[:300]
    if report.action == "delayed":
        return Taken("delayed", message.pk, reason)
    if report.action != "failed":
        return Taken("other", message.pk, reason)
    Message.objects.filter(pk=message.pk, state__in=[State.SENT, State.DEFERRED, State.PLANNED]).update(
        state=State.BOUNCED, reason=reason, code=report.status[:60], ended_at=timezone.now()
    )
    if shuts_out(report):
        suppress(message.to, scope_of_bounce(message), reason, message)
    return Taken("bounced", message.pk, reason)


def shuts_out(report: Report) -> bool:
    """Does the report say that there is no such mailbox (5.1.x, 5.2.1)? A full mailbox or a policy says nothing of it."""
    return report.status.startswith("5.1.") or report.status == "5.2.1"


def mails_in(place: Path) -> Iterator[bytes]:
    """Every mail of a Maildir, a folder of .eml files, an mbox or a single mail."""
    if (place / "new").is_dir():
        box = mailbox.Maildir(place, create=False)
        yield from (box.get_bytes(key) for key in sorted(box.keys()))
    elif place.is_dir():
        yield from (file.read_bytes() for file in sorted(place.glob("*.eml")))
    elif place.read_bytes()[:5] == b"From ":
        old = mailbox.mbox(place, create=False)
        yield from (old.get_bytes(key) for key in old.iterkeys())
    else:
        yield place.read_bytes()
