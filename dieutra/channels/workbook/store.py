"""Files on disk: what came in, named by the digest of its bytes, and archives to hand out.

Web and worker see the same folder. A file is written under another name and then renamed: what has its name is whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

CHUNK = 1 << 20


class TooLarge(Exception):
    """More bytes than allowed."""


def incoming() -> Path:
    """Where files lie while they arrive."""
    return _folder("incoming")


def path_of(digest: str) -> Path:
    place: Path = settings.FILES_DIR / "workbooks" / "sent" / digest[:2] / digest
    return place


def adopt(arrived: Path, digest: str) -> None:
    """Keep an arrived file under its digest; the same bytes are kept once."""
    place = path_of(digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    arrived.replace(place)


def keep(chunks: Iterable[bytes], most: int) -> tuple[str, int]:
    """Write bytes into the store; digest and size. Raises TooLarge, leaving nothing behind."""
    sha, size = hashlib.sha256(), 0
    descriptor, name = tempfile.mkstemp(dir=incoming())
    arrived = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as sink:
            for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise TooLarge(size)
                sha.update(chunk)
                sink.write(chunk)
        adopt(arrived, sha.hexdigest())
    finally:
        arrived.unlink(missing_ok=True)
    return sha.hexdigest(), size


def remove(digest: str) -> None:
    path_of(digest).unlink(missing_ok=True)


def sweep(before: float) -> None:
    """Remove what arrived before that time and was never adopted: its request or its worker ended."""
    for path in incoming().iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


def archive_parts(pk: int) -> Path:
    """The folder in which an archive's workbooks gather."""
    return _folder("archives", f"{pk}.parts")


def archive_path(pk: int) -> Path:
    place: Path = settings.FILES_DIR / "workbooks" / "archives" / f"{pk}.zip"
    return place


def remove_parts(pk: int) -> None:
    shutil.rmtree(settings.FILES_DIR / "workbooks" / "archives" / f"{pk}.parts", ignore_errors=True)


def remove_archive(pk: int) -> None:
    for path in _folder("archives").glob(f"{pk}.*[!s]"):  # the .zip, and what a killed worker left of it
        path.unlink(missing_ok=True)
    remove_parts(pk)


def _folder(*names: str) -> Path:
    folder: Path = settings.FILES_DIR.joinpath("workbooks", *names)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
