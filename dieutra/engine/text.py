"""Vietnamese text: one spelling to keep, one key to find by, one key to sort by.

Databases disagree about Vietnamese (`strip_accents('Đào')` keeps the Đ in one, a locale sorts Đ with D in
another), so both keys are made here and stored beside the text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng
D_LOOKALIKES = str.maketrans({"đ": "d", "ð": "d", "ɖ": "d"})  # keyboards also produce the Icelandic one

END, GAP, NUMBER = "00", "01", "02"
LETTER_WEIGHTS = {letter: f"{place + 10}" for place, letter in enumerate(ALPHABET)}
FOREIGN = "99"

_FORMAT_CHARACTERS = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_NOT_A_WORD = re.compile(r"[\W_]+")
_PIECES = re.compile(r"[0-9]+|[^\W_]|[\W_]+")


def normal_name(text: str) -> str:
    """The spelling to keep: composed letters (NFC), single spaces, no invisible characters."""
    return " ".join(unicodedata.normalize("NFC", _FORMAT_CHARACTERS.sub("", text)).split())


def search_key(text: str) -> str:
    """The text as people type it in a hurry: "Phường Chơn-Thành" and "phuong chon thanh" share one key."""
    letters = unicodedata.normalize("NFKD", _FORMAT_CHARACTERS.sub("", text)).lower()
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_A_WORD.sub(" ", bare.translate(D_LOOKALIKES)).strip()


def sort_key_vi(text: str) -> str:
    """A string of digits whose plain order is the Vietnamese order, whatever the database's collation.

    Letters first over the whole text (A Ă Â … D Đ E Ê … O Ô Ơ … U Ư), then tones (ngang, huyền, hỏi, ngã,
    sắc, nặng); numbers by value, so that Phường 2 stands before Phường 10. About 3 characters per letter.
    """
    letters, tones = [], []
    for piece in _PIECES.findall(normal_name(text).lower()):
        weight, tone = _weigh(piece)
        letters.append(weight)
        tones.append(tone)
    return "".join(letters) + END + "".join(tones).rstrip("0")


@lru_cache(maxsize=4096)
def _weigh(piece: str) -> tuple[str, str]:
    """Weight and tone of one letter, one number or one stretch of spaces and punctuation."""
    if piece[0] in "0123456789":
        value = (piece.lstrip("0") or "0")[:99]
        return f"{NUMBER}{len(value):02}{value}", ""
    if _NOT_A_WORD.fullmatch(piece):
        return GAP, ""
    marks = unicodedata.normalize("NFD", piece)
    tone = next((TONES[mark] for mark in marks if mark in TONES), 0)
    letter = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
    weight = LETTER_WEIGHTS.get(letter) or LETTER_WEIGHTS.get(marks[0]) or f"{FOREIGN}{ord(piece[0]):07}"
    return weight, str(tone)
