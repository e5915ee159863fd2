"""Digest authentication (RFC 7616, MD5, qop=auth) for collectors' phones.

A nonce is a time and a random word under our signature, good for five minutes, so that no server keeps a list of
those it gave. Each count (nc) of a nonce is taken once: a request that somebody listened to cannot be sent again.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from urllib.parse import unquote, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from django.core.cache import cache
from django.utils.crypto import constant_time_compare, salted_hmac

from dieutra.people.app_users import REALM
from dieutra.people.models import AppUser
from dieutra.people.queries import app_user_by_name

SALT = "dieutra.digest"
NONCE_LASTS = 5 * 60  # seconds
NEEDED = frozenset({"username", "realm", "nonce", "uri", "response", "qop", "nc", "cnonce"})


class Stale(Exception):
    """The secret may be right, the nonce is too old or its count was used: the client asks again by itself."""


class Wrong(Exception):
    """No such phone, or another secret."""


def challenge(stale: bool = False) -> str:
    again = ", stale=true" if stale else ""
    return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{_nonce()}"{again}'


def _nonce() -> str:
    word = f"{int(time.time())}.{secrets.token_hex(8)}"
    return f"{word}.{_signature(word)}"


def _signature(word: str) -> str:
    return salted_hmac(SALT, word, algorithm="sha256").hexdigest()[:32]


def username_in(header: str) -> str:
    return _fields(header).get("username", "")


def phone_behind(header: str, method: str, path: str, query: str = "") -> AppUser:
    """The phone that signed a request, from what follows "Digest " in its header. Raises Wrong or Stale."""
    given = _fields(header)
    if not given.keys() >= NEEDED or given["realm"] != REALM or given["qop"] != "auth":
        raise Wrong
    signed = urlsplit(given["uri"])
    if given.get("algorithm", "MD5").upper() != "MD5" or (unquote(signed.path), signed.query) != (
        path,
        query,
    ):
        raise Wrong
    fresh = _is_fresh(given["nonce"])
    phone = app_user_by_name(given["username"])
    known = phone.ha1 if phone else "0" * 32  # an unknown name takes as long as a wrong secret
    if not constant_time_compare(_response(known, method, given), given["response"].lower()) or phone is None:
        raise Wrong
    if not fresh or not _first_time(given["nonce"], given["nc"]):
        raise Stale
    return phone


def _fields(header: str) -> dict[str, str]:
    try:
        return parse_keqv_list(parse_http_list(header))
    except (ValueError, IndexError):
        return {}


def _is_fresh(nonce: str) -> bool:
    word, _, signature = nonce.rpartition(".")
    made = word.partition(".")[0]
    if not constant_time_compare(signature, _signature(word)) or not made.isascii() or not made.isdigit():
        return False
    return 0 <= time.time() - int(made) <= NONCE_LASTS


def _first_time(nonce: str, count: str) -> bool:
    """Only one request wins the place of this count, whichever process it reaches."""
    try:
        number = int(count, 16)
    except ValueError:
        return False
    key = hashlib.sha256(f"{nonce}:{number}".encode()).hexdigest()
    return bool(cache.add(f"digest:{key}", 1, NONCE_LASTS + 60))


def _response(ha1: str, method: str, given: dict[str, str]) -> str:
    ha2 = _md5(f"{method}:{given['uri']}")
    return _md5(":".join((ha1, given["nonce"], given["nc"], given["cnonce"], "auth", ha2)))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
