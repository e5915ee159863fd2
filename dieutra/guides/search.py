"""Search in the guides, with or without tone marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from dieutra.engine.text import search_key
from dieutra.guides.book import Chapter, Guide
from dieutra.guides.markup import Section, sections

SHOWN = 20
AROUND = 90  # letters before and after the place that was found


@dataclass(frozen=True)
class Hit:
    guide: Guide
    chapter: Chapter
    section: Section
    excerpt: str


def found(wanted: str, guides: Iterable[Guide]) -> list[Hit]:
    """Sections that hold every word, those with the words in their headings first; at most `SHOWN`."""
    words = search_key(wanted[:200]).split()
    if not words:
        return []
    hits = [
        (_rank(words, chapter, section), Hit(guide, chapter, section, excerpt(section.text, words)))
        for guide in guides
        for chapter in guide.chapters
        for section in sections(chapter)
        if all(word in _key(chapter.title, section) for word in words)
    ]
    return [hit for _, hit in sorted(hits, key=lambda it: it[0])][:SHOWN]


@cache
def _key(title: str, section: Section) -> str:
    return search_key(f"{title} {section.heading} {section.text}")


def _rank(words: list[str], chapter: Chapter, section: Section) -> int:
    """0 when the phrase stands in the heading, 1 when all words do, 2 for the phrase in the text, else 3."""
    heading = search_key(f"{chapter.title} {section.heading}")
    if " ".join(words) in heading:
        return 0
    if all(word in heading for word in words):
        return 1
    return 2 if " ".join(words) in search_key(section.text) else 3


def excerpt(text: str, words: list[str]) -> str:
    """The text around the first word that was found, cut at spaces."""
    pieces = text.split()
    keys = [search_key(it) for it in pieces]
    at = next((number for number, key in enumerate(keys) if any(word in key for word in words)), 0)
    first = at
    while first and len(" ".join(pieces[first - 1 : at])) < AROUND:
        first -= 1
    last = at + 1
    while last < len(pieces) and len(" ".join(pieces[at : last + 1])) < AROUND:
        last += 1
    return ("… " if first else "") + " ".join(pieces[first:last]) + (" …" if last < len(pieces) else "")
