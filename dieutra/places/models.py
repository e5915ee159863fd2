"""Catalogues of administrative areas. An area is known by (catalogue, code): codes were inherited in 2025."""

from __future__ import annotations

from django.db import models

from dieutra.places.paths import PathField


class Level(models.IntegerChoices):
    COUNTRY = 0, "Trung ương"
    PROVINCE = 1, "Cấp tỉnh"
    DISTRICT = 2, "Cấp huyện"
    COMMUNE = 3, "Cấp xã"


class Catalogue(models.Model):
    """One version of the list of areas; `valid_to` is its last day."""

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    licence = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.slug


class Area(models.Model):
    """A node of the management tree in one catalogue."""

    catalogue = models.ForeignKey(Catalogue, on_delete=models.PROTECT, related_name="areas")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=30)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = PathField()
    search_key = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=600)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["catalogue", "code"], name="one_area_per_code")]
        indexes = [
            models.Index(fields=["catalogue", "path"], name="area_catalogue_path"),
            models.Index(fields=["search_key"], name="area_search_key"),
        ]

    def __str__(self) -> str:
        return self.name


class FormerName(models.Model):
    """A name that an area or a part of it bore before its catalogue; lists of earlier years still use it."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="former_names")
    key = models.CharField(max_length=150)  # as in the source: no tone marks, no spaces: "phuonghaibatrung"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "key"], name="one_former_name_per_area")]
        indexes = [models.Index(fields=["key"], name="former_name_key")]

    def __str__(self) -> str:
        return self.key


class Conversion(models.Model):
    """What became of an old area: one row for each new area that received all or a part of it."""

    class Kind(models.TextChoices):
        WHOLE = "whole", "Giữ nguyên một đơn vị"
        MERGED = "merged", "Nhập cùng đơn vị khác"
        SPLIT = "split", "Chia cho nhiều đơn vị"

    old_catalogue = models.ForeignKey(Catalogue, on_delete=models.CASCADE, related_name="conversions_from")
    old_code = models.CharField(max_length=20)
    new_catalogue = models.ForeignKey(Catalogue, on_delete=models.CASCADE, related_name="conversions_into")
    new_code = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    needs_person = models.BooleanField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["old_catalogue", "old_code", "new_catalogue", "new_code"],
                name="one_conversion_per_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code}"
