"""Reading reports."""

from __future__ import annotations

from django.db.models import QuerySet

from dieutra.people.models import User
from dieutra.people.permission import visible_to
from dieutra.reports.models import Report


def reports_of(actor: User) -> QuerySet[Report]:
    """The reports of the actor's areas, the latest period first."""
    found = visible_to(Report.objects.all(), actor, "report.read")
    return found.select_related("area", "campaign", "made_by").order_by("-until", "path", "-pk")
