"""Sealing what people write: compressed, padded to whole blocks so that its size says nothing, AES-256-GCM."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BLOCK = 4096  # a questionnaire of closed questions with a full open answer fits into one
NONCE = 12
_SIZE = struct.Struct(">I")


class Unreadable(Exception):
    """Sealed with another key, or changed since."""


def seal(key: bytes, content: Mapping[str, Any], about: str) -> bytes:
    """`about` is bound to the content: what was sealed for one place does not open at another."""
    packed = zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
    whole = _SIZE.pack(len(packed)) + packed
    padded = whole + b"\0" * (-len(whole) % BLOCK)
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, padded, about.encode())


def unseal(key: bytes, sealed: bytes | memoryview[int], about: str) -> dict[str, Any]:
    """Raises Unreadable."""
    sealed = bytes(sealed)
    try:
        padded = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
    except (InvalidTag, ValueError):
        raise Unreadable from None
    (size,) = _SIZE.unpack(padded[: _SIZE.size])
    found = json.loads(zlib.decompress(padded[_SIZE.size : _SIZE.size + size]))
    return dict(found)


def fits(content: Mapping[str, Any]) -> bool:
    """Whether it takes one block. What takes more would show by its size that somebody wrote at length."""
    packed = zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
    return _SIZE.size + len(packed) <= BLOCK
