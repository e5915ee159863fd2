"""A list as a whole: sent, withdrawn, accepted, returned, opened again."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.engine.text import normal_name
from dieutra.events.actions import record
from dieutra.people.models import User
from dieutra.rosters.changing import centre, go, own, refuse_closed, today
from dieutra.rosters.columns import rules_of
from dieutra.rosters.findings import findings, unsolved
from dieutra.rosters.models import Pair, Person, Request, Roster
from dieutra.rosters.queries import counts, due_on, mailing_is_open

RECEIPT_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REASON_LENGTH = 2000
REMARK_LENGTH = 500
State, Standing = Roster.State, Person.Standing


def send(actor: User, roster: Roster, version: int, agreed: bool) -> None:
    """Lock the list and hand it to the centre, with a receipt. Raises Invalid with everything that still stops it."""
    own(actor, roster)
    refuse_closed(roster)
    if roster.pk is None:
        raise NotNow("Danh sách chưa có ai nên chưa gửi được.")
    if today() > roster.campaign.closes_on:
        raise NotNow(
            f"Cuộc khảo sát đã kết thúc ngày {roster.campaign.closes_on:%d/%m/%Y} nên không nhận danh sách nữa."
        )
    if not agreed:
        raise Invalid("Chưa gửi: hãy xác nhận danh sách đúng và đủ.", [Problem("Xác nhận", "Chưa đánh dấu.")])
    now = timezone.now()
    with transaction.atomic():
        go(roster, version, Roster.CHANGING, state=State.SENT)
        stops = unsolved(findings(roster))
        if stops:
            shown = [Problem("Phải sửa" if it.hard else "Cần giải trình", it.message) for it in stops[:100]]
            raise Invalid(f"Chưa gửi được: còn {len(stops)} mục phải xử lý.", shown)
        counted = summary(roster)
        Roster.objects.filter(pk=roster.pk).update(
            sent_at=now, sent_by=actor, late=today() > due_on(roster), reason="", decided_at=None, decided_by=None,
            receipt="".join(secrets.choice(RECEIPT_LETTERS) for _ in range(10)),
            digest=digest_of(roster), counted=counted,
        )  # fmt: skip
        Person.objects.filter(roster=roster).exclude(remark="").update(remark="")
        roster.refresh_from_db()
        record(
            actor, "roster.sent", roster, people=counted["asked"], late=roster.late, receipt=roster.receipt
        )


def summary(roster: Roster) -> dict[str, Any]:
    """Numbers for the receipt: by group, and in all."""
    found = counts(roster)
    groups = rules_of(roster.campaign.kind).groups_of(roster.survey)
    rows = [
        {"group": it.code, "name": it.name, "asked": here.asked, "aside": here.aside, "excused": here.excused}
        for it in groups
        if (here := found.get(it.code)) is not None
    ]
    return {
        "groups": rows,
        "asked": sum(it.asked for it in found.values()),
        "aside": sum(it.aside for it in found.values()),
        "excused": sum(it.excused for it in found.values()),
        "pairs": Pair.objects.filter(roster=roster).count(),
        "explanations": roster.explanations.count(),
    }


def digest_of(roster: Roster) -> str:
    """SHA-256 over the lines as they stand, in one stable spelling."""
    names = (
        "number", "group", "standing", "name", "born_on", "office", "unit", "email", "phone", "stands_for", "why_stands",
        "details",
    )  # fmt: skip
    sha = hashlib.sha256()
    lines = Person.objects.filter(roster=roster).exclude(standing=Standing.REMOVED).order_by("number", "pk")
    for row in lines.values_list(*names).iterator(chunk_size=2000):
        sha.update(json.dumps(row, ensure_ascii=False, sort_keys=True, default=str).encode() + b"\n")
    return sha.hexdigest()


def withdraw(actor: User, roster: Roster, version: int) -> None:
    """Take a sent list back while the centre has not decided."""
    own(actor, roster)
    if roster.state != State.SENT:
        raise NotNow("Chỉ rút lại được danh sách đã gửi mà Trung ương chưa quyết định.")
    with transaction.atomic():
        go(roster, version, (State.SENT,), state=State.OPEN)
        record(actor, "roster.withdrawn", roster)


def accept(actor: User, roster: Roster, version: int) -> None:
    """Accept a sent list; invitations follow by the reaction to the event."""
    centre(actor, roster.campaign)
    _refuse_unsent(roster)
    with transaction.atomic():
        go(roster, version, (State.SENT,), state=State.ACCEPTED, decided_at=timezone.now(), decided_by=actor)
        # after the step, which holds the row: what was asked before it is seen, what comes later finds the list accepted
        waiting = Request.objects.filter(roster=roster, state=Request.State.ASKED).count()
        if waiting:
            raise NotNow(f"Cơ quan còn {waiting} đề nghị chờ trả lời. Hãy trả lời rồi tiếp nhận danh sách.")
        asked = Person.objects.filter(roster=roster, standing=Standing.IN).count()
        if not asked:
            raise NotNow("Danh sách không còn ai được khảo sát. Hãy trả lại để cơ quan bổ sung.")
        record(actor, "roster.accepted", roster, people=asked, late=roster.late)


def give_back(
    actor: User, roster: Roster, version: int, reason: str, remarks: Mapping[int, str] | None = None
) -> None:
    """Return a sent list with what is to be done, and remarks at single lines; it opens again for the body."""
    centre(actor, roster.campaign)
    _refuse_unsent(roster)
    _return(actor, roster, version, State.SENT, "roster.returned", reason, remarks or {})


def reopen(actor: User, roster: Roster, version: int, reason: str) -> None:
    """Open an accepted list again, as long as its people have not been written to."""
    centre(actor, roster.campaign)
    if roster.state != State.ACCEPTED:
        raise NotNow("Chỉ mở lại được danh sách đã tiếp nhận.")
    _return(actor, roster, version, State.ACCEPTED, "roster.reopened", reason, {})


def _return(
    actor: User,
    roster: Roster,
    version: int,
    state: str,
    verb: str,
    reason: str,
    remarks: Mapping[int, str],
) -> None:
    reason = reason.strip()
    if not 10 <= len(reason) <= REASON_LENGTH:
        told = f"Ghi rõ cần sửa gì, từ 10 đến {REASON_LENGTH} ký tự."
        raise Invalid("Chưa trả lại: lý do chưa đủ.", [Problem("Lý do", told)])
    texts = {pk: normal_name(text)[:REMARK_LENGTH] for pk, text in remarks.items() if text.strip()}
    with transaction.atomic():
        go(
            roster, version, (state,),
            state=State.RETURNED, reason=reason, decided_at=timezone.now(), decided_by=actor,
        )  # fmt: skip
        if state == State.ACCEPTED and mailing_is_open(roster):
            raise NotNow("Không mở lại được: phiếu đã được gửi đến những người trong danh sách này.")
        lines = list(Person.objects.filter(roster=roster, pk__in=texts))
        for it in lines:
            it.remark = texts[it.pk]
        Person.objects.bulk_update(lines, ["remark"])
        record(actor, verb, roster, lines=len(lines))


def _refuse_unsent(roster: Roster) -> None:
    if roster.state != State.SENT:
        raise NotNow(
            f"Danh sách đang ở trạng thái “{roster.get_state_display()}” nên không có gì để quyết định."
        )
