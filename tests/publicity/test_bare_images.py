"""What a camera writes beside a picture does not go out with a news item; the coded picture and which side is up do."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from dieutra.cases import files
from dieutra.engine.refusals import Invalid
from dieutra.publicity import actions
from dieutra.publicity.bare import bare
from tests.cast import World

SECRET = b"21.0285N 105.8542E May anh cua ong Tinh"


def tiff(turned: int, order: str) -> bytes:
    """EXIF as cameras write it: a maker, the orientation, and more behind."""
    start = {"<": b"II", ">": b"MM"}[order]
    head = struct.pack(f"{order}HIH", 42, 8, 2)
    maker = struct.pack(f"{order}HHII", 0x010F, 2, len(SECRET), 38)
    side = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turned, 0)
    return start + head + maker + side + bytes(4) + SECRET


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


TABLES = segment(0xDB, bytes(65)) + segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0")
SCANS = segment(0xDA, bytes(6)) + b"\x12\xff\x00\x34\xff\xd0\x56" + segment(0xDA, bytes(6)) + b"\x78\xff\x00"
COLOURS = segment(0xE2, b"ICC_PROFILE\0\x01\x01sRGB") + segment(0xEE, b"Adobe\0d\0\0\0\0\x01")


def jpeg(turned: int = 1, order: str = ">") -> bytes:
    small = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01" + SECRET[:3])
    exif = segment(0xE1, b"Exif\0\0" + tiff(turned, order))
    more = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET) + segment(0xED, SECRET)
    more += segment(0xFE, SECRET) + segment(0xE2, b"MPF\0" + SECRET)
    return b"\xff\xd8" + small + exif + COLOURS + more + TABLES + SCANS + b"\xff\xd9" + SECRET


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


DOT = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), chunk(b"gAMA", b"\0\0\xb1\x8f")
PIXELS = chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")
START = b"\x89PNG\r\n\x1a\n"


def png(turned: int = 1, order: str = ">") -> bytes:
    beside = [chunk(kind, SECRET) for kind in (b"tEXt", b"zTXt", b"iTXt", b"tIME", b"prVt")]
    return START + DOT[0] + chunk(b"eXIf", tiff(turned, order)) + DOT[1] + b"".join(beside) + PIXELS + SECRET


def riff(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def webp(turned: int = 1, order: str = ">") -> bytes:
    inside = riff(b"VP8X", b"\x3c" + bytes(9)) + riff(b"ICCP", b"sRGB!") + riff(b"VP8L", b"/pixels")
    inside += riff(b"EXIF", tiff(turned, order)) + riff(b"XMP ", SECRET) + riff(b"mine", SECRET)
    return b"RIFF" + struct.pack("<I", 4 + len(inside)) + b"WEBP" + inside + SECRET


MADE = {"image/jpeg": jpeg, "image/png": png, "image/webp": webp}
KEPT = {
    "image/jpeg": (COLOURS, TABLES, SCANS),
    "image/png": (DOT[0], DOT[1], PIXELS),
    "image/webp": (b"sRGB!\0", b"/pixels\0"),
}


@pytest.mark.parametrize("content_type", MADE)
@pytest.mark.parametrize("order", "<>")
def test_what_was_written_beside_the_picture_is_gone_and_the_picture_is_the_same(
    content_type: str, order: str
) -> None:
    left = bare(MADE[content_type](1, order), content_type)
    for word in (SECRET, SECRET[:10], b"Exif", b"EXIF", b"eXIf", b"MPF", b"XMP", b"xap", b"prVt", b"mine"):
        assert word not in left
    for part in KEPT[content_type]:
        assert part in left
    assert bare(left, content_type) == left


@pytest.mark.parametrize("content_type", MADE)
@pytest.mark.parametrize("order", "<>")
def test_of_all_exif_only_which_side_is_up_stays(content_type: str, order: str) -> None:
    sixth = bare(MADE[content_type](6, order), content_type)
    assert SECRET[:10] not in sixth
    assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in sixth
    assert len(sixth) - len(bare(MADE[content_type](1, order), content_type)) <= 38
    assert bare(sixth, content_type) == sixth


@pytest.mark.parametrize("content_type", MADE)
def test_a_broken_or_cut_picture_is_refused_and_none_brings_the_reader_down(content_type: str) -> None:
    whole = MADE[content_type](6).removesuffix(SECRET)
    for end in range(12, len(whole) - 1):
        with pytest.raises(Invalid, match="hỏng"):
            bare(whole[:end], content_type)
    for at in range(12, len(whole)):
        try:
            bare(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :], content_type)
        except Invalid:
            continue


def test_a_news_item_keeps_the_bare_picture(world: World, settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path
    image = ("anh.jpg", jpeg(8))
    text = actions.Text("Tiêu đề", "Tóm tắt", "Nội dung", image=image, image_words="Lễ khai mạc")
    item = actions.compose(world.user("ong.tinh"), world.campaign, "VN/35/", text)
    kept = files.content_of(item.image_sha256, "anh")
    assert kept == bare(jpeg(8), "image/jpeg")
    assert item.image_size == len(kept)
    assert not any(SECRET in it.read_bytes() for it in tmp_path.rglob("*") if it.is_file())
