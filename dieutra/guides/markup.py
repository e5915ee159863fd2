"""Markdown of a chapter → HTML, sections to search, blocks to print.

The texts are files of this repository. Raw HTML in them is shown as text, never taken as mark-up.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from dieutra.engine.text import search_key
from dieutra.guides.book import Chapter

PICTURES = Path(__file__).parents[1] / "static" / "dieutra" / "guides"
LINK = re.compile(r"^(?:\.\./([a-z-]+)/)?\d\d-([a-z0-9-]+)\.md(#[a-z0-9-]+)?$")


@dataclass(frozen=True)
class Section:
    """A stretch of a chapter below one heading; `anchor` is empty above the first."""

    anchor: str
    heading: str
    text: str


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens with an id at each heading. Callers must not change them."""
    tokens = _parser().parse(text)
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor_of(plain(tokens[number + 1])))
    return tuple(tokens)


def anchor_of(heading: str) -> str:
    return search_key(heading).replace(" ", "-")


def plain(token: Token) -> str:
    """The words of an inline token, without marks; a picture counts with its description."""
    children = token.children or ()
    return "".join(" " if it.type == "softbreak" else it.content for it in children)


def headings(chapter: Chapter) -> list[tuple[str, str]]:
    """(anchor, words) of the second-level headings."""
    tokens = tokens_of(chapter.text)
    return [
        (str(it.attrs["id"]), plain(tokens[at + 1]))
        for at, it in enumerate(tokens)
        if it.type == "heading_open" and it.tag == "h2"
    ]


@cache
def sections(chapter: Chapter) -> tuple[Section, ...]:
    found: list[Section] = []
    anchor, heading, words = "", chapter.title, [chapter.summary]
    tokens = tokens_of(chapter.text)
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            found.append(Section(anchor, heading, " ".join(words)))
            anchor, heading, words = str(token.attrs["id"]), plain(tokens[at + 1]), []
        elif token.type == "inline" and tokens[at - 1].type != "heading_open":
            words.append(plain(token))
    return (*found, Section(anchor, heading, " ".join(words)))


def linked(address: str, audience: str) -> tuple[str, str, str] | None:
    """`../don-vi/02-lam-gi.md#anchor` → (guide, chapter, "#anchor"); None for an address outside the guides."""
    found = LINK.match(address)
    return (found[1] or audience, found[2], found[3] or "") if found else None


def pictures_in(chapter: Chapter) -> list[tuple[str, str]]:
    """(file name, description) of each picture, in their order."""
    inline = [it for token in tokens_of(chapter.text) for it in token.children or () if it.type == "image"]
    return [(Path(str(it.attrs["src"])).name, it.content) for it in inline]


def html_of(
    chapter: Chapter, page: Callable[[str, str], str], picture: Callable[[str], str], within: str = ""
) -> str:
    """`page(guide, chapter)` and `picture(file name)` give addresses; `within` a larger page, headings are one level
    lower and their ids begin with it."""
    tokens = [_addressed(it, chapter.audience, page, picture) for it in tokens_of(chapter.text)]
    if within:
        tokens = [_lowered(it, within) for it in tokens]
    return str(_parser().renderer.render(_boxed(tokens), _parser().options, {}))


def _lowered(token: Token, within: str) -> Token:
    if not token.type.startswith("heading_"):
        return token
    attrs = token.attrs | ({"id": f"{within}-{token.attrs['id']}"} if token.nesting == 1 else {})
    return token.copy(tag=f"h{int(token.tag[1]) + 1}", attrs=attrs)


def _boxed(tokens: Sequence[Token]) -> list[Token]:
    """A table scrolls in a box of its own on a narrow screen, and can be reached by the keyboard there."""
    boxed: list[Token] = []
    for token in tokens:
        if token.type == "table_open":
            attrs: dict[str, str | int | float] = {"class": "dt-tablebox", "tabindex": "0", "role": "group"}
            boxed.append(Token("box_open", "div", 1, attrs=attrs | {"aria-label": "Bảng"}, block=True))
        boxed.append(token)
        if token.type == "table_close":
            boxed.append(Token("box_close", "div", -1, block=True))
    return boxed


def _addressed(
    token: Token, audience: str, page: Callable[[str, str], str], picture: Callable[[str], str]
) -> Token:
    """A copy of the token whose links and pictures have the addresses of this site."""
    attrs = dict(token.attrs)
    if token.type == "link_open" and (target := linked(str(attrs["href"]), audience)):
        attrs["href"] = page(target[0], target[1]) + target[2]
    if token.type == "image":
        name = Path(str(attrs["src"])).name
        width, height = size_of(name)
        attrs |= {"src": picture(name), "width": width, "height": height}
    children = token.children and [
        it for child in token.children for it in _opened(_addressed(child, audience, page, picture))
    ]
    return token.copy(attrs=attrs, children=children)


def _opened(token: Token) -> list[Token]:
    """A picture leads to itself in its full size, for narrow screens."""
    if token.type != "image":
        return [token]
    attrs = {"href": token.attrs["src"], "class": "dt-picture"}
    return [Token("link_open", "a", 1, attrs=attrs), token, Token("link_close", "a", -1)]


@cache
def size_of(name: str) -> tuple[int, int]:
    """Width and height of a WebP (lossy, plain or extended); (0, 0) when the file is missing."""
    try:
        head = (PICTURES / name).read_bytes()[:30]
    except FileNotFoundError:
        return 0, 0
    if head[12:16] == b"VP8X":
        width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if head[12:16] != b"VP8 ":
        raise ValueError(f"{name} is neither a plain nor an extended WebP")
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF
