"""A mail as it goes over the wire: the same bytes each time it is tried, so that a copy can be known as a copy."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape

from django.conf import settings
from django.core import signing
from django.utils import timezone

from dieutra.messages import dkim, names
from dieutra.messages.models import Message
from dieutra.people.actions import issue_activation
from dieutra.people.models import Activation, User

LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
# messages with a link that opens an account: one without a password yet, and one whose password was forgotten
SECRETS = frozenset({"activation", "forgotten"})
FORMER_UNSUBSCRIBE = "outbox.unsubscribe"


class Spent(Exception):
    """What the message is for has been done meanwhile: nothing to send."""


class Untold(Spent):
    """Nothing to send, and that must not be told: the message ends as one that left."""


class NotYet(Exception):
    """The message cannot be said just now, for a reason that a person mends: it is tried again."""


Filler = Callable[[Message], str]
FILLERS: dict[str, Filler] = {}  # Message.secret → its text, with what is not kept worked out at hand-over


def fills(secret: str) -> Callable[[Filler], Filler]:
    """Register who fills in the letters of a secret. Messages of such a secret are told of by its own screens alone, see
    queries.py. The filler raises Spent, Untold or NotYet.
    """

    def register(filler: Filler) -> Filler:
        FILLERS[secret] = filler
        return filler

    return register


@dataclass(frozen=True)
class Letter:
    """What a mail says; `headers` beside From, To and Subject."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]


def sender() -> str:
    """The one address that everything is sent from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _seal(pk: int) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"message-id:{pk}".encode(), "sha256").hexdigest()[:16]


def message_id(message: Message) -> str:
    """`<NAME@domain>`: the same for every try; the name is opaque and cannot be made up by somebody who sends bounces."""
    return f"<{names.name_of(message.pk, names.MAIL)}@{sender().rpartition('@')[2]}>"


def number_in(text: str) -> int | None:
    """The message that a Message-ID of ours names, None for one that is not ours."""
    named = re.search(r"<?\b([0-9a-f]{32})@", text)
    return names.number_of(named[1], names.MAIL) if named else _former_number_in(text)


def _former_number_in(text: str) -> int | None:
    """Of `<m12.SEAL@domain>`, as in letters that left before names were opaque."""
    found = re.search(r"<?m(\d{1,18})\.([0-9a-f]{16})@", text)
    if found is None or not hmac.compare_digest(found[2], _seal(int(found[1]))):
        return None
    return int(found[1])


def unsubscribe_link(message: Message) -> str:
    # without a time: each try is the same mail
    return f"{settings.SITE_URL}/thoi-nhan-thu/{names.name_of(message.pk, names.UNSUBSCRIBE)}/"


def number_of_link(token: str) -> int | None:
    """The message that a link to unsubscribe came with, None for a link that is not ours; also of the former form, the
    number with its signature.
    """
    if re.fullmatch(r"[0-9a-f]{32}", token):
        return names.number_of(token, names.UNSUBSCRIBE)
    try:
        return int(signing.Signer(salt=FORMER_UNSUBSCRIBE).unsign(token))
    except signing.BadSignature:
        return None


def compose(message: Message) -> Letter:
    """Raises Spent when there is nothing left to say."""
    text = with_secret(message)
    headers = {
        "Message-ID": message_id(message),
        "Date": format_datetime(timezone.localtime(message.planned_at)),
        "Auto-Submitted": "auto-generated",
    }
    if not message.obligatory:
        link = unsubscribe_link(message)
        headers |= {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        text = f"{text.rstrip()}\n\n--\nThôi nhận các thư nhắc như thư này: {link}\n"
    return Letter(message.subject, text, as_html(text, message.language), headers)


def with_secret(message: Message) -> str:
    """The text with its link, which is worked out anew each time and never kept."""
    if message.secret in FILLERS:
        return FILLERS[message.secret](message)
    if message.secret not in SECRETS or message.user is None:
        return message.text
    if message.secret == "activation" and message.user.activated:
        raise Spent("Tài khoản đã được kích hoạt.")
    if not message.user.is_active or message.user.email != message.to:
        raise Spent("Tài khoản đã bị khóa hoặc đã đổi địa chỉ thư.")
    token, until = activation_of(message, message.user)
    words = message.text.replace("{lien_ket}", f"{settings.SITE_URL}/kich-hoat/{token}/")
    return words.replace("{han}", f"{timezone.localtime(until):%H:%M ngày %d/%m/%Y}")


def activation_of(message: Message, user: User) -> tuple[str, datetime]:
    """(token, until when) of a message's activation link: issued at its first try, the same at every other.

    A later link makes it stop; a retry does not bring it back to life.
    """
    data = f"{message.secret}:{message.pk}:{user.pk}".encode()
    token = hmac.new(settings.SECRET_KEY.encode(), data, hashlib.sha256).hexdigest()
    digest = hashlib.sha256(token.encode()).hexdigest()
    issued = Activation.objects.filter(token_hash=digest).first()
    if issued is None:
        issue_activation(user, token=token)
        return token, timezone.now() + timedelta(hours=settings.ACTIVATION_HOURS)
    if issued.used_at or issued.expires_at <= timezone.now():
        raise Spent("Liên kết trong thư này đã hết hiệu lực hoặc đã có liên kết mới hơn.")
    return token, issued.expires_at


def as_html(text: str, language: str) -> str:
    """The same words as paragraphs, links to click on, nothing fetched from anywhere."""
    paragraphs = [it for it in re.split(r"\n\s*\n", text.strip()) if it.strip()]
    body = "".join(f"<p>{_linked(it)}</p>\n" for it in paragraphs)
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8"></head>'
        f'<body style="font-family:sans-serif;line-height:1.5;max-width:40em">\n{body}</body></html>\n'
    )


def _linked(paragraph: str) -> str:
    pieces, at = [], 0
    for link in LINK.finditer(paragraph):
        pieces.append(escape(paragraph[at : link.start()]))
        pieces.append(f'<a href="{escape(link[0])}">{escape(link[0])}</a>')
        at = link.end()
    pieces.append(escape(paragraph[at:]))
    return "".join(pieces).replace("\n", "<br>\n")


def wire(message: Message, letter: Letter) -> bytes:
    """The whole mail with CRLF line ends, signed when the installation has a DKIM key."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.DEFAULT_FROM_EMAIL
    mail["To"] = message.to
    mail["Subject"] = letter.subject
    for name, value in letter.headers.items():
        mail[name] = value
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    # else the boundary is drawn by lot, and a retry would be another mail
    mail.set_boundary(f"=_{_seal(message.pk)}")
    content = mail.as_bytes()
    if not settings.DKIM_KEY_FILE:
        return content
    domain = settings.DKIM_DOMAIN or sender().rpartition("@")[2]
    key = dkim.read_key(settings.DKIM_KEY_FILE)
    moment = int(message.planned_at.timestamp())
    return dkim.sign(content, key, settings.DKIM_SELECTOR, domain, moment) + content
