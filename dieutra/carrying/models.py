"""An earlier list on its way to the areas of today.

A *carry* takes the list of one old province. Each of its *lines* is carried by the conversion of the catalogues where
that names one successor; everything else waits for a person. What was placed stands in the new campaign's base list.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class Carry(models.Model):
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="carries")
    old_province = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    province = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")  # what it became
    path = PathField()  # of the province
    source = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, null=True, related_name="+")
    filename = models.CharField(max_length=200, blank=True)  # when the list came from a file instead
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    converted_at = models.DateTimeField(null=True)  # every line has been asked of the conversion

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "old_province"], name="carry_once_per_old_province")
        ]

    def __str__(self) -> str:
        return f"{self.old_province_id} → {self.campaign_id}"


class CarriedLine(models.Model):
    class Cause(models.TextChoices):
        """Why a line was carried, or why a person must decide."""

        ONE = "one", "Danh mục có đúng một địa bàn mới"
        SPLIT = "split", "Xã cũ chia cho nhiều xã mới"
        DISTRICT = "district", "Cơ quan của cấp huyện đã bỏ"
        UNKNOWN = "unknown", "Danh mục không có địa bàn mới"

    class Verdict(models.TextChoices):
        PLACE = "place", "Chuyển về địa bàn"
        PROVINCE = "province", "Giữ lại, thuộc tỉnh"
        MERGE = "merge", "Đã nhập vào đơn vị khác"
        END = "end", "Đã kết thúc hoạt động"

    carry = models.ForeignKey(Carry, on_delete=models.CASCADE, related_name="lines")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=250)
    details = models.JSONField(default=dict)
    old_area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=10, choices=Cause.choices, blank=True)  # "" until the job has asked
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)  # "" while it waits
    target = models.ForeignKey("places.Area", on_delete=models.PROTECT, null=True, related_name="+")
    into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="received")
    note = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    unit = models.OneToOneField(
        "frames.Unit", on_delete=models.PROTECT, null=True, related_name="carried_from"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["carry", "code"], name="carried_line_once")]
        indexes = [models.Index(fields=["carry", "verdict", "cause"], name="carried_line_state")]

    def __str__(self) -> str:
        return self.code

    @property
    def goes_on(self) -> bool:
        """Does the line become a line of the new list?"""
        return self.verdict in (self.Verdict.PLACE, self.Verdict.PROVINCE)
