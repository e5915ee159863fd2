"""Pictures without what a camera or a programme wrote beside them: place, time, device, names, a small second picture.

The coded picture is copied byte for byte, never coded anew. Only what drawing needs stays: colour profile, density,
animation, and of all EXIF the one number that says which side is up (written anew, alone), so that no picture
falls over on its side.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from dieutra.engine.refusals import Invalid, Problem

UPRIGHT = 1
ORIENTATION = 0x0112
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI",
            b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT"}  # fmt: skip
WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
WEBP_EXIF, WEBP_XMP = 0x08, 0x04  # flags of VP8X
NEXT_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)


def bare(content: bytes, content_type: str) -> bytes:
    """A JPEG, PNG or WebP without its metadata. Raises Invalid when it is broken or cut off."""
    try:
        return {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}[content_type](content)
    except (IndexError, ValueError, struct.error):
        raise Invalid(
            "Ảnh bị hỏng hoặc không đầy đủ.",
            [Problem("Ảnh", "Hãy mở ảnh trên máy, lưu lại thành JPEG hoặc PNG rồi gửi lại.")],
        ) from None


def _jpeg(content: bytes) -> bytes:
    head, rest, turned, drawn = b"", b"", UPRIGHT, False
    for marker, body, scan in _segments(content):
        whole = b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body + scan
        if marker == 0xE0 and body.startswith(b"JFIF\0"):
            head = (
                b"\xff\xe0\0\x10" + body[:12].ljust(12, b"\0") + b"\0\0"
            )  # without the small picture inside
        elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
            turned = _orientation(body[6:])
        elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\0"):
            rest += whole
        elif marker == 0xEE and body.startswith(b"Adobe"):
            rest += whole  # says how the colours are to be read
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            rest, drawn = rest + whole, drawn or marker == 0xDA
    if not drawn:
        raise ValueError("no picture")
    if turned != UPRIGHT:
        exif = b"Exif\0\0" + _tiff(turned)
        head += b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return b"\xff\xd8" + head + rest + b"\xff\xd9"


def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(marker, body, coded picture that follows) up to the end of the first picture; what lies behind it is left."""
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("no marker")
        while content[at] == 0xFF:
            at += 1
        marker = content[at]
        if marker == 0xD9:
            return
        (length,) = struct.unpack_from(">H", content, at + 1)
        body = content[at + 3 : at + 1 + length]
        if length < 2 or len(body) != length - 2:
            raise ValueError("cut off")
        at += 1 + length
        scan = b""
        if marker == 0xDA:
            end = NEXT_MARKER.search(content, at)
            if end is None:
                raise ValueError("cut off")
            scan, at = content[at : end.start()], end.start()
        yield marker, body, scan


def _png(content: bytes) -> bytes:
    chunks: list[tuple[bytes, bytes]] = []
    at, turned = len(PNG_START), UPRIGHT
    while not chunks or chunks[-1][0] != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        (summed,) = struct.unpack_from(">I", content, at + 8 + length)
        if summed != zlib.crc32(kind + body):
            raise ValueError("damaged")
        at += 12 + length
        if kind == b"eXIf":
            turned = _orientation(body)
        if kind in PNG_KEPT:
            chunks.append((kind, body))
    kinds = [kind for kind, _ in chunks]
    if kinds[0] != b"IHDR":
        raise ValueError("no head")
    if turned != UPRIGHT:
        chunks.insert(kinds.index(b"IDAT"), (b"eXIf", _tiff(turned)))
    elif b"IDAT" not in kinds:
        raise ValueError("no picture")
    return PNG_START + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def _webp(content: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", content, 4)
    if size + 8 > len(content):
        raise ValueError("cut off")
    chunks: list[tuple[bytes, bytes]] = []
    at, turned = 12, UPRIGHT
    while at < size + 8:
        kind, length = struct.unpack_from("<4sI", content, at)
        body = content[at + 8 : at + 8 + length]
        if len(body) != length:
            raise ValueError("cut off")
        at += 8 + length + length % 2
        if kind == b"EXIF":
            turned = _orientation(body.removeprefix(b"Exif\0\0"))
        if kind in WEBP_KEPT:
            chunks.append((kind, body))
    if not {kind for kind, _ in chunks} & {b"VP8 ", b"VP8L", b"ANMF"}:
        raise ValueError("no picture")
    if chunks[0][0] == b"VP8X":
        flags = chunks[0][1][0] & ~(WEBP_EXIF | WEBP_XMP)
        if turned != UPRIGHT:
            flags |= WEBP_EXIF
            chunks.append((b"EXIF", _tiff(turned)))
        chunks[0] = (b"VP8X", bytes([flags]) + chunks[0][1][1:])
    written = b"".join(
        kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2) for kind, body in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(written)) + b"WEBP" + written


def _orientation(tiff: bytes) -> int:
    """The one number kept of EXIF, 1 to 8; upright when it is not there or cannot be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        (number,) = struct.unpack_from(order + "H", tiff, first)
        for entry in range(first + 2, first + 2 + 12 * number, 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, entry)
            if (tag, kind) == (ORIENTATION, 3):
                return value if 1 <= value <= 8 else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT


def _tiff(turned: int) -> bytes:
    """EXIF with the orientation and nothing else."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ORIENTATION, 3, 1, turned, 0, 0)
