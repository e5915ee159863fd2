"""A campaign: one survey or census."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.campaigns.kind import Kind
from dieutra.campaigns.kind_reading import kind_from
from dieutra.campaigns.ordered import OrderedJSON


class Campaign(models.Model):
    slug = models.SlugField(max_length=80, unique=True)
    kind_slug = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    catalogue = models.ForeignKey("places.Catalogue", on_delete=models.PROTECT)
    form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT)
    rules = OrderedJSON()  # campaign.toml and frame.toml as they stood when the campaign was made
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


class GroupForm(models.Model):
    """The questionnaire of one group of an opinion survey; `Campaign.form` is that of its first group."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="group_forms")
    survey = models.CharField(max_length=40)
    group = models.CharField(max_length=40)
    form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "survey", "group"], name="group_form_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.survey}/{self.group}"


class FormAdoption(models.Model):
    """The moment from which a campaign goes by another version of its form; `renamed`: old place -> new place."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="adoptions")
    from_form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT, related_name="+")
    to_form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT, related_name="+")
    renamed = models.JSONField(default=dict)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.from_form_id} → {self.to_form_id}"
