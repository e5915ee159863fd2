"""Names of messages for the world outside: no order and no number can be read from them.

Whoever gets two mails of ours would learn from consecutive numbers how many others were planned in between. A name is one
block of AES under a key from SECRET_KEY: the number, and what the name is for, by which a made-up name is known.
"""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

# eight bytes each: a name of one purpose is none of another
MAIL = b"mail-id\0"
UNSUBSCRIBE = b"unsubscr"


def name_of(number: int, purpose: bytes) -> str:
    """32 signs, the same each time."""
    block = _cipher().encryptor()
    return (block.update(number.to_bytes(8, "big") + purpose) + block.finalize()).hex()


def number_of(name: str, purpose: bytes) -> int | None:
    """The number behind a name of 32 hexadecimal signs, None for one that was made up."""
    block = _cipher().decryptor()
    plain = block.update(bytes.fromhex(name)) + block.finalize()
    if not hmac.compare_digest(plain[8:], purpose):
        return None
    number = int.from_bytes(plain[:8], "big")
    return number if number < 1 << 63 else None


def _cipher() -> Cipher[modes.ECB]:
    """ECB of a single block, in which no two blocks can be compared: a permutation of numbers that only the key undoes."""
    key = hmac.new(settings.SECRET_KEY.encode(), b"outbox.names", "sha256").digest()
    return Cipher(algorithms.AES256(key), modes.ECB())
