"""Planning a wave: who gets what, said in one SQL statement per channel, so that 40,000 rows are one INSERT.

The recipients are posts. A unit's post stands on the path of its case; a supervisor's or administrator's post covers a
range of paths, and she gets one message with the number of forms instead of one for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    BooleanField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Left, Lower
from django.utils import timezone

from dieutra.campaigns.letters import halves, letter_of
from dieutra.cases.models import Case, State
from dieutra.messages import filling
from dieutra.messages.models import Channel, Message, Suppression, Wave
from dieutra.messages.sms.gateway import sms_is_on
from dieutra.messages.sms.numbers import with_number
from dieutra.messages.sms.text import segments
from dieutra.messages.sms.words import sms_of, spoken
from dieutra.people.models import Post, Role
from dieutra.people.permission import GRANTS, posts_of
from dieutra.places.paths import under
from dieutra.supervision.scope import in_care, number_below, number_of

STAFF = {"supervisor": Role.GSV, "administrator": Role.QTV}


@dataclass(frozen=True)
class Reach:
    """Whom a wave would reach, in numbers. `cases`: the forms that it is about."""

    cases: int
    people: int
    without_address: int
    suppressed: int

    @property
    def will_get(self) -> int:
        return self.people - self.without_address - self.suppressed


def cases_of(wave: Wave) -> QuerySet[Case]:
    return _of_state(wave).filter(under("path", wave.path))


def _of_state(wave: Wave) -> QuerySet[Case]:
    """The wave's cases wherever they lie; those of a supervisor's wave are those that she looks after.

    For a look-up from a post that lies in the wave's area: to name the area there again would offer SQLite its range to
    read once per post.
    """
    cases = Case.objects.filter(campaign_id=wave.campaign_id, state__in=wave.states)
    if wave.by is not None:
        sending = [
            it
            for it in posts_of(wave.by, wave.campaign_id)
            if it.role in GRANTS["message.send"] and wave.path.startswith(it.path)
        ]
        if all(it.role == Role.GSV for it in sending):
            cases = cases.filter(in_care(sending))
    if wave.until is not None:
        cases = cases.filter(changed_at__lt=wave.until)
    if wave.due_before is not None:
        cases = cases.filter(due_on__lt=wave.due_before)
    if wave.since is not None:
        cases = cases.filter(changed_at__gte=wave.since)
    return cases


def recipients(wave: Wave) -> QuerySet[Post]:
    """The posts that the wave goes to, with `number` of forms, `case_pk`, `case_state` and `case_due` for a unit."""
    posts = Post.objects.filter(
        under("path", wave.path), campaign_id=wave.campaign_id, ended_at__isnull=True, user__is_active=True
    )
    cases = _of_state(wave)
    if wave.whom == "unit":
        own = cases.filter(path=OuterRef("path"))
        posts = posts.filter(Exists(own), role=Role.DV)
        return posts.annotate(
            number=Value(1),
            case_pk=Subquery(own.values("pk")[:1]),
            case_state=Subquery(own.values("state")[:1]),
            case_due=Subquery(own.values("due_on")[:1]),
        )
    posts = posts.filter(role=STAFF[wave.whom])
    if wave.whom == "supervisor":
        waits = set(wave.states) <= {State.SUBMITTED, State.IN_REVIEW}
        number = number_of(cases, at_level=waits)
    else:
        number = Coalesce(number_below(cases), 0)
    posts = posts.annotate(number=number).filter(number__gt=0)
    return posts.annotate(
        case_pk=Value(None, output_field=IntegerField()),
        case_state=Value(""),
        case_due=Value(None, output_field=DateTimeField()),
    )


def addressed(posts: QuerySet[Post], channel: str) -> QuerySet[Any]:
    """With `goes_to`: the address of the channel, "" for none."""
    if channel == Channel.SMS:
        return with_number(posts, "goes_to")
    return posts.annotate(goes_to=F("user__email" if channel == Channel.EMAIL else "user__username"))


def reach(wave: Wave, channel: str) -> Reach:
    """Counted by the conditions of the statement that plans."""
    posts = addressed(recipients(wave), channel)
    there = posts.exclude(goes_to="")
    gone = there.filter(_suppressed("goes_to", obligatory=wave.obligatory)).count()
    people = posts.count()
    return Reach(cases_of(wave).count(), people, people - there.count(), gone)


def reached(wave: Wave) -> int:
    """How many people at least one of the chosen channels reaches."""
    some = Q(pk__in=[])
    for channel in wave.channels:
        if _goes(wave, channel):
            there = addressed(recipients(wave), channel).exclude(goes_to="")
            there = there.exclude(_suppressed("goes_to", obligatory=wave.obligatory))
            some |= Q(pk__in=there.values("pk"))
    return recipients(wave).filter(some).count()


def _suppressed(field: str, *, obligatory: bool) -> Exists:
    scopes = ["all"] if obligatory else ["all", "optional"]
    return Exists(
        Suppression.objects.filter(address=Lower(OuterRef(field)), scope__in=scopes, lifted_at__isnull=True)
    )


@transaction.atomic
def plan(wave: Wave) -> int:
    """Write the wave's messages; how many were new. Twice is once."""
    mine = Wave.objects.filter(pk=wave.pk, planned_at__isnull=True).update(planned_at=timezone.now())
    if not mine:
        return wave.planned
    count = sum(insert(_rows(wave, channel)) for channel in wave.channels if _goes(wave, channel))
    Wave.objects.filter(pk=wave.pk).update(planned=count)
    return count


def _goes(wave: Wave, channel: str) -> bool:
    """A short message goes only where there is a gateway and a text for phones."""
    return channel != Channel.SMS or (
        sms_is_on() and bool(sms_of(wave.campaign, wave.template, wave.language))
    )


def _words(wave: Wave, channel: str) -> tuple[str, str]:
    if channel == Channel.SMS:
        return "", sms_of(wave.campaign, wave.template, wave.language)
    return halves(letter_of(wave.campaign, wave.template, wave.language))


def _rows(wave: Wave, channel: str) -> QuerySet[Any]:
    subject, body = _words(wave, channel)
    now = timezone.now()
    posts = addressed(recipients(wave), channel).exclude(goes_to="")
    filled = filling.facts(wave)
    columns: dict[str, Any] = {
        "campaign_id": F("campaign_id"),
        "wave_id": Value(wave.pk),
        "channel": filling.words(channel),
        "template": filling.words(wave.template),
        "key": filling.key(wave, channel),
        "user_id": F("user_id"),
        "path": F("path"),
        "to": F("goes_to"),
        "domain": filling.domain() if channel == Channel.EMAIL else filling.words(""),
        "language": filling.words(wave.language),
        "subject": Left(filling.fill(subject, filled), 250),
        "text": filling.fill(body, filled),
        "link": filling.link(wave),
        "secret": filling.words(""),
        "obligatory": Value(wave.obligatory, output_field=BooleanField()),
        "state": filling.words(Message.State.SENT if channel == Channel.NOTICE else Message.State.PLANNED),
        **untouched(now),
    }
    if channel == Channel.NOTICE:
        columns["ended_at"] = filling.moment(now)
    return as_rows(posts.annotate(area_path=filling.AREA_PATH), columns)


def untouched(now: datetime) -> dict[str, Any]:
    """The columns of a message that nobody has tried to send."""
    return {
        "reason": filling.words(""),
        "code": filling.words(""),
        "attempts": Value(0),
        "refusals": Value(0),
        "handing": Value(False, output_field=BooleanField()),
        "doubts": Value(0),
        "segments": Value(0),
        "next_at": filling.moment(now),
        "planned_at": filling.moment(now),
    }


def as_rows(found: QuerySet[Any], columns: dict[str, Any]) -> QuerySet[Any]:
    """One row of `columns` for each of what was found, for `insert`."""
    rows: QuerySet[Any] = found.annotate(**{f"c_{name}": column for name, column in columns.items()})
    return rows.order_by().values_list(*(f"c_{name}" for name in columns))


def first_letter(wave: Wave, channel: str) -> tuple[str, str] | None:
    """(subject, text) as the first recipient will get it; None when there is none."""
    row = _rows(wave, channel).order_by("path").values_list("c_subject", "c_text").first()
    return (row[0], row[1]) if row else None


MANY = 5_000  # texts that are counted one by one


def cost(wave: Wave) -> tuple[int, bool]:
    """(segments of all the short messages that the wave would send, counted exactly). Beyond MANY it is an estimate from
    the first ones."""
    posts = _rows(wave, Channel.SMS)
    gone = _suppressed("goes_to", obligatory=wave.obligatory)
    texts = posts.exclude(gone).order_by("path").values_list("c_text", flat=True)
    total = texts.count()
    count = sum(segments(spoken(text, wave.campaign)).count for text in texts[:MANY])
    return (count, True) if total <= MANY else (round(count * total / MANY), False)


def insert(rows: QuerySet[Any], model: type[Model] = Message, once: str = "key") -> int:
    """INSERT … SELECT of `as_rows`; how many were new: a row whose column `once` is taken stays as it is."""
    query, parameters = rows.query.sql_with_params()
    quote = connection.ops.quote_name
    names = ", ".join(quote(name.removeprefix("c_")) for name in rows.query.annotation_select)
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) {query} ON CONFLICT ({quote(once)}) DO NOTHING", parameters
        )
        return int(cursor.rowcount)
