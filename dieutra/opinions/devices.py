"""What is known of the browser that an answer comes from: two keyed hashes and how long it took, nothing else.

The hashes are sealed together with the answer. Without the key of “signals” they cannot be compared with anybody's address
or browser; they only tell that two answers came from one browser or one place.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer

from dieutra.campaigns.models import Campaign
from dieutra.opinions import keys

BUCKETS = ((900, ">900"), (300, "300-900"), (120, "120-300"), (60, "60-120"), (30, "30-60"))
NUMBER_LENGTH = 32  # signs of a browser's own number
_signer = Signer(salt="dieutra.opinions.open")


@dataclass(frozen=True)
class Device:
    """As the request shows it. `number`: the browser's own, from its cookie; `network`: address and sort of browser."""

    number: str = ""
    network: str = ""
    seconds: int | None = None  # since the link was opened


def fresh_number() -> str:
    return secrets.token_hex(NUMBER_LENGTH // 2)


def is_number(given: str) -> bool:
    return len(given) == NUMBER_LENGTH and all(it in "0123456789abcdef" for it in given)


def marks(campaign: Campaign, device: Device) -> dict[str, str]:
    """`device`, `network` and `seconds` of an opinion. Raises NotNow when the campaign's key is gone."""
    key = keys.of(campaign, "signals")
    return {
        "device": _hashed(key, "device", device.number),
        "network": _hashed(key, "network", device.network),
        "seconds": bucket(device.seconds),
    }


def _hashed(key: bytes, what: str, text: str) -> str:
    """128 bits in hexadecimal; "" for nothing."""
    return hmac.new(key, f"{what}:{text}".encode(), hashlib.sha256).hexdigest()[:32] if text else ""


def bucket(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return next((name for least, name in BUCKETS if seconds >= least), "<30")


def opened_with(token: str) -> str:
    """What the browser keeps while a link is open: the token and the signed moment, which no database sees."""
    return _signer.sign(f"{token}.{int(time.time())}")


def read_opened(cookie: str) -> tuple[str, int] | None:
    """(token, seconds since it was opened); None for what we did not sign."""
    try:
        token, _, moment = _signer.unsign(cookie).partition(".")
        return token, max(0, int(time.time()) - int(moment))
    except (BadSignature, ValueError):
        return None
