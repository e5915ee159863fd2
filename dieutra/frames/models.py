"""The listing frame.

A *listing* is the part of the base list that one area reviews (a district's units, or the bodies of a
province). The level above accepts or returns it. A *unit* is one line; every change of it is kept.

A line never vanishes once somebody has worked on it: an addition that is undone, or a line with a history
that a new base list replaces, is *dropped* (`dropped_at`). It is in no list and its code is free again, but
its versions stay.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from dieutra.places.paths import PathField


class Listing(models.Model):
    class State(models.TextChoices):
        REVIEWING = "reviewing", "Đang rà soát"
        SENT = "sent", "Đã gửi, chờ chấp nhận"
        RETURNED = "returned", "Trả lại, cần rà soát tiếp"
        ACCEPTED = "accepted", "Đã chấp nhận"

    OPEN = (State.REVIEWING, State.RETURNED)

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="listings")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    level = models.PositiveSmallIntegerField("cấp rà soát")
    state = models.CharField(max_length=10, choices=State.choices, default=State.REVIEWING)
    version = models.PositiveIntegerField(default=1)
    note = models.TextField("ý kiến khi trả lại", blank=True)
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "area"], name="listing_once")]
        indexes = [models.Index(fields=["campaign", "path"], name="listing_place")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.path}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def level_words(self) -> str:
        """“cấp tỉnh”: how the kind calls the level that reviews this listing."""
        return self.campaign.kind.level_words[self.level]

    @property
    def accepting_level(self) -> int:
        """The level of the area above: "VN/35/347/" is accepted by the province, level 1."""
        return self.path.count("/") - 2


class Unit(models.Model):
    class Decision(models.TextChoices):
        PENDING = "pending", "Chưa rà soát"
        KEEP = "keep", "Giữ nguyên"
        CORRECT = "correct", "Sửa thông tin"
        ADD = "add", "Bổ sung"
        REMOVE = "remove", "Loại khỏi danh sách"
        MOVE = "move", "Chuyển địa bàn"

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="units")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="units")
    origin = models.ForeignKey(  # the listing of its base line; None when it was added
        Listing, on_delete=models.PROTECT, related_name="base_units", null=True
    )
    code = models.CharField("mã đơn vị", max_length=30)
    name = models.CharField("tên đơn vị", max_length=250)
    search_key = models.CharField(max_length=250, db_index=True, editable=False)
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")  # which manages it
    path = PathField()  # the area's path, then "@CODE/"
    details = models.JSONField(default=dict)  # the frame's other columns, by name
    base = models.JSONField(null=True)  # the line as it stood in the base list; None when it was added
    decision = models.CharField(max_length=8, choices=Decision.choices, default=Decision.PENDING)
    reason = models.CharField("lý do loại", max_length=40, blank=True)  # a code of the kind's removal_reasons
    note = models.CharField("ghi chú khi loại", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # A unit signs in with its code, and names of accounts know no capitals.
            models.UniqueConstraint(
                "campaign", Lower("code"), condition=models.Q(dropped_at__isnull=True), name="unit_code_once"
            )
        ]
        indexes = [
            models.Index(fields=["campaign", "path"], name="unit_place"),
            models.Index(fields=["listing", "decision"], name="unit_decision"),
        ]

    def __str__(self) -> str:
        return self.code


class UnitVersion(models.Model):
    """A line as it stood after a change, with who changed it."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    line = models.JSONField()
    actor = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "number"], name="unit_version_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} v{self.number}"
