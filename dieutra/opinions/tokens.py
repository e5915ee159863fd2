"""The token in a personal link: 25 letters and digits that can be typed, worked out from the campaign's key."""

from __future__ import annotations

import hashlib
import hmac
import re

from django.conf import settings

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no I, O, 0, 1: 32 signs, five bits each
LENGTH = 25
GROUP = 5


def token_of(key: bytes, invitation: int, epoch: int) -> str:
    """125 bits; `key` is the campaign's for the purpose “links”."""
    digest = hmac.new(key, f"{invitation}:{epoch}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:16], "big") >> 3
    return "".join(LETTERS[(number >> (5 * place)) & 31] for place in reversed(range(LENGTH)))


def tidy(typed: str) -> str:
    """As it was meant: no spaces or dashes, capitals. "" when it cannot be a token."""
    token = re.sub(r"[\s\-–]", "", typed).upper()
    return token if len(token) == LENGTH and all(it in LETTERS for it in token) else ""


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def shown(token: str) -> str:
    """“ABCDE-FGHJK-…”, as it stands in a letter for those who type it."""
    return "-".join(token[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def link_of(token: str) -> str:
    """The token stands behind “#”: browsers keep it to themselves, so no server and no proxy writes it into a log."""
    return f"{settings.SITE_URL}/y-kien/#{shown(token)}"
