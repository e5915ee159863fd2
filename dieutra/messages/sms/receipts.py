"""Delivery receipts: what a deliver_sm says of a segment, and how it changes the message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from dieutra.messages.models import Message, Part

State = Message.State
# SMPP 3.4, 5.2.28 and appendix B
STATES = {
    1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD",
}  # fmt: skip
ARRIVED = "DELIVRD"
LOST = frozenset({"EXPIRED", "DELETED", "UNDELIV", "REJECTD"})
RECEIPT = 0x04  # in bits 5-2 of esm_class


@dataclass(frozen=True)
class Receipt:
    name: str
    state: str
    error: str = ""


def read_receipt(pdu: Any) -> Receipt | None:
    """None for a deliver_sm that is no receipt: somebody's answer, which nobody reads here."""
    if (pdu.esm_class or 0) & 0x3C != RECEIPT:
        return None
    text = _text(pdu.short_message) or _text(getattr(pdu, "message_payload", None))
    name = _text(getattr(pdu, "receipted_message_id", None)) or _word("id", text)
    number = getattr(pdu, "message_state", None)
    state = STATES.get(number or 0, "") or _word("stat", text).upper()
    return Receipt(name.strip()[:100], state[:10], _word("err", text)[:20]) if name and state else None


def _text(value: Any) -> str:
    return value.decode("latin-1").strip("\0 ") if isinstance(value, bytes) else str(value or "")


def _word(key: str, text: str) -> str:
    found = re.search(rf"\b{key}:\s*(\S+)", text, re.I)
    return found[1] if found else ""


@transaction.atomic
def keep(receipt: Receipt) -> None:
    """Write a receipt down; one that is quicker than the answer to its message waits for it."""
    part = Part.objects.select_for_update().filter(name=receipt.name).first()
    if part is None:
        try:
            with transaction.atomic():
                Part.objects.create(name=receipt.name, state=receipt.state, error=receipt.error)
            return
        except IntegrityError:  # the answer was written meanwhile
            part = Part.objects.select_for_update().get(name=receipt.name)
    if part.state == ARRIVED:
        return  # what has arrived stays so, whatever comes late
    Part.objects.filter(pk=part.pk).update(state=receipt.state, error=receipt.error, at=timezone.now())
    if part.message_id:
        settle(part.message_id)


def name_parts(message: Message, names: tuple[str, ...]) -> None:
    """What the gateway calls the segments of a message; receipts that were quicker are taken into account."""
    for name in names:
        part, made = Part.objects.get_or_create(name=name, defaults={"message": message})
        if not made and part.message_id is None:
            Part.objects.filter(pk=part.pk).update(message=message)
    if names:
        settle(message.pk)


def settle(number: int) -> None:
    """Arrived when all its segments have; not, when one never will. One that was handed over in part never has."""
    told = list(Part.objects.filter(message_id=number).values_list("state", "error"))
    message, now = Message.objects.filter(pk=number), timezone.now()
    lost = [f"{state} {error}".strip() for state, error in told if state in LOST]
    if lost:
        open_ = message.filter(state__in=[State.SENT, State.UNKNOWN])
        open_.update(state=State.FAILED, reason=lost[0], code=lost[0].split()[0], ended_at=now)
    elif told and all(state == ARRIVED for state, _ in told):
        message.filter(state=State.SENT).update(state=State.DELIVERED, reason="", code="", ended_at=now)
