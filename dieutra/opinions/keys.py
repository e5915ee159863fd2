"""The campaign's key: 32 random bytes in a file beside the database, never in it.

Links, drafts and sealed answers all hang on it; when it is destroyed, what it sealed is gone for good. A copy of the
database, of the logs and of all mails without this file opens nothing.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import NotNow

LENGTH = 32
GONE = (
    "Khóa bảo mật của cuộc khảo sát đã được hủy hoặc chưa có trên máy chủ này. Nếu đợt trả lời đã kết thúc thì không cần "
    "làm gì; nếu chưa, hãy báo người vận hành đưa tệp khóa trở lại."
)


def file_of(campaign: Campaign) -> Path:
    return Path(settings.KEYS_DIR) / f"{campaign.slug}.key"


def make(campaign: Campaign) -> None:
    """Make the key unless there is one. It is on the disk, with its folder's entry, before this returns."""
    file = file_of(campaign)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as out:
        out.write(secrets.token_bytes(LENGTH))
        out.flush()
        os.fsync(out.fileno())
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def of(campaign: Campaign, purpose: str) -> bytes:
    """32 bytes for one purpose. Raises NotNow when there is no key (any more)."""
    try:
        master = file_of(campaign).read_bytes()
    except OSError:
        raise NotNow(GONE) from None
    if len(master) != LENGTH:
        raise NotNow(GONE)
    return derived(master, f"{campaign.slug}/{purpose}")


def derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), LENGTH, salt=None, info=purpose.encode()).derive(secret)


def destroy(campaign: Campaign) -> bool:
    """Links die, drafts and sealed answers become unreadable, for ever. False when there was none."""
    try:
        with file_of(campaign).open("r+b") as key:
            key.write(b"\0" * LENGTH)
            key.flush()
            os.fsync(key.fileno())
        file_of(campaign).unlink()
    except FileNotFoundError:
        return False
    return True
