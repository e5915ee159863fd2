"""A whole guide as a PDF, drawn with typst from its tokens. Texts reach the template as JSON data, never as mark-up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typst
from markdown_it.token import Token

from dieutra.guides.book import HERE, Chapter, Guide
from dieutra.guides.markup import PICTURES, tokens_of

MARKS = {"strong_open": "bold", "em_open": "italic"}


@cache
def guide_pdf(guide: Guide) -> bytes:
    """Drawn once per process: the texts do not change while it runs."""
    facts = {
        "title": guide.title,
        "about": guide.about,
        "chapters": [
            {"title": it.title, "summary": it.summary, "blocks": blocks(it)} for it in guide.chapters
        ],
    }
    root = HERE.parent
    pdf = typst.compile(
        str(HERE / "guide.typ"), root=str(root), sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)}
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave several documents for one")
    return pdf


def blocks(chapter: Chapter) -> list[dict[str, Any]]:
    """The chapter as blocks: heading, text, list (of blocks per item), quote, table."""
    return list(_blocks(iter(tokens_of(chapter.text))))


def _blocks(tokens: Iterator[Token], until: str = "") -> Iterator[dict[str, Any]]:
    for token in tokens:
        if token.type == until:
            return
        if token.type == "heading_open":
            yield {"block": "heading", "runs": runs(next(tokens))}
        elif token.type == "inline":
            yield from _paragraph(token)
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            ordered = token.type.startswith("ordered")
            items = list(_items(tokens, token.type.replace("open", "close")))
            yield {"block": "list", "ordered": ordered, "items": items}
        elif token.type == "blockquote_open":
            yield {"block": "quote", "blocks": list(_blocks(tokens, "blockquote_close"))}
        elif token.type == "table_open":
            yield {"block": "table", "rows": list(_rows(tokens))}


def _items(tokens: Iterator[Token], until: str) -> Iterator[list[dict[str, Any]]]:
    for token in tokens:
        if token.type == until:
            return
        if token.type == "list_item_open":
            yield list(_blocks(tokens, "list_item_close"))


def _rows(tokens: Iterator[Token]) -> Iterator[list[list[dict[str, str]]]]:
    row: list[list[dict[str, str]]] = []
    for token in tokens:
        if token.type == "table_close":
            return
        if token.type == "inline":
            row.append(runs(token))
        elif token.type == "tr_close":
            yield row
            row = []


def _paragraph(token: Token) -> Iterator[dict[str, Any]]:
    """Its pictures stand below its words."""
    if words := runs(token):
        yield {"block": "text", "runs": words}
    for child in token.children or ():
        if child.type == "image":
            file = PICTURES / Path(str(child.attrs["src"])).name
            inside = file.relative_to(HERE.parent).as_posix()
            yield {"block": "picture", "file": f"/{inside}", "words": child.content, "there": file.exists()}


def runs(token: Token) -> list[dict[str, str]]:
    """Stretches of words of one look: "", "bold" or "italic"."""
    found: list[dict[str, str]] = []
    look = ""
    for child in token.children or ():
        look = MARKS.get(child.type, "" if child.type in ("strong_close", "em_close") else look)
        words = " " if child.type in ("softbreak", "hardbreak") else child.content
        if words and child.type != "image":
            found.append({"look": look, "words": words})
    return found if any(it["words"].strip() for it in found) else []
