"""DKIM signatures (RFC 6376), rsa-sha256 and ed25519-sha256 (RFC 8463), relaxed/relaxed.

`sign(content, key, selector, domain)` gives the header to put before the message.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

Key = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
SIGNED = (
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type",
    "auto-submitted", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
# A second header of these kinds would be shown by some readers: its absence is signed too.
OVERSIGNED = ("from", "to", "subject")


@lru_cache(maxsize=4)
def read_key(file: Path) -> Key:
    """The private key of a PEM file. Raises ValueError for a key of another sort."""
    key = load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise ValueError(f"{file}: a DKIM key is RSA or Ed25519.")
    return key


def sign(content: bytes, key: Key, selector: str, domain: str, moment: int) -> bytes:
    """The DKIM-Signature header, with its CRLF, of a message whose lines end with CRLF."""
    headers, body = split(content)
    present = [name for name in SIGNED if any(it == name for it, _ in headers)]
    named = [*present, *OVERSIGNED]
    algorithm = "rsa-sha256" if isinstance(key, rsa.RSAPrivateKey) else "ed25519-sha256"
    digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
    value = (
        f" v=1; a={algorithm}; c=relaxed/relaxed; d={domain}; s={selector};\r\n"
        f" t={moment}; h={':'.join(named)};\r\n bh={digest};\r\n b="
    )
    signature = _signature(key, to_sign(headers, named, value))
    lines = [signature[at : at + 70] for at in range(0, len(signature), 70)]
    return f"DKIM-Signature:{value}{(chr(13) + chr(10) + ' ').join(lines)}\r\n".encode()


def _signature(key: Key, data: bytes) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        signed = key.sign(data, padding.PKCS1v15(), SHA256())
    else:
        signed = key.sign(hashlib.sha256(data).digest())
    return base64.b64encode(signed).decode()


def to_sign(headers: list[tuple[str, str]], named: list[str], value: str) -> bytes:
    """What is signed: each named header, the last of its kind first, then the signature's own with an empty b=."""
    left = list(headers)
    lines = []
    for name in named:
        at = next((at for at in range(len(left) - 1, -1, -1) if left[at][0] == name), None)
        if at is not None:
            lines.append(relaxed_header(*left.pop(at)) + "\r\n")
    return ("".join(lines) + relaxed_header("dkim-signature", value)).encode("utf-8", "surrogateescape")


def split(content: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """(name in small letters, value as it stands) of each header, and the body."""
    head, _, body = content.partition(b"\r\n\r\n")
    headers: list[tuple[str, str]] = []
    for line in re.split(r"\r\n(?![ \t])", head.decode("utf-8", "surrogateescape")):
        name, _, value = line.partition(":")
        headers.append((name.strip().lower(), value))
    return headers, body


def relaxed_header(name: str, value: str) -> str:
    return f"{name.lower()}:" + re.sub(r"[ \t]+", " ", value.replace("\r\n", "")).strip(" \t")


def relaxed_body(body: bytes) -> bytes:
    """Blanks at line ends and blank lines at the end do not count; runs of blanks are one."""
    squeezed = re.sub(rb"[ \t]+", b" ", body)
    lines = [line.rstrip(b" ") for line in squeezed.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
