"""Reminders to those who have not answered: by the kind's rules, or asked for by the centre or for a body's group.

A reminder is planned for everybody who could get one; whether she has answered is looked at when it is handed over
(letters.is_spent), so neither a row nor their number says anything. No action here returns a number, and asking for a
reminder of a group where everybody has answered looks the same as any other.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.opinion_rules import MAILING
from dieutra.campaigns.opinion_rules import Letter as LetterRule
from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.events.actions import record
from dieutra.messages.models import Message
from dieutra.opinions import letters
from dieutra.opinions.mailing import invited, of_bodies, opened
from dieutra.opinions.models import Invitation, Letter, Mailing, Round
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import may, require

LATE = timedelta(days=3)  # a worker that stood still longer than this sends no stale reminder
FROM_HOUR = 7  # nobody is reminded in the night
BODY_PAUSE = timedelta(days=3)  # a body does not press its people every day
WHY = "Chỉ quản trị viên của cơ quan (về người của mình) và Trung ương đề nghị gửi thư nhắc."


def remindable(campaign: Campaign) -> QuerySet[Invitation]:
    """Who got the letter with her link before today and was not reminded today, answered or not.

    A letter to somebody who has answered ends at its hand-over: neither the rows nor their numbers tell who that is.
    """
    today = _start_of(timezone.localdate())
    mine = Letter.objects.filter(invitation=OuterRef("pk"))
    arrived = mine.filter(
        epoch=OuterRef("epoch"), message__state=Message.State.SENT, message__ended_at__lt=today
    ).exclude(sort=Letter.Sort.REMINDER)
    reminded = mine.filter(sort=Letter.Sort.REMINDER, message__planned_at__gte=today)
    late = invited(campaign).filter(Exists(arrived)).exclude(Exists(reminded))
    return letters.reachable(late, optional=True)


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def by_the_clock(campaign: Campaign, at: datetime | None = None) -> int:
    """Plan the reminders whose day has come, each rule once per person; how many rounds were made."""
    now = timezone.localtime(at)
    if now.hour < FROM_HOUR or not campaign.opens_on <= now.date() <= campaign.closes_on:
        return 0
    rules = campaign.kind.opinion
    ours = [it for it in rules.letters if it.whom == "respondent"] if rules else []
    return sum(_by_rule(campaign, it, now.date()) for it in ours)


def _by_rule(campaign: Campaign, rule: LetterRule, today: date) -> bool:
    whom = remindable(campaign)
    if rule.when.of == MAILING:
        bodies = [
            (it.survey, it.path)
            for it in Mailing.objects.filter(campaign=campaign)
            if 0 <= (today - timezone.localdate(it.opened_at)).days - rule.when.days <= LATE.days
        ]
        if not bodies:
            return False
        occasion, whom = f"{today:%Y-%m-%d}", of_bodies(whom, bodies)
    else:
        dates = {"opens": campaign.opens_on, "list_due": campaign.list_due_on, "closes": campaign.closes_on}
        day = rule.when.day(dates)
        if not day <= today <= day + LATE:
            return False
        occasion = f"{day:%Y-%m-%d}"
    with transaction.atomic():
        made, new = Round.objects.get_or_create(
            campaign=campaign, rule=rule.name, occasion=occasion,
            defaults={"what": Round.What.REMINDER, "template": rule.what},
        )  # fmt: skip
        if not new:
            return False
        _plan(made, whom, f"rule:{rule.name}")
    return True


def _plan(made: Round, whom: QuerySet[Invitation], occasion: str) -> None:
    """Once per person and occasion, whichever link she has."""
    letters.plan(
        whom, made.campaign, template=made.template, sort=Letter.Sort.REMINDER, occasion=occasion, of_round=made,
        obligatory=False, by_epoch=False,
    )  # fmt: skip


def last_asked(campaign: Campaign, survey: str, path: str, group: str) -> Round | None:
    """The last reminder that somebody asked for at this place."""
    found = Round.objects.filter(
        campaign=campaign, what=Round.What.REMINDER, rule="", survey=survey, path=path, group=group
    )
    return found.select_related("by").order_by("-asked_at").first()


def remind(actor: User, campaign: Campaign, survey: str, path: str, group: str = "") -> Round:
    """Remind a group of a body; the centre may leave out `group` (the whole body) and `path` (all bodies of the survey).

    Raises Forbidden; Invalid for a place that is none; NotNow before the mailing, after the last day, or too soon.
    """
    central = may(actor, "opinion.manage", campaign)
    if central:
        require(actor, "opinion.manage", campaign)
    else:
        require(actor, "roster.edit", Place(campaign.pk, path or campaign.path), level=1, why=WHY)
    rules = campaign.kind.opinion
    known = {(it.survey, it.code) for it in rules.groups} if rules else set()
    if survey not in {it[0] for it in known} or (group and (survey, group) not in known):
        raise Invalid("Không có nhóm này.", [Problem("Nhóm", "Hãy mở lại trang tiến độ rồi chọn nhóm.")])
    if not (group and path) and not central:
        raise Invalid("Chưa chọn nhóm.", [Problem("Nhóm", "Cơ quan nhắc từng nhóm.")])
    today = timezone.localdate()
    if today > campaign.closes_on:
        raise NotNow("Đợt trả lời đã kết thúc nên không nhắc nữa.")
    if path and (survey, path) not in opened(campaign):
        raise NotNow("Phiếu của cơ quan này chưa được gửi nên chưa có ai để nhắc.")
    _not_too_soon(campaign, survey, path, group, central=central)
    with transaction.atomic():
        place = hashlib.sha256(f"{survey}|{path}|{group}".encode()).hexdigest()[:40]
        made, new = Round.objects.get_or_create(
            campaign=campaign, rule="", occasion=f"nhac|{today:%Y-%m-%d}|{place}",
            defaults={"what": Round.What.REMINDER, "template": "reminder", "survey": survey, "path": path,
                      "group": group, "by": actor},
        )  # fmt: skip
        if new:
            whom = remindable(campaign).filter(survey=survey)
            whom = whom.filter(path=path) if path else whom
            _plan(made, whom.filter(group=group) if group else whom, f"hand:{today:%Y-%m-%d}")
            record(actor, "reminder.asked", made, path=path or campaign.path, survey=survey, group=group)
    return made


def _not_too_soon(campaign: Campaign, survey: str, path: str, group: str, *, central: bool) -> None:
    last = last_asked(campaign, survey, path, group)
    if last is None:
        return
    next_day = timezone.localdate(last.asked_at) + (timedelta(days=1) if central else BODY_PAUSE)
    if timezone.localdate() < next_day:
        raise NotNow(
            f"Nhóm này đã được nhắc lúc {timezone.localtime(last.asked_at):%H:%M ngày %d/%m/%Y}. "
            f"Nhắc lại được từ ngày {next_day:%d/%m/%Y}."
        )
