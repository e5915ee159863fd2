"""Invitations on one side, answers on the other, and no key between them.

What ties them for a moment is a sealed sheet, which only the campaign's key opens, and that key is kept outside of the
database. The rows of both sides carry no moment. docs/opinion-surveys.md has the argument; tests/opinions/test_secrecy.py
tries to break it.
"""

from __future__ import annotations

import uuid

from django.db import models

from dieutra.campaigns.models import Campaign
from dieutra.places.paths import PathField


class Invitation(models.Model):
    """A person's right to answer once. The link's token is worked out from the campaign's key and `epoch`.

    `token_hash` is all that stands of it here. `answered` says that an answer came in, never when.
    """

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="invitations")
    person = models.OneToOneField("rosters.Person", on_delete=models.PROTECT, related_name="invitation")
    survey = models.CharField(max_length=40)
    path = PathField()
    group = models.CharField(max_length=40)
    epoch = models.PositiveSmallIntegerField(default=1)  # one more: a new link, and the former dies
    token_hash = models.CharField(max_length=64, unique=True)
    answered = models.BooleanField(default=False)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["campaign", "survey", "path", "group", "answered"], name="invitation_place")
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class AddressChange(models.Model):
    """Why an invitation goes to another address; the former link is dead from then on."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="address_changes")
    before = models.CharField(max_length=254)
    after = models.CharField(max_length=254)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"address change {self.pk}"


class SealedDraft(models.Model):
    """What somebody has filled in so far, under a key made of her link and the campaign's key; gone when she sends it."""

    invitation = models.OneToOneField(
        Invitation, on_delete=models.CASCADE, related_name="draft", primary_key=True
    )
    version = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"draft {self.pk}"


class SealedOpinion(models.Model):
    """A sent answer that waits, sealed under the campaign's key, until it is laid open among others of its group."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()
    group = models.CharField(max_length=40)
    sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["campaign", "survey", "path", "group"], name="sealed_place")]

    def __str__(self) -> str:
        return f"sealed {self.pk}"


class OpinionRows(models.QuerySet["Opinion"]):
    def at_bodies(self, campaign: Campaign) -> OpinionRows:
        """Those of the campaign that are known to be about a body."""
        return self.filter(campaign=campaign).exclude(path=campaign.path)


class Opinion(models.Model):
    """An answer laid open: of which group about which body, and the day of the batch that it came out with.

    Those of places in which too few answered stand at the campaign's own path, some of them without a group (""): they are
    of no body, so whoever reads by body asks for `at_bodies`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()
    group = models.CharField(max_length=40)
    form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()
    device = models.CharField(max_length=32, blank=True)  # keyed hash of the browser's own number
    network = models.CharField(max_length=32, blank=True)  # keyed hash of the address and the sort of browser
    seconds = models.CharField(max_length=8, blank=True)  # how long it took: "<30", "30-60", … ; "" unknown
    released_on = models.DateField()

    objects = OpinionRows.as_manager()

    class Meta:
        indexes = [models.Index(fields=["campaign", "survey", "path", "group"], name="opinion_place")]

    def __str__(self) -> str:
        return f"opinion {self.pk}"


class Burst(models.Model):
    """How many answers about a body came in within ten minutes. A count alone: no answer is behind it."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "survey", "path", "window"], name="burst_once")
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.window:%Y-%m-%d %H:%M} {self.count}"


class Figure(models.Model):
    """How far a group is, as counted by the hour: screens read this, so that nobody watches single answers come in."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()
    group = models.CharField(max_length=40)
    invited = models.PositiveIntegerField(default=0)
    mailed = models.PositiveIntegerField(default=0)
    bounced = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "survey", "path", "group"], name="figure_once")
        ]

    def __str__(self) -> str:
        return f"{self.survey} {self.path} {self.group}"


class Closing(models.Model):
    """The end of a campaign's answering: the last answers laid open, the drafts gone, then the key destroyed."""

    campaign = models.OneToOneField("campaigns.Campaign", on_delete=models.PROTECT, related_name="closing")
    closed_on = models.DateField()
    released = models.PositiveIntegerField(default=0)  # at the end, the hourly ones not counted
    pooled = models.PositiveIntegerField(default=0)  # of those: at the campaign's own path, of no body
    destroyed = models.PositiveIntegerField(default=0)  # too few even in the pool: nobody has read them
    unreadable = models.PositiveIntegerField(default=0)
    drafts = models.PositiveIntegerField(default=0)  # begun, never sent
    key_destroyed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"closing {self.pk}"


from dieutra.opinions.mailing_models import FigureDay as FigureDay  # noqa: E402
from dieutra.opinions.mailing_models import Letter as Letter  # noqa: E402
from dieutra.opinions.mailing_models import Mailing as Mailing  # noqa: E402
from dieutra.opinions.mailing_models import Round as Round  # noqa: E402
