"""What a body asks of the centre about its list: somebody who cannot be asked, a later day."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dieutra.engine.reasons import reasoned
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.people.models import User
from dieutra.rosters.changing import MOVED_ON, centre, kept, own, today
from dieutra.rosters.models import Person, Request, Roster
from dieutra.rosters.queries import due_on
from dieutra.rosters.twins import settle

What, State, Standing = Request.What, Request.State, Person.Standing
REASON_LENGTH = 2000
SHORT = "Chưa gửi đề nghị: lý do chưa đủ."


def ask_hardship(actor: User, person: Person, reason: str) -> Request:
    """Ask that somebody in special difficulty is left out."""
    roster = person.roster
    own(actor, roster)
    if roster.state == Roster.State.ACCEPTED:
        raise NotNow("Danh sách đã được tiếp nhận nên không đề nghị miễn được nữa.")
    if person.standing != Standing.IN:
        raise NotNow("Người này hiện không ở trong số được khảo sát.")
    if Request.objects.filter(person=person, state=State.ASKED).exists():
        raise NotNow("Đã có một đề nghị về người này đang chờ trả lời.")
    reason = reasoned("Lý do", reason, REASON_LENGTH, SHORT)
    with transaction.atomic():
        # holds the list: an acceptance that goes before is seen here, one that comes later sees what was asked
        if Roster.objects.select_for_update().get(pk=roster.pk).state == Roster.State.ACCEPTED:
            raise NotNow("Danh sách vừa được tiếp nhận nên không đề nghị miễn được nữa.")
        asked = _ask(actor, roster, What.HARDSHIP, reason, person=person)
        record(actor, "request.asked", asked, what=asked.what)
    return asked


def ask_later(actor: User, roster: Roster, until: date | None, reason: str) -> Request:
    """Ask for a later day to send the list."""
    own(actor, roster)
    if roster.state not in Roster.CHANGING:
        raise NotNow("Danh sách đã gửi nên không cần lùi hạn.")
    if until is None or not max(due_on(roster), today()) < until <= roster.campaign.closes_on:
        first, last = max(due_on(roster), today()), roster.campaign.closes_on
        told = f"Chọn một ngày sau {first:%d/%m/%Y} và không quá {last:%d/%m/%Y}."
        raise Invalid("Chưa gửi đề nghị: ngày chưa đúng.", [Problem("Lùi đến ngày", told)])
    reason = reasoned("Lý do", reason, REASON_LENGTH, SHORT)
    with transaction.atomic():
        roster = kept(roster)
        if Request.objects.filter(roster=roster, what=What.LATER, state=State.ASKED).exists():
            raise NotNow("Đã có một đề nghị lùi hạn đang chờ trả lời.")
        asked = _ask(actor, roster, What.LATER, reason, until=until)
        record(actor, "request.asked", asked, what=asked.what)
    return asked


def answer(actor: User, request: Request, granted: bool, text: str) -> None:
    """The centre's answer. What is granted takes effect at once; a refusal says why."""
    centre(actor, request.roster.campaign)
    text = text.strip()
    if not granted:
        text = reasoned("Trả lời", text, REASON_LENGTH, "Chưa ghi: không đồng ý thì phải nêu lý do.")
    if len(text) > REASON_LENGTH:
        raise Invalid("Chưa ghi: trả lời quá dài.", [Problem("Trả lời", f"Không quá {REASON_LENGTH} ký tự.")])
    with transaction.atomic():
        roster = Roster.objects.select_for_update().get(pk=request.roster_id)
        won = Request.objects.filter(pk=request.pk, state=State.ASKED).update(
            state=State.GRANTED if granted else State.REFUSED,
            answer=text,
            answered_by=actor,
            answered_at=timezone.now(),
        )
        if not won:
            raise Stale("Đề nghị này vừa được người khác trả lời. Hãy tải lại trang.")
        if granted:
            _grant(request, roster)
        record(actor, "request.answered", request, what=request.what, granted=granted)
    request.refresh_from_db()


def _grant(request: Request, roster: Roster) -> None:
    if roster.state == Roster.State.ACCEPTED:
        raise NotNow("Danh sách đã được tiếp nhận. Hãy mở lại danh sách rồi trả lời đề nghị này.")
    if request.what == What.LATER:
        late = bool(roster.sent_at and request.until and timezone.localdate(roster.sent_at) > request.until)
        sent = roster.state == Roster.State.SENT
        Roster.objects.filter(pk=roster.pk).update(
            due_on=request.until, version=F("version") + 1, late=late if sent else roster.late
        )
        return
    asked = Person.objects.filter(pk=request.person_id or 0, standing=Standing.IN)
    if not asked.update(standing=Standing.EXCUSED, version=F("version") + 1, changed_at=timezone.now()):
        raise NotNow("Người này không còn ở trong số được khảo sát. Hãy từ chối đề nghị kèm lý do.")
    if not Roster.objects.filter(pk=roster.pk, version=roster.version).update(version=F("version") + 1):
        raise Stale(MOVED_ON)
    settle(roster)


def _ask(actor: User, roster: Roster, what: str, reason: str, **about: object) -> Request:
    return Request.objects.create(
        roster=roster, campaign=roster.campaign, path=roster.path, what=what, reason=reason, asked_by=actor,
        **about,
    )  # fmt: skip
