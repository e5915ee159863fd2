"""All words that the screens can show, to hold the labels quoted in the guides against: **bold** in a guide is a label.

Words come from templates, from string literals of Python and JavaScript, and from the kinds. What a template or an
f-string fills in stands as “…”.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FILLED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
TURN = re.compile(r"\{%.*?%\}", re.S)
INLINE = re.compile(r"</?(?:b|strong|em|span|i)\b[^>]*>")
TAG = re.compile(r"<[^>]*>", re.S)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')


@cache
def words_on_screens() -> frozenset[str]:
    return frozenset(clean(it) for source in (_templates(), _python(), _scripts(), _kinds()) for it in source)


def clean(text: str) -> str:
    """Single spaces, one “…” for what is filled in, without the marks around a label."""
    one = re.sub(r"\s*…[\s…]*", " … ", text)
    return " ".join(one.split()).strip(" :.,‹›×+·–-?/")


def _templates() -> Iterator[str]:
    for file in (ROOT / "dieutra" / "templates").rglob("*.html"):
        written = file.read_text("utf-8")
        for whole in (written, INLINE.sub("", written)):
            choice = FILLED.sub("…", TURN.sub("\n", whole))
            for text in (FILLED.sub("…", whole), FILLED.sub("\n", whole), choice):
                for piece in TAG.sub("\n", text).split("\n"):
                    yield piece
                    yield piece.replace("…", "")
                    yield "".join(piece.partition("…")[:2])  # a label that ends in what is filled in


def _python() -> Iterator[str]:
    for file in (ROOT / "dieutra").rglob("*.py"):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                parts = [it.value if isinstance(it, ast.Constant) else "…" for it in node.values]
                yield "".join(str(it) for it in parts)


def _scripts() -> Iterator[str]:
    for file in (ROOT / "dieutra" / "static" / "dieutra").rglob("*.js"):
        for found in LITERAL.findall(file.read_text("utf-8")):
            yield re.sub(r"\{\d\}|\$\{[^}]*\}", "…", found[0] or found[1])


def _kinds() -> Iterator[str]:
    for file in (ROOT / "campaign_kinds").rglob("*.toml"):
        yield from _strings(tomllib.loads(file.read_text("utf-8")))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for it in value.values() if isinstance(value, dict) else value:
            yield from _strings(it)
