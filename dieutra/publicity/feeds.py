"""News as RSS 2.0 and Atom, for portals that syndicate them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed

from dieutra.campaigns.models import Campaign
from dieutra.publicity.markup import drawn
from dieutra.publicity.models import NewsItem
from dieutra.publicity.queries import publisher

FORMATS: dict[str, type[Rss201rev2Feed] | type[Atom1Feed]] = {"rss": Rss201rev2Feed, "atom": Atom1Feed}
MOST = 50


def address(campaign: Campaign, item: NewsItem | None = None) -> str:
    """The page of a campaign's news, or of one item, on this site."""
    return f"{settings.SITE_URL}/tin/{campaign.slug}/" + (f"{item.pk}/" if item else "")


def feed(campaign: Campaign, items: Sequence[NewsItem], name: str) -> tuple[bytes, str]:
    """(content, content type) of the latest items in a format of FORMATS."""
    made = FORMATS[name](
        title=f"Tin {campaign.name}",
        link=address(campaign),
        description=f"Tin, hướng dẫn và tuyên truyền của {campaign.name}.",
        language="vi",
        author_name="dieutra",
        feed_url=f"{address(campaign)}{name}.xml",
        feed_guid=f"{_tag(campaign.created_at.date().isoformat())}:tin/{campaign.slug}",
    )
    shown = items[:MOST]
    bodies = drawn(it.body for it in shown) if name != "rss" else [it.summary for it in shown]
    for item, body in zip(shown, bodies, strict=True):
        picture = f"{address(campaign, item)}anh/"
        made.add_item(
            title=item.title,
            link=address(campaign, item),
            description=body,
            author_name=publisher(item),
            unique_id=f"{_tag(item.made_at.date().isoformat())}:tin/{campaign.slug}/{item.pk}",
            unique_id_is_permalink=False,
            pubdate=item.publish_at,
            updateddate=max(item.changed_at, item.publish_at or item.changed_at),
            enclosures=[Enclosure(picture, str(item.image_size), item.image_type)]
            if item.image_sha256
            else [],
        )
    content: str = made.writeString("utf-8")
    return content.encode(), made.content_type


def _tag(day: str) -> str:
    """RFC 4151: an identity that stays when the address of the page changes."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{day}"
