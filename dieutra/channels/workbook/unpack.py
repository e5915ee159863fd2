"""An uploaded .zip of workbooks as single files in the store, under limits that its own headers cannot talk away."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dieutra.channels.workbook import store
from dieutra.engine.refusals import Invalid
from dieutra.engine.spreadsheet import BROKEN_ARCHIVE

MOST_FILES = 2_000
MOST_EACH = 10 * 1024 * 1024
MOST_ALL = 1024 * 1024 * 1024
MOST_DIRECTORY = 2 * 1024 * 1024  # bytes of the list of files; reading it takes memory
END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
PASSED_OVER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")

BROKEN = "Tệp nén (.zip) bị hỏng hoặc không mở được. Hãy nén lại các tệp Excel rồi gửi lại."
TOO_MANY = f"Tệp nén có quá {MOST_FILES} tệp. Hãy chia thành nhiều tệp nén nhỏ hơn."
TOO_LARGE = "Các tệp trong tệp nén quá lớn sau khi giải nén. Hãy chia thành nhiều tệp nén nhỏ hơn."
EMPTY = "Tệp nén không có tệp Excel nào bên trong. Hãy nén các tệp .xlsx của đơn vị rồi gửi lại."


@dataclass(frozen=True)
class Unpacked:
    """A file of the archive; `why` it cannot be taken, else blank."""

    name: str
    digest: str = ""
    size: int = 0
    why: str = ""


def is_archive(path: Path) -> bool:
    """A .zip that is no workbook."""
    try:
        with path.open("rb") as file:
            if file.read(2) != b"PK":
                return False
        _refuse_directory(path)
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" not in archive.namelist()
    except (Invalid, *BROKEN_ARCHIVE):
        return True


def unpack(path: Path) -> list[Unpacked]:
    """All files of an archive. Raises Invalid when it is broken or too large as a whole."""
    try:
        _refuse_directory(path)
        with zipfile.ZipFile(path) as archive:
            members = [it for it in archive.infolist() if not it.is_dir() and not _passed_over(it.filename)]
            if len(members) > MOST_FILES:
                raise Invalid(TOO_MANY)
            if sum(it.file_size for it in members) > MOST_ALL:
                raise Invalid(TOO_LARGE)
            if not members:
                raise Invalid(EMPTY)
            return _all_of(archive, members)
    except BROKEN_ARCHIVE as error:
        raise Invalid(BROKEN) from error


def _all_of(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> list[Unpacked]:
    found, left = [], MOST_ALL
    for member in members:
        one = _one(archive, member)
        left -= one.size
        if left < 0:
            raise Invalid(TOO_LARGE)
        found.append(one)
    return found


def _one(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Unpacked:
    # only its last part is ever shown, and nothing is written under it
    name = PurePosixPath(member.filename.replace("\\", "/")).name[:200] or "(không tên)"
    if not name.lower().endswith(".xlsx"):
        nested = name.lower().endswith((".zip", ".rar", ".7z"))
        more = "Tệp nén nằm trong tệp nén không được mở." if nested else "Không phải tệp .xlsx."
        return Unpacked(name, why=f"{more} Hãy gửi chính tệp Excel (.xlsx) của đơn vị.")
    if member.flag_bits & 1:
        return Unpacked(name, why="Tệp nén có đặt mật khẩu. Hãy nén lại không dùng mật khẩu.")
    try:
        digest, size = store.keep(_chunks(archive, member), MOST_EACH)
    except store.TooLarge:
        return Unpacked(name, why=f"Tệp lớn hơn {MOST_EACH // 1024 // 1024} MB, không phải tệp của phiếu.")
    except BROKEN_ARCHIVE:
        return Unpacked(name, why="Tệp bị hỏng trong tệp nén. Hãy nén lại rồi gửi lại.")
    return Unpacked(name, digest, size)


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as file:
        while chunk := file.read(store.CHUNK):
            yield chunk


def _passed_over(name: str) -> bool:
    """What systems leave beside files: nobody sent it on purpose."""
    last = name.rpartition("/")[2]
    return name.startswith(PASSED_OVER[0]) or last in PASSED_OVER or last.startswith(("~$", "._"))


def _refuse_directory(path: Path) -> None:
    """Before the list of files is read into memory: how long it says it is."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - (1 << 16) - END_OF_DIRECTORY.size))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END_OF_DIRECTORY.size:
        raise Invalid(BROKEN)
    _, _, _, _, files, directory, _, _ = END_OF_DIRECTORY.unpack_from(tail, at)
    # zipfile would believe the larger record of zip64, which no batch of this size needs
    larger = tail[max(0, at - 20) : at].startswith(b"PK\x06\x07")
    if larger or files > 2 * MOST_FILES or directory > MOST_DIRECTORY:
        raise Invalid(TOO_MANY)
