"""Sending what is due: claim under a lease, take tokens, hand over, note the outcome.

Killed at any moment, a worker loses nothing: its messages come free when their lease ends. A mail whose content was
just being handed over may have arrived; it is sent again under the same Message-ID and counted in `doubts`. A short
message has no such name: it ends as `unknown` and is not sent again, unless the gateway knows a copy by its reference.
"""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import Case as When
from django.db.models import F, IntegerField, QuerySet
from django.db.models import When as Then
from django.utils import timezone

from dieutra.messages import buckets
from dieutra.messages.models import Channel, Message, Suppression
from dieutra.messages.sms import lines
from dieutra.messages.sms.gateway import gateway, sms_is_local, sms_is_on
from dieutra.messages.sms.receipts import name_parts
from dieutra.messages.suppressing import scope_of_bounce, suppress
from dieutra.messages.transports import Became, Outcome, line_for, mail_is_local

log = logging.getLogger(__name__)

BATCH = 20
PAUSES = tuple(timedelta(minutes=it) for it in (1, 5, 15, 60, 240, 480, 720, 1440))
SERVER_AWAY = timedelta(seconds=30)
SOMETHING_MISSING = timedelta(
    minutes=10
)  # such as a key file: as long as it takes, and others go on meanwhile
IDLE = 0.3
WORKER_GONE = "Tiến trình gửi dừng giữa chừng; không rõ cổng tin nhắn đã nhận hay chưa nên không gửi lại."

State = Message.State


@dataclass
class Round:
    """What one turn of the sender did."""

    done: int = 0
    away: bool = False
    empty: set[str] = field(default_factory=set)  # buckets without tokens


def due(channel: str, now: datetime) -> QuerySet[Message]:
    """Whose time has come; an expired lease looks like it, too."""
    waiting = Message.objects.filter(state__in=Message.OPEN, next_at__lte=now, channel=channel)
    if channel == Channel.SMS and not gateway().idempotent:
        waiting = waiting.exclude(state=State.SENDING, handing=True)
    return waiting.order_by("next_at", "id")


def claim(channel: str, now: datetime, empty: set[str], throttled: bool) -> list[Message]:
    """Up to BATCH messages that are this worker's until their lease ends. Empty buckets are added to `empty`."""
    mine: list[Message] = []
    while len(mine) < BATCH:
        found = list(_outside(due(channel, now), empty).select_related("campaign")[:BATCH])
        before = len(mine), len(empty)
        for message in found:
            if len(mine) == BATCH or (throttled and not _token(message, now, empty)):
                continue
            if _lease(message, now):
                mine.append(message)
        if (len(mine), len(empty)) == before:
            break
    return mine


def _outside(messages: QuerySet[Message], empty: set[str]) -> QuerySet[Message]:
    for name in empty:
        sort, campaign, rest = name.split(":", 2)
        if sort == "campaign":
            messages = messages.exclude(campaign_id=int(campaign))
        else:
            messages = messages.exclude(campaign_id=int(campaign), domain=rest)
    return messages


def _token(message: Message, now: datetime, empty: set[str]) -> bool:
    campaign = f"campaign:{message.campaign_id}:{message.channel}"
    if message.channel == Channel.SMS:
        whole = each = buckets.sms_limit(message.campaign)
    else:
        whole, each = buckets.limits(message.campaign)
    domain = f"domain:{message.campaign_id}:{message.domain}"
    wanted = {campaign: whole}
    if message.channel == Channel.EMAIL:
        wanted[domain] = each
    if not empty.isdisjoint(wanted):
        return False
    name = buckets.take(wanted, now)
    if name:
        empty.add(name)
    return not name


def _lease(message: Message, now: datetime) -> bool:
    """Conditional on what was seen: of two workers one gets it. An expired hand-over is a doubt."""
    doubts = When(Then(handing=True, then=F("doubts") + 1), default=F("doubts"), output_field=IntegerField())
    seen = Message.objects.filter(
        pk=message.pk, state=message.state, next_at=message.next_at, attempts=message.attempts
    )
    taken = seen.update(
        state=State.SENDING,
        next_at=now + timedelta(seconds=settings.MAIL_LEASE),
        attempts=message.attempts + 1,
        doubts=doubts,
        handing=False,
    )
    message.attempts += 1
    return bool(taken)


def deliver(channel: str = Channel.EMAIL) -> Round:
    """One turn: claim a batch, send it over one connection, note each outcome."""
    turn = Round()
    now = timezone.now()
    if channel == Channel.SMS:
        if not sms_is_on():
            return turn
        give_up_doubts(now)
    mine = claim(channel, now, turn.empty, throttled=not _is_local(channel))
    mine = [message for message in mine if not _suppressed(message)]
    if not mine:
        return turn
    outcome = Outcome(Became.LOST)
    with line_for(channel) as line:
        for message in mine:
            if turn.away:
                note(message, Outcome(Became.AWAY, outcome.reason))
                continue
            outcome = line.send(message, lambda it=message: begin(it))  # type: ignore[misc]
            note(message, outcome)
            turn.done += 1
            turn.away = outcome.became == Became.AWAY
    return turn


def _is_local(channel: str) -> bool:
    return sms_is_local() if channel == Channel.SMS else mail_is_local()


def give_up_doubts(now: datetime) -> None:
    """Short messages whose worker died while it handed them over: nobody knows, and asking again would send again."""
    if gateway().idempotent:
        return
    gone = Message.objects.filter(channel=Channel.SMS, state=State.SENDING, handing=True, next_at__lte=now)
    gone.update(
        state=State.UNKNOWN,
        reason=WORKER_GONE,
        code="worker",
        ended_at=now,
        handing=False,
        doubts=F("doubts") + 1,
    )


def deliver_local() -> None:
    """Mail that needs no relay goes at once."""
    while mail_is_local() and deliver().done:
        pass


def begin(message: Message) -> bool:
    """Just before the content leaves: the lease begun anew, and written down that a doubt begins here."""
    mine = Message.objects.filter(pk=message.pk, state=State.SENDING, attempts=message.attempts)
    return bool(mine.update(handing=True, next_at=timezone.now() + timedelta(seconds=settings.MAIL_LEASE)))


def _suppressed(message: Message) -> bool:
    """An address that wants nothing, or that does not exist, gets nothing: said on the message."""
    scopes = ["all"] if message.obligatory else ["all", "optional"]
    found = Suppression.objects.filter(
        address=message.to.lower(), scope__in=scopes, lifted_at__isnull=True
    ).first()
    if found is None:
        return False
    _end(message, State.SUPPRESSED, found.reason)
    return True


def note(message: Message, outcome: Outcome) -> None:
    became, reason = outcome.became, outcome.reason
    if message.channel == Channel.SMS and became in (Became.SENT, Became.DOUBT):
        _note_sms(message, outcome)
    elif became == Became.SENT:
        _end(message, State.SENT, "")
    elif became == Became.SPENT:
        _end(message, State.SUPPRESSED, reason)
    elif became == Became.NEVER:
        _end(message, State.FAILED, reason)
    elif became == Became.BAD_ADDRESS:
        if _end(message, State.BOUNCED, reason):
            suppress(message.to, scope_of_bounce(message), reason, message)
    elif became == Became.AWAY:
        _again(message, SERVER_AWAY, reason)
    elif became == Became.WAITS:
        _again(message, SOMETHING_MISSING, reason)
    elif became in (Became.LATER, Became.DOUBT):
        _later(message, reason, doubt=became == Became.DOUBT)


@transaction.atomic
def _note_sms(message: Message, outcome: Outcome) -> None:
    """Handed over, or nobody knows: with the gateway's names of its segments, for the receipts."""
    if outcome.became == Became.SENT:
        ended = _end(message, State.SENT, "", segments=outcome.segments)
    elif gateway().idempotent:
        _later(message, outcome.reason, doubt=True)
        return
    else:
        ended = _end(
            message, State.UNKNOWN, outcome.reason, segments=outcome.segments, doubts=F("doubts") + 1
        )
    if ended:
        name_parts(message, outcome.names)


def code_of(reason: str) -> str:
    """“550 5.1.1” of an SMTP answer, “5.1.1” of a report, an error's name, else the sentence: what can be counted."""
    found = re.match(r"(?:\d{3}(?: \d\.\d+\.\d+)?|\d\.\d+\.\d+|[A-Za-z]+(?=:))", reason)
    return found[0] if found else reason[:60]


def _later(message: Message, reason: str, *, doubt: bool) -> None:
    if message.refusals >= len(PAUSES):
        _end(message, State.FAILED, reason)
        return
    _again(message, PAUSES[message.refusals], reason, refused=1, doubt=int(doubt))


def _mine(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk, state=State.SENDING, attempts=message.attempts)


def _end(message: Message, state: str, reason: str, **more: Any) -> int:
    return _mine(message).update(
        state=state, reason=reason[:300], code=code_of(reason), ended_at=timezone.now(), handing=False, **more
    )


def _again(message: Message, pause: timedelta, reason: str, *, refused: int = 0, doubt: int = 0) -> None:
    _mine(message).update(
        state=State.DEFERRED,
        reason=reason[:300],
        code=code_of(reason),
        next_at=timezone.now() + pause,
        refusals=F("refusals") + refused,
        handing=False,
        doubts=F("doubts") + doubt,
    )


def send_on(stop: threading.Event, channel: str = Channel.EMAIL) -> None:
    """The sender's loop of one channel, beside the worker's, until told to stop: a slow gateway keeps no mail waiting."""
    while not stop.is_set():
        try:
            turn = deliver(channel)
            if channel == Channel.SMS:
                lines.listen()
            if turn.away:
                stop.wait(5)
            elif not turn.done:
                stop.wait(IDLE)
        except Exception:
            # The database may be away for a moment; a sender that dies here would need a person.
            log.exception("sender of %s", channel)
            stop.wait(5)
        finally:
            close_old_connections()
    if channel == Channel.SMS:
        lines.close()
