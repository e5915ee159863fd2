"""What may stand in a news item: CommonMark with tables, without HTML and images; the outcome is cleaned once more.

Two walls: the parser passes no HTML through, and the cleaner lets only these elements and web or mail links stand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache

import nh3
from django.core.cache import cache as kept
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

ELEMENTS = {
    "p", "br", "hr", "strong", "em", "s", "ul", "ol", "li", "h2", "h3", "h4", "h5", "h6", "blockquote", "a", "code", "pre",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
DAY = 24 * 60 * 60


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


def html(text: str) -> SafeString:
    """The HTML of an item's body; its headings begin at the second level, below the page's own."""
    tokens = _parser().parse(text)
    for token in tokens:
        if token.type.startswith("heading_"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    drawn = _parser().renderer.render(tokens, _parser().options, {})
    cleaned = nh3.clean(
        drawn, tags=ELEMENTS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer"
    )
    return mark_safe(cleaned)


def drawn(texts: Iterable[str]) -> list[SafeString]:
    """The HTML of many bodies, each drawn once a day: a long table takes a third of a second, a feed has fifty items.

    Kept under the digest of the wording, so that a new version of an item is another one by itself.
    """
    wanted = [(f"news.{hashlib.sha256(text.encode()).hexdigest()}", text) for text in texts]
    found: dict[str, str] = kept.get_many([key for key, _ in wanted])
    new = {key: str(html(text)) for key, text in dict(wanted).items() if key not in found}
    if new:
        kept.set_many(new, DAY)
    return [mark_safe({**found, **new}[key]) for key, _ in wanted]
