"""What became of the letters with people's links, for the centre; and whose letters do not arrive, for her body.

Reminders stay out: whoever got one had not answered. A letter of a link that lost its sense stands as one that left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case as Choice
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models import When as Then

from dieutra.campaigns.models import Campaign
from dieutra.messages.models import Message
from dieutra.opinions.letters import NOT_NEEDED
from dieutra.opinions.mailing import invited
from dieutra.opinions.models import Invitation, Letter

WAITS, LATER, LEFT, FAILS, NO_ADDRESS, NONE = "cho", "hen", "di", "loi", "thieu", "chua"
WORDS = {
    WAITS: "Chờ gửi",
    LATER: "Hẹn gửi lại",
    LEFT: "Đã gửi",
    FAILS: "Không đến được",
    NO_ADDRESS: "Chưa có địa chỉ",
    NONE: "Chưa mở gửi",
}
State = Message.State


def _standing(prefix: str = "message__") -> Choice:
    def state(*values: str) -> Q:
        return Q(**{f"{prefix}state__in": values})

    return Choice(
        Then(state(State.PLANNED, State.SENDING), then=Value(WAITS)),
        Then(state(State.DEFERRED), then=Value(LATER)),
        Then(state(State.SENT) | Q(**{f"{prefix}reason": NOT_NEEDED}), then=Value(LEFT)),
        default=Value(FAILS),
        output_field=CharField(),
    )


def with_delivery(invitations: QuerySet[Invitation]) -> QuerySet[Any]:
    """Each with `standing` (a key of WORDS), `trouble` (why a letter came back) and `times` (sent again so often)."""
    mine = Letter.objects.filter(invitation=OuterRef("pk"), epoch=OuterRef("epoch")).exclude(
        sort=Letter.Sort.REMINDER
    )
    seen = mine.annotate(standing=_standing())
    failed = seen.filter(standing=FAILS).order_by("-pk")
    last = seen.filter(sort__in=Letter.FIRST_OF_A_LINK).order_by("-pk")
    again = (
        Letter.objects.filter(invitation=OuterRef("pk"), sort=Letter.Sort.AGAIN)
        .order_by()
        .values("invitation")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return invitations.annotate(
        last=Subquery(last.values("standing")[:1]),
        trouble=Subquery(failed.values("message__reason")[:1]),
        times=Subquery(again),
    ).annotate(
        standing=Choice(
            Then(person__email="", then=Value(NO_ADDRESS)),
            Then(Exists(failed), then=Value(FAILS)),
            Then(last__isnull=False, then=F("last")),
            default=Value(NONE),
            output_field=CharField(),
        )
    )


@dataclass
class Line:
    """How many people of a body (or a group of it) stand where."""

    survey: str
    path: str
    group: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def by_body(campaign: Campaign, *, groups: bool = False) -> dict[tuple[str, ...], Line]:
    """(survey, path[, group]) → line, of everybody who is invited."""
    keys = ("survey", "path", "group") if groups else ("survey", "path")
    found = with_delivery(invited(campaign)).order_by().values_list(*keys, "standing").annotate(n=Count("pk"))
    lines: dict[tuple[str, ...], Line] = {}
    for *key, standing, number in found:
        lines.setdefault(tuple(key), Line(*key)).counts[standing] = number
    return lines
