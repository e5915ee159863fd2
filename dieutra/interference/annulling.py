"""Writes about annulments. Two people: one proposes with a reason and flags, another confirms; only then it counts.

The gate of a survey is the row on which annulments and the publication of the index meet: whoever comes second finds it
changed. After publication nothing is annulled or restored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.reasons import reasoned
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.incidents.wording import worded
from dieutra.interference.actions import CENTRE_ONLY
from dieutra.interference.models import Annulment, Flag, Gate, Reversal
from dieutra.interference.queries import decides
from dieutra.people.models import User
from dieutra.people.permission import require

MOST = 4000
PUBLISHED = "Chỉ số của cuộc khảo sát này đã công bố, nên không hủy hay khôi phục kết quả được nữa."
MOVED = "Đề nghị này vừa được người khác xử lý. Trang dưới đây là tình trạng mới nhất; chưa có gì bị ghi đè."
SECOND = "Người đề nghị không tự xác nhận được. Cần một người khác ở Trung ương."


def propose(
    actor: User, campaign: Campaign, survey: str, path: str, reason: str, flags: Iterable[Flag]
) -> Annulment:
    """Propose that a body's whole result in a survey does not count. Raises Forbidden, Invalid, NotNow."""
    _require(actor, campaign)
    reason = _reason("Lý do", reason, "Chưa ghi đề nghị hủy: lý do chưa đủ.")
    about = (campaign.pk, survey, path)
    flags = [it for it in flags if it.rank and (it.campaign_id, it.survey, it.path) == about]
    if not flags:
        why = "Hãy chọn ít nhất một lần xem xét có dấu hiệu về cơ quan này."
        raise Invalid("Đề nghị hủy phải dựa trên dấu hiệu.", [Problem("Dấu hiệu", why)])
    try:
        with transaction.atomic():
            _pass_gate(campaign, survey)
            made = Annulment.objects.create(
                campaign=campaign, survey=survey, path=path, reason=reason, proposed_by=actor
            )
            made.flags.set(flags)
            _tell(actor, "annulment.proposed", made, reason, flags=sorted(it.pk for it in flags))
    except IntegrityError:
        raise NotNow(
            "Kết quả của cơ quan này đang có đề nghị hủy chờ xác nhận, hoặc đã bị hủy. Hãy xem trong danh sách."
        ) from None
    return made


def withdraw(actor: User, annulment: Annulment, version: int) -> None:
    """The proposer takes her proposal back before it is decided."""
    _require(actor, annulment.campaign)
    if annulment.proposed_by_id != actor.pk:
        raise Forbidden("Chỉ người đề nghị rút được đề nghị của mình.")
    with transaction.atomic():
        _move(annulment, version, Annulment.State.PROPOSED, state=Annulment.State.WITHDRAWN)
        _tell(actor, "annulment.withdrawn", annulment)


def decline(actor: User, annulment: Annulment, version: int, why: str) -> None:
    """A second person does not agree. Nothing is annulled."""
    _second(actor, annulment.campaign, annulment.proposed_by_id)
    why = _reason("Lý do không đồng ý", why, "Chưa ghi không đồng ý: lý do chưa đủ.")
    with transaction.atomic():
        _move(
            annulment,
            version,
            Annulment.State.PROPOSED,
            state=Annulment.State.DECLINED,
            **_decided(actor),
            answer=why,
        )
        _tell(actor, "annulment.declined", annulment, why)


def confirm(actor: User, annulment: Annulment, version: int) -> None:
    """A second person agrees: from now on the body's results in this survey do not count."""
    _second(actor, annulment.campaign, annulment.proposed_by_id)
    with transaction.atomic():
        _pass_gate(annulment.campaign, annulment.survey, counts=True)
        _move(annulment, version, Annulment.State.PROPOSED, state=Annulment.State.STANDING, **_decided(actor))
        _tell(actor, "annulment.confirmed", annulment)


def propose_reversal(actor: User, annulment: Annulment, reason: str) -> Reversal:
    """Propose that an annulment ceases to stand. Raises Forbidden, Invalid, NotNow."""
    _require(actor, annulment.campaign)
    reason = _reason("Lý do", reason, "Chưa ghi đề nghị khôi phục: lý do chưa đủ.")
    try:
        with transaction.atomic():
            _pass_gate(annulment.campaign, annulment.survey)
            if not Annulment.objects.filter(pk=annulment.pk, state=Annulment.State.STANDING).exists():
                raise NotNow("Kết quả này hiện không bị hủy, nên không có gì để khôi phục.")
            made = Reversal.objects.create(annulment=annulment, reason=reason, proposed_by=actor)
            _tell(actor, "reversal.proposed", annulment, reason, reversal=made.pk)
    except IntegrityError:
        raise NotNow("Đã có một đề nghị khôi phục chờ người thứ hai.") from None
    return made


def withdraw_reversal(actor: User, reversal: Reversal, version: int) -> None:
    _require(actor, reversal.annulment.campaign)
    if reversal.proposed_by_id != actor.pk:
        raise Forbidden("Chỉ người đề nghị rút được đề nghị của mình.")
    with transaction.atomic():
        _move(reversal, version, Reversal.State.PROPOSED, state=Reversal.State.WITHDRAWN)
        _tell(actor, "reversal.withdrawn", reversal.annulment, reversal=reversal.pk)


def decline_reversal(actor: User, reversal: Reversal, version: int, why: str) -> None:
    _second(actor, reversal.annulment.campaign, reversal.proposed_by_id)
    why = _reason("Lý do không đồng ý", why, "Chưa ghi không đồng ý: lý do chưa đủ.")
    with transaction.atomic():
        _move(
            reversal,
            version,
            Reversal.State.PROPOSED,
            state=Reversal.State.DECLINED,
            **_decided(actor),
            answer=why,
        )
        _tell(actor, "reversal.declined", reversal.annulment, why, reversal=reversal.pk)


def confirm_reversal(actor: User, reversal: Reversal, version: int) -> None:
    """A second person agrees: the body's results count again. Never once the index is published."""
    annulment = reversal.annulment
    _second(actor, annulment.campaign, reversal.proposed_by_id)
    with transaction.atomic():
        _pass_gate(annulment.campaign, annulment.survey, counts=True)
        _move(reversal, version, Reversal.State.PROPOSED, state=Reversal.State.CONFIRMED, **_decided(actor))
        _move(annulment, annulment.version, Annulment.State.STANDING, state=Annulment.State.REVERSED)
        _tell(actor, "reversal.confirmed", annulment, reversal=reversal.pk)


def close(campaign: Campaign, survey: str, version: int) -> None:
    """The survey's index is being published, reckoned under `queries.counted_version` = `version`.

    Call it inside the transaction that publishes, whose action has asked for permission and records the event. Raises
    Stale when results were annulled or restored since. Publishing again changes nothing here.
    """
    gate, _ = Gate.objects.get_or_create(campaign=campaign, survey=survey)
    found = Gate.objects.filter(pk=gate.pk, version=version)
    if not found.update(closed_at=gate.closed_at or timezone.now()):
        raise Stale("Có kết quả vừa bị hủy hoặc khôi phục sau khi tính chỉ số. Hãy tính lại rồi công bố.")


def _reason(field: str, text: str, refused: str) -> str:
    return reasoned(field, worded(field, text, MOST), MOST, refused)


def _require(actor: User, campaign: Campaign) -> None:
    """With a post of one's own: whoever stands in for somebody is no second person beside her."""
    require(actor, "annulment.decide", campaign, why=CENTRE_ONLY)
    if not decides(actor, campaign):
        raise Forbidden("Việc này cần vai trò của chính mình ở Trung ương, người làm thay không làm được.")


def _second(actor: User, campaign: Campaign, first: int) -> None:
    _require(actor, campaign)
    if actor.pk == first:
        raise Forbidden(SECOND)


def _pass_gate(campaign: Campaign, survey: str, counts: bool = False) -> None:
    """Holds the survey's row till the end of the transaction, so that publication waits, or NotNow when it came first."""
    gate, _ = Gate.objects.get_or_create(campaign=campaign, survey=survey)
    passed = Gate.objects.filter(pk=gate.pk, closed_at__isnull=True)
    if not passed.update(version=F("version") + (1 if counts else 0)):
        raise NotNow(PUBLISHED)


def _move(thing: Annulment | Reversal, version: int, from_state: str, **changes: object) -> None:
    rows = type(thing)._default_manager.filter(pk=thing.pk, version=version, state=from_state)
    if not rows.update(version=version + 1, **changes):
        raise Stale(MOVED)
    thing.refresh_from_db()


def _decided(actor: User) -> dict[str, object]:
    return {"decided_by": actor, "decided_at": timezone.now()}


def _tell(actor: User, verb: str, annulment: Annulment, words: str = "", **facts: Any) -> None:
    """The event has no free text, but its digest, so that a reason cannot be changed unseen."""
    if words:
        facts["reason_sha256"] = hashlib.sha256(words.encode()).hexdigest()
    record(actor, verb, annulment, survey=annulment.survey, **facts)
