"""Reading lists of people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.opinion_rules import Survey
from dieutra.engine.text import search_key
from dieutra.events.models import Event
from dieutra.people.models import User
from dieutra.people.permission import may, visible_to
from dieutra.places.models import Area, Level
from dieutra.rosters.columns import rules_of
from dieutra.rosters.models import Contact, Person, Request, Roster

Standing = Person.Standing
MAILING = ("opinions", "Mailing")
LISTED = (Standing.IN, Standing.ASIDE, Standing.EXCUSED)


def bodies(campaign: Campaign, survey: str) -> QuerySet[Area]:
    """The bodies that a survey is about, in Vietnamese order; each sends one roster. KeyError for an unknown survey."""
    kind = campaign.kind
    if kind.opinion is None:
        return Area.objects.none()
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id, level=Level.PROVINCE)
    where = kind.opinion.survey(survey).areas
    if where == "branch":
        areas = areas.filter(code__in=kind.branch_codes)
    elif where == "catalogue":
        areas = areas.exclude(code__in=kind.branch_codes)
    return areas.order_by("sort_key")


def surveys_at(campaign: Campaign, path: str) -> list[str]:
    """The surveys that are about the body at a path."""
    rules = campaign.kind.opinion
    if rules is None:
        return []
    return [it.code for it in rules.surveys if bodies(campaign, it.code).filter(path=path).exists()]


def roster_at(campaign: Campaign, survey: str, area: Area) -> Roster:
    """The roster of a body for a survey; one that is not kept yet when nobody has begun it."""
    found = Roster.objects.filter(campaign=campaign, survey=survey, path=area.path).first()
    roster = found or Roster(campaign=campaign, survey=survey, area=area, path=area.path)
    roster.campaign, roster.area = campaign, area
    return roster


def own_bodies(actor: User, campaign: Campaign) -> list[tuple[Survey, Area]]:
    """Every (survey, body) of the campaign that the actor may read."""
    rules = campaign.kind.opinion
    if rules is None:
        return []
    return [
        (survey, area)
        for survey in rules.surveys
        for area in visible_areas(bodies(campaign, survey.code), actor, campaign)
    ]


@dataclass(frozen=True)
class _Place:
    campaign_id: int
    path: str


def visible_areas(areas: Iterable[Area], actor: User, campaign: Campaign) -> list[Area]:
    return [it for it in areas if may(actor, "roster.read", _Place(campaign.pk, it.path))]


def due_on(roster: Roster) -> date:
    return roster.due_on or roster.campaign.list_due_on


def contacts_due(campaign: Campaign) -> date | None:
    """The day by which bodies name their contact: as many days before the lists as in the kind's own calendar."""
    rules = rules_of(campaign.kind)
    if not rules.contacts_due:
        return None
    own = date.fromisoformat(rules.contacts_due)
    listed = date.fromisoformat(rules.list_due) if rules.list_due else own
    return campaign.list_due_on - (listed - own) if rules.list_due else own


def contact_of(campaign: Campaign, path: str) -> Contact | None:
    return Contact.objects.filter(campaign=campaign, path=path, ended_at__isnull=True).first()


@dataclass(frozen=True)
class Counted:
    """A group of a roster: who is asked, who is merged into another role, who is excused, and of how many units."""

    asked: int = 0
    aside: int = 0
    excused: int = 0
    units: int = 0


def counts(roster: Roster) -> dict[str, Counted]:
    """By group, in one statement; groups without anybody are left out."""
    if roster.pk is None:
        return {}
    asked = Q(standing=Standing.IN)
    found = (
        Person.objects.filter(roster=roster, standing__in=LISTED)
        .values("group")
        .annotate(
            asked=Count("pk", filter=asked),
            aside=Count("pk", filter=Q(standing=Standing.ASIDE)),
            excused=Count("pk", filter=Q(standing=Standing.EXCUSED)),
            units=Count("unit_key", filter=asked & ~Q(unit_key=""), distinct=True),
        )
    )
    return {it["group"]: Counted(it["asked"], it["aside"], it["excused"], it["units"]) for it in found}


def people_of(roster: Roster, group: str = "", text: str = "", standing: str = "") -> QuerySet[Person]:
    """The lines of a list in their order; `text` finds names and units without tone marks, addresses and numbers."""
    if roster.pk is None:
        return Person.objects.none()
    found = Person.objects.filter(roster=roster)
    found = found.filter(standing=standing) if standing else found.exclude(standing=Standing.REMOVED)
    if group:
        found = found.filter(group=group)
    if text.strip():
        key = search_key(text)
        by_words = Q(name_key__contains=key) | Q(unit_key__contains=key) if key else Q(pk__in=[])
        found = found.filter(
            by_words | Q(email__contains=text.strip().lower()) | Q(phone__contains=text.strip())
        )
    return found.select_related("kept_as").order_by("number", "pk")


def used_elsewhere(roster: Roster) -> QuerySet[Person]:
    """People of a list whose address another body has, too, in the same survey. Not whose it is: that is not told."""
    there = Person.objects.filter(campaign_id=roster.campaign_id, survey=roster.survey, standing=Standing.IN)
    others = there.exclude(path=roster.path).exclude(email="")
    mine = Person.objects.filter(roster=roster, standing=Standing.IN)
    return mine.filter(email__in=others.values("email")).order_by("number")


def shared_addresses(campaign: Campaign) -> QuerySet[Person, Any]:
    """For the centre: (survey, email) in the lists of more than one body, with the number of bodies."""
    asked = Person.objects.filter(campaign=campaign, standing=Standing.IN).exclude(email="")
    found = asked.values("survey", "email").annotate(places=Count("path", distinct=True))
    return found.filter(places__gt=1).order_by("survey", "email")


def rosters(actor: User, campaign: Campaign) -> QuerySet[Roster]:
    """The kept rosters that the actor may read."""
    return visible_to(Roster.objects.filter(campaign=campaign), actor, "roster.read").select_related("area")


def open_requests(actor: User, campaign: Campaign) -> QuerySet[Request]:
    found = visible_to(Request.objects.filter(campaign=campaign), actor, "roster.read")
    return (
        found.filter(state=Request.State.ASKED).select_related("roster__area", "person").order_by("asked_at")
    )


def history_of(roster: Roster) -> QuerySet[Event]:
    """Everything that happened to a list, its lines and its requests, latest first."""
    about = Q(subject_type="roster", subject_id=roster.pk)
    for model, things in (("person", Person), ("request", Request)):
        inside = things.objects.filter(roster=roster).values("pk")
        about |= Q(subject_type=model, subject_id__in=inside)
    return Event.objects.filter(about, campaign_id=roster.campaign_id).order_by("-pk")


def mailing_is_open(roster: Roster) -> bool:
    """Whether its people are being written to. Mailing lies above this app, so it is known by its name alone."""
    try:
        mailing: Any = apps.get_model(*MAILING)
    except LookupError:
        return False
    about = {"campaign_id": roster.campaign_id, "survey": roster.survey, "path": roster.path}
    return bool(mailing.objects.filter(**about).exists())


def is_late(roster: Roster, today: date | None = None) -> bool:
    """Not sent though its day has passed; or sent after it."""
    if roster.state in (Roster.State.SENT, Roster.State.ACCEPTED):
        return roster.late
    return (today or timezone.localdate()) > due_on(roster)
