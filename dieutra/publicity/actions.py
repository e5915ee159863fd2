"""Writes about news: compose, change, publish now or at a moment, take down. Every act leaves a version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.cases import files
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.incidents.wording import Sent, worded
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.publicity.bare import bare
from dieutra.publicity.models import NewsItem, NewsVersion

State, Act = NewsItem.State, NewsVersion.Act
IMAGES = ("image/jpeg", "image/png", "image/webp")
IMAGE_LIMIT = 2 * 1024 * 1024
WHY = "Chỉ quản trị viên của địa bàn được sửa tin và lịch tuyên truyền."


@dataclass(frozen=True)
class Text:
    """What the form gives. `image` replaces the standing one; `no_image` takes it away."""

    title: str
    summary: str
    body: str
    image: Sent | None = None
    image_words: str = ""
    no_image: bool = False


def compose(actor: User, campaign: Campaign, path: str, text: Text) -> NewsItem:
    """A draft. Raises Forbidden, Invalid."""
    require(actor, "publicity.manage", Place(campaign.pk, path), why=WHY)
    fields = _checked(text, "")
    with transaction.atomic():
        item = NewsItem.objects.create(campaign=campaign, path=path, made_by=actor, **fields)
        _keep(actor, item, Act.MADE)
        record(actor, "news.made", item)
    return item


def change(actor: User, item: NewsItem, version: int, text: Text) -> None:
    """Another wording. What is published is changed for everybody at once; the former wording stays in the history."""
    require(actor, "publicity.manage", item, why=WHY)
    fields = _checked(text, item.image_sha256)
    with transaction.atomic():
        _go(item, version, changed_at=timezone.now(), **fields)
        _keep(actor, item, Act.CHANGED)
        record(actor, "news.changed", item, published=item.state == State.PUBLISHED)


def publish(actor: User, item: NewsItem, version: int, at: datetime | None) -> None:
    """From a moment on, or at once when `at` is None or past."""
    require(actor, "publicity.manage", item, why=WHY)
    if item.state == State.PUBLISHED and not item.waits:
        raise NotNow("Tin này đang được đăng.")
    now = timezone.now()
    at = max(at, now) if at else now
    if at.year > now.year + 5:
        raise Invalid("Thời điểm đăng quá xa.", [Problem("Đăng lúc", "Chọn thời điểm trong vòng 5 năm.")])
    with transaction.atomic():
        _go(item, version, state=State.PUBLISHED, publish_at=at)
        _keep(actor, item, Act.PUBLISHED)
        record(actor, "news.published", item, at=at.isoformat())


def withdraw(actor: User, item: NewsItem, version: int) -> None:
    """No longer to be read, from this moment."""
    require(actor, "publicity.manage", item, why=WHY)
    if item.state != State.PUBLISHED:
        raise NotNow("Tin này không đang được đăng.")
    with transaction.atomic():
        _go(item, version, state=State.WITHDRAWN)
        _keep(actor, item, Act.WITHDRAWN)
        record(actor, "news.withdrawn", item)


def _checked(text: Text, standing_image: str) -> dict[str, object]:
    fields: dict[str, object] = {
        "title": worded("Tiêu đề", text.title, 200),
        "summary": worded("Tóm tắt", " ".join(text.summary.split()), 400),
        "body": worded("Nội dung", text.body, 30_000),
        "image_words": worded("Mô tả ảnh", text.image_words, 200, may_be_blank=True),
    }
    if text.image is not None:
        fields |= _image(text.image)
    elif text.no_image:
        fields |= {"image_sha256": "", "image_type": "", "image_size": 0, "image_words": ""}
    has_image = bool(fields.get("image_sha256", standing_image))
    if has_image and not fields["image_words"]:
        raise Invalid(
            "Ảnh chưa có mô tả.", [Problem("Mô tả ảnh", "Người không nhìn được ảnh cần mô tả này.")]
        )
    return fields


def _image(sent: Sent) -> dict[str, object]:
    name, content = sent
    content_type = files.check(files.clean_name(name), content, IMAGE_LIMIT)
    if content_type not in IMAGES:
        raise Invalid("Tệp không phải ảnh.", [Problem("Ảnh", "Hãy gửi ảnh JPEG, PNG hoặc WebP, đến 2 MB.")])
    content = bare(content, content_type)
    return {"image_sha256": files.put(content), "image_type": content_type, "image_size": len(content)}


def _go(item: NewsItem, version: int, **changes: object) -> None:
    same = NewsItem.objects.filter(pk=item.pk, version=version)
    if not same.update(version=version + 1, **changes):
        raise Stale("Tin vừa được người khác sửa. Việc của bạn chưa được lưu; hãy tải lại trang để xem.")
    item.refresh_from_db()


def _keep(actor: User, item: NewsItem, act: NewsVersion.Act) -> None:
    NewsVersion.objects.create(
        item=item, number=item.version, act=act, by=actor, title=item.title, summary=item.summary, body=item.body,
        image_sha256=item.image_sha256, publish_at=item.publish_at,
    )  # fmt: skip
