"""Reading news and the calendar: what the public sees now, what a person manages."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.people.models import User
from dieutra.people.permission import visible_to
from dieutra.places.models import Area
from dieutra.publicity.models import Activity, NewsItem

CENTRE = "Ban Chỉ đạo Trung ương"


def public_news(campaign: Campaign) -> QuerySet[NewsItem]:
    """What anybody may read at this moment, the latest first, with `area_name` of the body that published it."""
    found = NewsItem.objects.filter(campaign=campaign, state="published", publish_at__lte=timezone.now())
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id, path=OuterRef("path"), level__gt=0)
    named = found.annotate(area_name=Subquery(areas.values("name")[:1]))
    return named.select_related("campaign").order_by("-publish_at", "-pk")


def campaigns_with_news() -> QuerySet[Campaign]:
    now = timezone.now()
    found = Campaign.objects.filter(news__state="published", news__publish_at__lte=now)
    return found.distinct().order_by("-opens_on", "-pk")


def news_of(actor: User, campaign: Campaign) -> QuerySet[NewsItem]:
    found = visible_to(NewsItem.objects.filter(campaign=campaign), actor, "publicity.read")
    return found.select_related("made_by").order_by("-changed_at", "-pk")


def activities_of(actor: User, campaign: Campaign) -> QuerySet[Activity]:
    found = visible_to(Activity.objects.filter(campaign=campaign), actor, "publicity.read")
    return found.select_related("campaign").order_by("first_day", "pk")


def publisher(item: NewsItem) -> str:
    """The area in whose name an item was published."""
    if hasattr(item, "area_name"):
        return item.area_name or CENTRE
    area = Area.objects.filter(catalogue_id=item.campaign.catalogue_id, path=item.path).first()
    return area.name if area and area.level else CENTRE


@dataclass(frozen=True)
class Day:
    day: date
    inside: bool  # of the month that is shown
    today: bool
    activities: tuple[Activity, ...]


def month(activities: Iterable[Activity], year: int, number: int) -> list[list[Day]]:
    """Weeks from Monday to Sunday; an activity of several days stands on each of them."""
    found, today = list(activities), timezone.localdate()
    return [
        [
            Day(
                day,
                day.month == number,
                day == today,
                tuple(it for it in found if it.first_day <= day <= it.last_day),
            )
            for day in week
        ]
        for week in calendar.Calendar(firstweekday=0).monthdatescalendar(year, number)
    ]
