"""News of a campaign with their history, and the activities of its publicity calendar."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class NewsItem(models.Model):
    """Seen by the public while it is published and its moment has come; nothing has to run for that."""

    class State(models.TextChoices):
        DRAFT = "draft", "Bản nháp"
        PUBLISHED = "published", "Đã đăng"
        WITHDRAWN = "withdrawn", "Đã gỡ"

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="news")
    path = PathField()  # of the body that publishes it
    title = models.CharField("tiêu đề", max_length=200)
    summary = models.CharField("tóm tắt", max_length=400)
    body = models.TextField("nội dung")  # Markdown, see markup.py
    image_sha256 = models.CharField(max_length=64, blank=True)
    image_type = models.CharField(max_length=20, blank=True)
    image_size = models.PositiveIntegerField(default=0)
    image_words = models.CharField("mô tả ảnh", max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    publish_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["campaign", "state", "-publish_at"], name="news_public")]

    def __str__(self) -> str:
        return self.title

    @property
    def waits(self) -> bool:
        """Published, but its moment is still to come."""
        at = self.publish_at
        return self.state == self.State.PUBLISHED and at is not None and at > timezone.now()


class NewsVersion(models.Model):
    """An item as it stood after an act."""

    class Act(models.TextChoices):
        MADE = "made", "Soạn"
        CHANGED = "changed", "Sửa"
        PUBLISHED = "published", "Đăng"
        WITHDRAWN = "withdrawn", "Gỡ"

    item = models.ForeignKey(NewsItem, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=10, choices=Act.choices)
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=400)
    body = models.TextField()
    image_sha256 = models.CharField(max_length=64, blank=True)
    publish_at = models.DateTimeField(null=True)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="news_version_once")]

    def __str__(self) -> str:
        return f"{self.item_id}.{self.number}"


class Channel(models.TextChoices):
    PRESS = "press", "Báo chí"
    BROADCAST = "broadcast", "Đài phát thanh, truyền hình"
    LOUDSPEAKER = "loudspeaker", "Hệ thống thông tin cơ sở"
    PORTAL = "portal", "Cổng, trang thông tin điện tử"
    SOCIAL = "social", "Mạng xã hội"
    SMS = "sms", "Tin nhắn SMS"
    MEETING = "meeting", "Hội nghị, họp báo"
    PRINT = "print", "Pa nô, áp phích, tờ rơi"
    OTHER = "other", "Khác"


class Activity(models.Model):
    """A line of the publicity calendar: what is told where, when and by whom; when it is done, with what shows it."""

    class State(models.TextChoices):
        PLANNED = "planned", "Theo kế hoạch"
        DONE = "done", "Đã thực hiện"
        CANCELLED = "cancelled", "Không thực hiện"

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="publicity")
    path = PathField()
    content = models.CharField("nội dung", max_length=300)
    channel = models.CharField("kênh", max_length=12, choices=Channel.choices)
    responsible = models.CharField("người, đơn vị thực hiện", max_length=200)
    first_day = models.DateField("từ ngày")
    last_day = models.DateField("đến ngày")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    note = models.CharField("kết quả", max_length=500, blank=True)
    link = models.URLField("liên kết minh chứng", max_length=500, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_type = models.CharField(max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["campaign", "first_day"], name="activity_day")]

    def __str__(self) -> str:
        return self.content

    @property
    def late(self) -> bool:
        return self.state == self.State.PLANNED and self.last_day < timezone.localdate()
