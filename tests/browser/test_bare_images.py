"""Real pictures, with a camera's EXIF put in: after the upload's cleaning Chromium draws them alike, the same side up."""

from __future__ import annotations

import base64
import struct

import pytest
from playwright.sync_api import Page

from dieutra.publicity.bare import bare
from tests.publicity.test_bare_images import SECRET, chunk, riff, segment, tiff

pytestmark = pytest.mark.browser
PAINT = """async (type) => {
  const canvas = new OffscreenCanvas(40, 20), ink = canvas.getContext('2d')
  ink.fillStyle = 'red'; ink.fillRect(0, 0, 40, 20); ink.fillStyle = 'blue'; ink.fillRect(0, 0, 10, 10)
  const bytes = new Uint8Array(await (await canvas.convertToBlob({type, quality: 0.9})).arrayBuffer())
  return btoa(String.fromCharCode(...bytes))
}"""
LOOK = """async ([type, text]) => {
  const picture = new Image(); picture.src = `data:${type};base64,${text}`; await picture.decode()
  const {naturalWidth: width, naturalHeight: height} = picture
  const ink = new OffscreenCanvas(width, height).getContext('2d'); ink.drawImage(picture, 0, 0)
  return [width, height, ...ink.getImageData(0, 0, width, height).data].join()
}"""


def with_exif(content: bytes, content_type: str) -> bytes:
    if content_type == "image/jpeg":
        return content[:2] + segment(0xE1, b"Exif\0\0" + tiff(6, ">")) + content[2:]
    if content_type == "image/png":
        return content[:33] + chunk(b"eXIf", tiff(6, ">")) + content[33:]
    extended = riff(b"VP8X", b"\x08\0\0\0" + struct.pack("<HBHB", 39, 0, 19, 0))
    if content[12:16] == b"VP8X":  # Chromium writes it so when the canvas could have been transparent
        extended, content = b"", content[:20] + bytes([content[20] | 8]) + content[21:]
    body = extended + content[12:] + riff(b"EXIF", tiff(6, "<"))
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


@pytest.mark.parametrize("content_type", ["image/jpeg", "image/png", "image/webp"])
def test_a_picture_taken_on_its_side_is_drawn_the_same_without_its_metadata(
    page: Page, content_type: str
) -> None:
    def look(content: bytes) -> str:
        return str(page.evaluate(LOOK, [content_type, base64.b64encode(content).decode()]))

    page.goto("about:blank")
    painted = base64.b64decode(page.evaluate(PAINT, content_type))
    taken = with_exif(painted, content_type)
    assert SECRET in taken
    left = bare(taken, content_type)
    assert SECRET[:8] not in left
    assert look(left) == look(taken)
    assert look(bare(painted, content_type)) == look(painted)
    if content_type == "image/jpeg":
        assert look(left).startswith("20,40,"), "turned by its EXIF"
