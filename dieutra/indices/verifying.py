"""Writes of a verification: return once, find points, accept the rest, conclude, take up again."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.engine.stats.criteria import Node
from dieutra.events.actions import record
from dieutra.incidents.wording import worded
from dieutra.indices.models import Assessment, Mark
from dieutra.indices.queries import marks_of
from dieutra.indices.standing import Said, go, keep, leaf_of, leaves_of, points, together, waiting
from dieutra.people.models import User
from dieutra.people.permission import require

State = Assessment.State
NOT_CENTRE = "Chỉ trung ương thẩm định điểm tự chấm."


def give_back(actor: User, assessment: Assessment, version: int, reason: str) -> None:
    """Once: the body adds what is missing and sends again. Raises NotNow after the second sending."""
    require(actor, "index.verify", assessment.campaign, why=NOT_CENTRE)
    waiting(assessment)
    if assessment.sendings >= Assessment.ROUNDS:
        raise NotNow(
            "Bản tự chấm này đã được trả lại một lần và gửi lại. Hãy thẩm định theo hồ sơ đang có, "
            "ghi lý do ở tiêu chí có điểm khác."
        )
    reason = worded("Lý do trả lại", reason, 2000)
    done = {"state": State.RETURNED, "reason": reason, "decided_at": timezone.now(), "decided_by": actor}
    with transaction.atomic():
        go(assessment, version, State.SENT, **done)
        record(actor, "index.returned", assessment)


def verify(actor: User, assessment: Assessment, version: int, said: Mapping[str, Said]) -> None:
    """Points that the centre finds, of some criteria; a reason wherever they differ. Blank takes a finding away."""
    require(actor, "index.verify", assessment.campaign, why=NOT_CENTRE)
    waiting(assessment)
    leaves, standing = leaves_of(assessment), marks_of(assessment)
    marks = together(said.items(), lambda one: _found(actor, standing, leaf_of(leaves, one[0]), one[1]))
    with transaction.atomic():
        go(assessment, version, State.SENT)
        keep(marks, ["verified", "reason", "verified_by"])
        record(actor, "index.checked", assessment, criteria=len(marks))


def accept_rest(actor: User, assessment: Assessment, version: int) -> int:
    """The body's own points stand wherever the centre has not found any yet. How many those were."""
    require(actor, "index.verify", assessment.campaign, why=NOT_CENTRE)
    waiting(assessment)
    rest = [mark for mark in marks_of(assessment).values() if mark.verified is None and mark.own is not None]
    for mark in rest:
        mark.verified, mark.verified_by = mark.own, actor
    with transaction.atomic():
        go(assessment, version, State.SENT)
        keep(rest, ["verified", "verified_by"])
        record(actor, "index.checked", assessment, criteria=len(rest))
    return len(rest)


def conclude(actor: User, assessment: Assessment, version: int) -> None:
    """The verification is done. Raises Invalid naming the criteria that have no verified points yet."""
    require(actor, "index.verify", assessment.campaign, why=NOT_CENTRE)
    waiting(assessment)
    marks = marks_of(assessment)
    open_ones = [code for code in leaves_of(assessment) if code not in marks or marks[code].verified is None]
    if open_ones:
        raise Invalid(
            f"Còn {len(open_ones)} tiêu chí chưa thẩm định.",
            [Problem(code, "Chưa có điểm thẩm định.") for code in open_ones],
        )
    done = {"state": State.VERIFIED, "decided_at": timezone.now(), "decided_by": actor}
    with transaction.atomic():
        go(assessment, version, State.SENT, **done)
        record(actor, "index.verified", assessment)


def take_up_again(actor: User, assessment: Assessment, version: int, reason: str) -> None:
    """A concluded verification is opened again, with a reason; what is published stays as it is until a correction."""
    require(actor, "index.verify", assessment.campaign, why=NOT_CENTRE)
    if assessment.state != State.VERIFIED:
        raise NotNow("Chỉ mở lại được bản đã thẩm định xong.")
    reason = worded("Lý do mở lại", reason, 2000)
    with transaction.atomic():
        go(assessment, version, State.VERIFIED, state=State.SENT, reason=reason)
        record(actor, "index.reopened", assessment)


def _found(actor: User, standing: Mapping[str, Mark], leaf: Node, said: Said) -> Mark:
    mark = standing.get(leaf.code)
    if mark is None or mark.own is None:
        raise Invalid(
            "Tiêu chí chưa có điểm tự chấm.", [Problem(leaf.code, "Cơ quan chưa tự chấm tiêu chí này.")]
        )
    mark.verified = points(leaf, said.points, "Điểm thẩm định")
    differs = mark.verified is not None and mark.verified != mark.own
    mark.reason = worded(f"{leaf.code}, lý do khác điểm tự chấm", said.text, 4000, may_be_blank=not differs)
    mark.verified_by = None if mark.verified is None else actor
    return mark
