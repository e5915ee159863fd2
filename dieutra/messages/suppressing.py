"""Addresses that get nothing more, why, and how that ends."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dieutra.engine.refusals import NotNow
from dieutra.events.actions import record
from dieutra.messages.letter import FILLERS, number_of_link
from dieutra.messages.models import Message, Suppression
from dieutra.people.models import User
from dieutra.people.permission import require

UNSUBSCRIBED = "Người nhận đã chọn thôi nhận thư nhắc."


@transaction.atomic
def suppress(address: str, scope: str, reason: str, message: Message) -> None:
    """Nothing more (`all`), or nothing optional, to an address. Twice is once."""
    standing, made = Suppression.objects.get_or_create(
        address=address.lower(),
        scope=scope,
        lifted_at=None,
        defaults={"reason": reason[:300], "message": message},
    )
    if made:
        record(
            None,
            "address.suppressed",
            standing,
            path=message.path,
            campaign_id=message.campaign_id,
            scope=scope,
        )


def scope_of_bounce(message: Message) -> str:
    """What its address gets no more of. A reminder that another part fills in stops reminders alone: whom it goes to is
    told to nobody, and an address that takes nothing more would tell.
    """
    return "optional" if message.secret in FILLERS and not message.obligatory else "all"


@transaction.atomic
def lift(actor: User, suppression: Suppression) -> None:
    """Send to an address again: it was put right, or the mailbox is there again."""
    message = suppression.message
    if message is None:
        raise NotNow("Địa chỉ này không gắn với thư nào nên không mở lại ở đây được.")
    require(actor, "message.send", message, why="Bạn chỉ mở lại được địa chỉ thuộc địa bàn mình phụ trách.")
    lifted = Suppression.objects.filter(pk=suppression.pk, lifted_at__isnull=True).update(
        lifted_at=timezone.now(), lifted_by=actor
    )
    if not lifted:
        raise NotNow("Địa chỉ này đã được gửi lại từ trước.")
    record(actor, "address.lifted", suppression, path=message.path, campaign_id=message.campaign_id)


def message_of(token: str) -> Message:
    """The message that a link to unsubscribe came with. Raises NotNow for a broken link."""
    number = number_of_link(token)
    found = Message.objects.filter(pk=number).first() if number is not None else None
    if found is None:
        raise NotNow("Liên kết này không đúng. Hãy mở lại liên kết ở cuối thư đã nhận.")
    return found


def unsubscribe(token: str) -> Message:
    """The bearer of the link wants no more optional mail."""
    message = message_of(token)
    suppress(message.to, "optional", UNSUBSCRIBED, message)
    return message
