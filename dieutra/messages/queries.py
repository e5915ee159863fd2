"""Reading the outbox: waves, messages of a wave, notices, and the report of what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import BigIntegerField, Count, QuerySet, Sum, Value
from django.db.models import Case as Choice
from django.db.models import When as Then

from dieutra.campaigns.models import Campaign
from dieutra.messages.letter import FILLERS
from dieutra.messages.models import Channel, Message, Suppression, Wave
from dieutra.people.models import User
from dieutra.people.permission import visible_to
from dieutra.places.models import Area
from dieutra.places.paths import under


def waves(actor: User, campaign: Campaign) -> QuerySet[Wave]:
    """The rounds in the actor's area, the latest first."""
    found = visible_to(Wave.objects.filter(campaign=campaign), actor, "message.send")
    return found.select_related("by").order_by("-asked_at", "-pk")


def messages(actor: User, campaign: Campaign) -> QuerySet[Message]:
    """The messages to the posts in the actor's area; those that another part fills in have screens of their own there,
    since a list of reminders to respondents would say who has not answered.
    """
    found = Message.objects.filter(campaign=campaign).exclude(secret__in=FILLERS)
    return visible_to(found, actor, "message.send")


def suppressions(actor: User, campaign: Campaign) -> QuerySet[Suppression]:
    """The standing ones whose message lies in the actor's area."""
    mine = messages(actor, campaign)
    found = Suppression.objects.filter(message__in=mine, lifted_at__isnull=True)
    return found.select_related("message__user").order_by("-at", "-pk")


def notices(user: User) -> QuerySet[Message]:
    return Message.objects.filter(user=user, channel=Channel.NOTICE).order_by("-planned_at", "-pk")


def unread(user: User) -> int:
    return Message.objects.filter(user=user, channel=Channel.NOTICE, read_at__isnull=True).count()


@dataclass
class Line:
    """How many messages of an area stand where."""

    area: Area
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def cells(self) -> list[int]:
        return [self.counts.get(state.value, 0) for state in Message.State]


def by_area(found: QuerySet[Message], area: Area) -> list[Line]:
    """One line per child of an area, and one for what is addressed at the area itself; counted in one statement."""
    children = list(Area.objects.filter(parent=area).order_by("sort_key"))
    here = found.filter(under("path", area.path))
    whens = [Then(under("path", child.path), then=Value(child.pk)) for child in children]
    head = Choice(*whens, default=Value(area.pk), output_field=BigIntegerField())
    lines = {it.pk: Line(it) for it in [area, *children]}
    rows = here.annotate(head=head).order_by().values_list("head", "state").annotate(n=Count("pk"))
    for pk, state, number in rows:
        lines[pk].counts[state] = number
    return [line for line in lines.values() if line.total]


def whole(found: QuerySet[Message], area: Area) -> Line:
    rows = found.filter(under("path", area.path)).order_by().values_list("state").annotate(n=Count("pk"))
    return Line(area, dict(rows))


def segments_sent(found: QuerySet[Message], area: Area) -> int:
    """Segments of short messages that were handed over: what a gateway charges for."""
    return found.filter(under("path", area.path)).aggregate(n=Sum("segments"))["n"] or 0


def reasons(found: QuerySet[Message], area: Area) -> list[tuple[str, str, int]]:
    """(state in words, reason, how many), the most frequent first."""
    troubled = found.filter(under("path", area.path)).exclude(code="")
    rows = troubled.order_by().values_list("state", "code").annotate(n=Count("pk")).order_by("-n", "code")
    return [(str(Message.State(state).label), code, number) for state, code, number in rows[:50]]
