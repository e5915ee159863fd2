"""A campaign: one survey or census."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.campaigns.kind import Kind, kind_from


class Campaign(models.Model):
    slug = models.SlugField(max_length=80, unique=True)
    kind_slug = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    catalogue = models.ForeignKey("places.Catalogue", on_delete=models.PROTECT)
    form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT)
    rules = models.JSONField()  # campaign.toml and frame.toml as they stood when the campaign was made
    opens_on = models.DateField()
    list_due_on = models.DateField()
    closes_on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.slug

    @property
    def path(self) -> str:
        return "VN/"

    @property
    def campaign_id(self) -> int:
        return self.pk

    @property
    def kind(self) -> Kind:
        return kind_from(self.kind_slug, self.rules)
