"""The outbox: messages, the waves that planned them, addresses that get nothing more, and the buckets of tokens."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class Channel(models.TextChoices):
    EMAIL = "email", "Thư điện tử"
    NOTICE = "notice", "Thông báo trong phần mềm"
    SMS = "sms", "Tin nhắn SMS"


class Wave(models.Model):
    """One round of messages: by an action rule of the kind, or asked for by a person. Planned as a whole or not at all."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="waves")
    rule = models.CharField(max_length=60)  # "" when a person asked for it
    occasion = models.CharField(max_length=60)
    template = models.CharField(max_length=60)
    whom = models.CharField(max_length=14)
    channels = models.JSONField(default=list)
    states = models.JSONField(default=list)
    path = PathField()
    # only cases that have stood in their state from some moment in [since, until)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    due_before = models.DateField(null=True)  # only forms that were due before this day
    language = models.CharField(max_length=5, default="vi")
    obligatory = models.BooleanField(default=False)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    planned_at = models.DateTimeField(null=True)
    planned = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "rule", "occasion"], name="wave_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.rule or self.template} {self.occasion}"


class Message(models.Model):
    """One message to one address. `key` = rule, case and occasion: asking twice makes one row.

    While a worker has it, `next_at` is the end of its lease, and `attempts` the fence: an outcome counts only for the
    attempt that it belongs to.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Chờ gửi"
        SENDING = "sending", "Đang gửi"
        SENT = "sent", "Đã gửi"
        DEFERRED = "deferred", "Sẽ gửi lại"
        BOUNCED = "bounced", "Bị trả về"
        SUPPRESSED = "suppressed", "Không gửi"
        FAILED = "failed", "Không gửi được"
        # of short messages alone: a receipt said so; and handed over without an answer, so that it is not sent again
        DELIVERED = "delivered", "Đã đến máy"
        UNKNOWN = "unknown", "Không rõ kết quả"

    OPEN = (State.PLANNED, State.DEFERRED, State.SENDING)

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, null=True, related_name="messages")
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.EMAIL)
    template = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    user = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    path = PathField()  # of the post that it is for
    to = models.CharField(max_length=254, blank=True)
    domain = models.CharField(max_length=253, blank=True)
    language = models.CharField(max_length=5, default="vi")
    subject = models.CharField(max_length=250, blank=True)
    text = models.TextField()
    link = models.CharField(max_length=200, blank=True)  # where a notice leads
    # "activation", "forgotten": a link that is not kept is put in when it is sent
    secret = models.CharField(max_length=12, blank=True)
    obligatory = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=60, blank=True)  # the reason without what is of this message alone
    attempts = models.PositiveIntegerField(default=0)
    refusals = models.PositiveSmallIntegerField(default=0)  # refused for now, so many times
    handing = models.BooleanField(default=False)  # its content is being handed over just now
    doubts = models.PositiveSmallIntegerField(default=0)  # handed over, and the answer was never heard
    segments = models.PositiveSmallIntegerField(default=0)  # of a short message that was handed over
    next_at = models.DateTimeField(default=timezone.now)
    planned_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                name="message_due",
                condition=models.Q(state__in=["planned", "deferred", "sending"]),
            ),
            models.Index(fields=["campaign", "path"], name="message_place"),
            models.Index(
                fields=["user"],
                name="message_unread",
                condition=models.Q(channel="notice", read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Part(models.Model):
    """What a gateway calls one segment, and what its delivery receipt said. A receipt may be quicker than the answer
    that names its message: then it waits here without one."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="parts")
    name = models.CharField(max_length=100, unique=True)
    state = models.CharField(max_length=10, blank=True)  # as in a receipt: DELIVRD, UNDELIV, …; "" so far
    error = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"part {self.pk}"


class Suppression(models.Model):
    """An address that gets nothing more (`all`), or nothing but what is obligatory (`optional`)."""

    class Scope(models.TextChoices):
        ALL = "all", "Không gửi gì"
        OPTIONAL = "optional", "Chỉ gửi thư bắt buộc"

    address = models.CharField(max_length=254)  # in small letters
    scope = models.CharField(max_length=8, choices=Scope.choices)
    reason = models.CharField(max_length=300)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address", "scope"],
                condition=models.Q(lifted_at__isnull=True),
                name="suppression_once",
            )
        ]

    def __str__(self) -> str:
        return f"suppression {self.pk}"


class Bucket(models.Model):
    """Tokens of a campaign or of one recipient domain; shared by all workers."""

    name = models.CharField(max_length=300, unique=True)
    tokens = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
