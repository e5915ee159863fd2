"""What may stand in a news item: CommonMark with tables, without HTML and images; the outcome is cleaned once more.

Two walls: the parser passes no HTML through, and the cleaner lets only these elements and web or mail links stand.
"""

from __future__ import annotations

from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

ELEMENTS = {
    "p", "br", "hr", "strong", "em", "s", "ul", "ol", "li", "h2", "h3", "h4", "h5", "h6", "blockquote", "a", "code", "pre",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}


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
