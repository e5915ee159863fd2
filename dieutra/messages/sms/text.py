"""What a short message holds: the GSM 7-bit alphabet or UCS-2, its segments, and Vietnamese without its marks.

Lengths are those of 3GPP TS 23.038 and 23.040: 160 or 70 in a single segment, 153 or 67 in each of several.
Knows no Django.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = {"\f": 10, "^": 20, "{": 40, "}": 41, "\\": 47, "[": 60, "~": 61, "]": 62, "|": 64, "€": 101}
SEPTETS = {letter: bytes([at]) for at, letter in enumerate(BASIC) if letter != "\x1b"} | {
    letter: bytes([27, at]) for letter, at in EXTENDED.items()
}
ONE, EACH = {"gsm7": 160, "ucs2": 140}, {"gsm7": 153, "ucs2": 134}  # in septets; in octets
# what has no decomposition and still a plain spelling
SPELLED = str.maketrans({
    "đ": "d", "Đ": "D", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "−": "-", "…": "...",
    "\u00a0": " ", "•": "-", "\t": " ",
})  # fmt: skip


@dataclass(frozen=True)
class Segments:
    """`coding` is gsm7 or ucs2; `parts` the octets of each segment without its header."""

    coding: str
    parts: tuple[bytes, ...]

    @property
    def count(self) -> int:
        return len(self.parts)


def without_marks(text: str) -> str:
    """“Đề nghị gửi phiếu” → “De nghi gui phieu”: what phones of any age show, at 160 letters a segment."""
    spread = unicodedata.normalize("NFD", text.translate(SPELLED))
    return unicodedata.normalize("NFC", "".join(it for it in spread if not unicodedata.combining(it)))


def segments(text: str) -> Segments:
    """How a text travels. A letter of two septets, or a pair of surrogates, is never cut in two."""
    text = unicodedata.normalize("NFC", text)
    if all(letter in SEPTETS for letter in text):
        return Segments("gsm7", _cut([SEPTETS[letter] for letter in text], ONE["gsm7"], EACH["gsm7"]))
    return Segments("ucs2", _cut([letter.encode("utf-16-be") for letter in text], ONE["ucs2"], EACH["ucs2"]))


def _cut(letters: list[bytes], one: int, each: int) -> tuple[bytes, ...]:
    whole = b"".join(letters)
    if len(whole) <= one:
        return (whole,)
    parts, part = [], b""
    for letter in letters:
        if len(part) + len(letter) > each:
            parts.append(part)
            part = b""
        part += letter
    return (*parts, part)
