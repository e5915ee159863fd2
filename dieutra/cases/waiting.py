"""The supervisor's queue as she asks for it: filters, orders, counts, and which case comes next. Everything in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lag, Lead

from dieutra.cases.models import Case
from dieutra.places.paths import under

FAR = 50  # per cent from the last census

BY_DEADLINE, BY_FINDINGS, BY_DISTANCE, BY_WAIT = "han", "canh-bao", "chenh-lech", "cho-lau"
DUE, MOST_FINDINGS, WAITING, FIRST = (
    F("due_on").asc(),
    F("soft_count").desc(),
    F("changed_at").asc(),
    F("pk").asc(),
)
FARTHEST = F("distance").desc(nulls_last=True)
ORDERS: Mapping[str, tuple[OrderBy, ...]] = {
    BY_DEADLINE: (DUE, MOST_FINDINGS, WAITING, FIRST),
    BY_FINDINGS: (MOST_FINDINGS, DUE, WAITING, FIRST),
    BY_DISTANCE: (FARTHEST, DUE, WAITING, FIRST),
    BY_WAIT: (WAITING, FIRST),
}

FINDINGS, NO_FINDINGS, LATE, FAR_OFF, AGAIN = "co-canh-bao", "khong-canh-bao", "qua-han", "khac-xa", "gui-lai"


def filters(today: date) -> dict[str, Q]:
    return {
        NO_FINDINGS: Q(soft_count=0),
        FINDINGS: Q(soft_count__gt=0),
        FAR_OFF: Q(distance__gte=FAR),
        AGAIN: Q(sendings__gt=1),
        LATE: Q(due_on__lt=today),
    }


@dataclass(frozen=True)
class Asked:
    """What a person asks of her queue; unknown words are no filter."""

    today: date
    order: str = BY_DEADLINE
    only: str = ""
    area: str = ""  # a path

    def of(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        """The cases asked for, in the order asked for."""
        found = self.placed(cases)
        if wish := filters(self.today).get(self.only):
            found = found.filter(wish)
        return found.order_by(*self.ordering)

    def placed(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        return cases.filter(under("path", self.area)) if self.area else cases

    @property
    def ordering(self) -> tuple[OrderBy, ...]:
        return ORDERS.get(self.order, ORDERS[BY_DEADLINE])


def counts(cases: QuerySet[Case], today: date) -> dict[str, int]:
    """How many cases each filter leaves, and `all`, in one pass."""
    wishes = {name: Count("pk", filter=wish) for name, wish in filters(today).items()}
    found: dict[str, int] = cases.order_by().aggregate(all=Count("pk"), **wishes)
    return found


def neighbours(cases: QuerySet[Case], pk: int, asked: Asked) -> tuple[int | None, int | None]:
    """The case before and the case after this one in the queue as asked for; (None, first) when it is not in it."""
    ordered, window = asked.of(cases), list(asked.ordering)
    places = ordered.order_by().annotate(
        before=Window(Lag("pk"), order_by=window), after=Window(Lead("pk"), order_by=window)
    )
    # asked of the neighbours' own rows: a condition on `pk` itself would be applied before the windows are
    beside = places.filter(Q(before=pk) | Q(after=pk)).values_list("pk", "before")
    found = {"after" if before == pk else "before": key for key, before in beside}
    if not found:
        return None, ordered.exclude(pk=pk).values_list("pk", flat=True).first()
    return found.get("before"), found.get("after")


SHOWN = {
    "version": "version",
    "state": "state",
    "soft_count": "soft_count",
    "distance": "distance",
    "sendings": "sendings",
    "due_on": "due_on",
    "name": "unit__name",
    "code": "unit__code",
    "area": "unit__area__name",
    "sent_at": "response__sent_at",
}


def rows(keys: list[int]) -> list[dict[str, Any]]:
    """What a page of the queue shows of its cases, in the order of `keys`; no more, for a page has up to 200."""
    placed = Case.objects.filter(pk__in=keys).values_list("pk", *SHOWN.values())
    found = {pk: {"pk": pk, **dict(zip(SHOWN, values, strict=True))} for pk, *values in placed}
    return [found[key] for key in keys if key in found]
