"""Transports: how a message leaves the house. Each gives an outcome for each message; none raises for a refusal.

`line_for(channel)` opens the one that the settings name. `begin` is called just before the content is handed over; when it
says False the message is no longer this worker's and must not be sent.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from dieutra.messages.letter import NotYet, Spent, Untold, compose, sender, wire
from dieutra.messages.models import Channel, Message

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


class Became(Enum):
    SENT = "sent"
    LATER = "later"  # refused for now
    NEVER = "never"  # refused for good, for what it says
    BAD_ADDRESS = "bad address"  # refused for good, for whom it goes to
    SPENT = "spent"  # nothing left to say
    WAITS = "waits"  # cannot be said before a person mends something here: no fault of the message
    DOUBT = "doubt"  # handed over, the answer was never heard
    AWAY = "away"  # the server is not there, or takes nothing from us: no fault of the message
    LOST = "lost"  # another worker has it


@dataclass(frozen=True)
class Outcome:
    """`names` are the gateway's own for the segments of a short message that it took, `segments` how many they are."""

    became: Became
    reason: str = ""
    names: tuple[str, ...] = ()
    segments: int = 0


Begin = Callable[[], bool]


class Line(Protocol):
    """An open transport."""

    def __enter__(self) -> Line: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def send(self, message: Message, begin: Begin) -> Outcome: ...


def mail_is_local() -> bool:
    """Mail goes to the terminal, a folder or memory: no relay to spare, so nothing is throttled."""
    return bool(settings.EMAIL_BACKEND != SMTP_BACKEND)


class LocalMail:
    """A Django mail backend: terminal, folder, memory."""

    def __enter__(self) -> LocalMail:
        self.connection = get_connection()
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def send(self, message: Message, begin: Begin) -> Outcome:
        try:
            letter = compose(message)
        except (Spent, NotYet) as nothing:
            return _nothing(nothing, begin)
        if not begin():
            return Outcome(Became.LOST)
        headers, to = letter.headers, [message.to]
        mail = EmailMultiAlternatives(
            letter.subject, letter.text, None, to, headers=headers, connection=self.connection
        )
        mail.attach_alternative(letter.html, "text/html")
        mail.send()
        return Outcome(Became.SENT)


class SmtpMail:
    """One connection to the relay, opened at need and again when it breaks."""

    def __init__(self) -> None:
        self.smtp: smtplib.SMTP | None = None

    def __enter__(self) -> SmtpMail:
        return self

    def __exit__(self, *_: object) -> None:
        if self.smtp is not None:
            try:
                self.smtp.quit()
            except (OSError, smtplib.SMTPException):
                self.smtp.close()
        self.smtp = None

    def _drop(self) -> None:
        if self.smtp is not None:
            self.smtp.close()
        self.smtp = None

    def _connection(self) -> smtplib.SMTP:
        if self.smtp is None:
            smtp = smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT)
            try:
                smtp.ehlo_or_helo_if_needed()
                if settings.EMAIL_USE_TLS:
                    smtp.starttls()
                if settings.EMAIL_HOST_USER:
                    smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            except BaseException:
                smtp.close()
                raise
            self.smtp = smtp
        return self.smtp

    def send(self, message: Message, begin: Begin) -> Outcome:
        try:
            letter = compose(message)
        except (Spent, NotYet) as nothing:
            return _nothing(nothing, begin)
        content = wire(message, letter)
        try:
            refused = self._envelope(message.to)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome(Became.AWAY, _words(error))
        if refused is not None:
            return refused
        if not begin():
            self._drop()
            return Outcome(Became.LOST)
        return self._content(content)

    def _envelope(self, to: str) -> Outcome | None:
        """MAIL and RCPT; the outcome when either is refused."""
        smtp = self._fresh()
        code, answer = smtp.mail(sender())
        if code >= 400:
            self._drop()
            return Outcome(Became.AWAY, _answer(code, answer))
        code, answer = smtp.rcpt(to)
        if code < 400:
            return None
        if code == 421:
            self._drop()
        else:
            smtp.rset()
        if code < 500:
            return Outcome(Became.LATER, _answer(code, answer))
        bad = is_bad_address(code, answer)
        return Outcome(Became.BAD_ADDRESS if bad else Became.NEVER, _answer(code, answer))

    def _fresh(self) -> smtplib.SMTP:
        """An idle connection may have been closed by the server meanwhile; that costs one more try, not an outcome."""
        if self.smtp is not None:
            try:
                if self.smtp.noop()[0] == 250:
                    return self.smtp
            except (OSError, smtplib.SMTPException):
                pass
            self._drop()
        return self._connection()

    def _content(self, content: bytes) -> Outcome:
        smtp = self._connection()
        try:
            code, answer = smtp.data(content)
        except smtplib.SMTPDataError as error:  # refused at the word DATA: nothing was handed over
            code, answer = error.smtp_code, error.smtp_error  # type: ignore[assignment]
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome(Became.DOUBT, _words(error))
        if code == 250:
            return Outcome(Became.SENT)
        self._drop()
        return Outcome(Became.LATER if code < 500 else Became.NEVER, _answer(code, answer))


def _nothing(why: Spent | NotYet, begin: Begin) -> Outcome:
    """What becomes of a message that says nothing now. One that must not tell so leaves the traces of one that left."""
    if isinstance(why, Untold):
        return Outcome(Became.SENT if begin() else Became.LOST)
    return Outcome(Became.SPENT if isinstance(why, Spent) else Became.WAITS, str(why))


def is_bad_address(code: int, answer: bytes | str) -> bool:
    """Does a refusal of RCPT say that there is no such mailbox? Policy (5.7.…) says nothing about the address."""
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    enhanced = re.match(r"\s*5\.(\d+)\.(\d+)", said)
    if enhanced:
        return enhanced[1] == "1" or (enhanced[1], enhanced[2]) == ("2", "1")
    return code in (550, 551, 553)


def _answer(code: int, answer: bytes | str) -> str:
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {said}".split())[:300]


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def line_for(channel: str) -> Line:
    if channel == Channel.SMS:
        from dieutra.messages.sms.lines import open_line

        return open_line()
    return LocalMail() if mail_is_local() else SmtpMail()
