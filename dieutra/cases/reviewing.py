"""Writes of review beyond one decision on one case: many approved at once, an approval taken back from above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dieutra.cases import tally
from dieutra.cases.actions import as_seen, chain_of, go, moved
from dieutra.cases.models import Case, State, TakenBack
from dieutra.engine.flow import workflow
from dieutra.engine.flow.workflow import Standing
from dieutra.engine.refusals import Forbidden, Invalid, Problem, Refusal
from dieutra.events.actions import record
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import acting_for, granting, require, visible_to

BATCH = 100
MOST = 500  # cases in one action
REASON_LENGTH = 2000

NOT_YOURS = "Phiếu không thuộc địa bàn bạn phụ trách."
OTHER_LEVEL = "Phiếu đang chờ cấp khác duyệt, không chờ cấp của bạn."


@dataclass(frozen=True)
class Skipped:
    key: int
    case: Case | None  # None: not one that the person may see
    why: str


@dataclass(frozen=True)
class Outcome:
    approved: int
    skipped: tuple[Skipped, ...]


def approve_many(actor: User, seen: Sequence[tuple[int, int]]) -> Outcome:
    """Approve the cases without findings among those listed as (id, version); say of each other one why not.

    Batches commit whole, so what was approved stays approved if a later batch fails. Each case goes by the version that
    the person saw. Raises Invalid for nothing or too many, Forbidden when none of them is hers to review.
    """
    wanted = dict(seen)
    if not wanted:
        raise Invalid("Bạn chưa chọn phiếu nào. Hãy đánh dấu các phiếu cần duyệt rồi bấm lại.")
    if len(wanted) > MOST:
        raise Invalid(f"Mỗi lần duyệt nhiều nhất {MOST} phiếu. Hãy chọn ít hơn rồi duyệt tiếp phần còn lại.")
    approved, skipped = 0, list[Skipped]()
    keys = sorted(wanted)
    for start in range(0, len(keys), BATCH):
        part = {key: wanted[key] for key in keys[start : start + BATCH]}
        done, left = approve_batch(actor, part)
        approved, skipped = approved + done, skipped + left
    if not approved and all(it.why in (NOT_YOURS, OTHER_LEVEL) for it in skipped):
        raise Forbidden(OTHER_LEVEL if any(it.why == OTHER_LEVEL for it in skipped) else NOT_YOURS)
    return Outcome(approved, tuple(skipped))


@transaction.atomic
def approve_batch(actor: User, wanted: dict[int, int]) -> tuple[int, list[Skipped]]:
    """Approve those without findings among the cases listed as {id: version}; how many, and why not the others."""
    # locked in one order, so that two supervisors with the same list wait for each other and not in a ring
    mine = visible_to(Case.objects.filter(pk__in=wanted), actor, "case.review")
    cases = list(mine.select_for_update(of=("self",)).select_related("unit", "campaign").order_by("pk"))
    found = {case.pk for case in cases}
    skipped = [Skipped(key, None, NOT_YOURS) for key in wanted if key not in found]
    groups: dict[tuple[Standing, Standing], list[tuple[Case, Post]]] = {}
    for case in cases:
        try:
            stood, became, post = _may_pass(actor, case, wanted[case.pk])
        except Refusal as refusal:
            skipped.append(Skipped(case.pk, case, refusal.message))
        else:
            groups.setdefault((stood, became), []).append((case, post))
    return sum(_pass(actor, *way, passed) for way, passed in groups.items()), skipped


def _may_pass(actor: User, case: Case, version: int) -> tuple[Standing, Standing, Post]:
    """What approving the case does; a Refusal says why it cannot be."""
    stood = Standing(case.state, case.level)
    if case.version != version:
        raise moved(case)
    became = workflow.approve(stood, chain_of(case))
    posts = granting(actor, "case.review", case, level=case.level)
    if not posts:
        raise Forbidden(OTHER_LEVEL)
    if case.soft_count:
        raise Invalid(f"Phiếu có {case.soft_count} cảnh báo nên cần mở ra xem từng phiếu.")
    return stood, became, posts[0]


def _pass(actor: User, stood: Standing, became: Standing, passed: list[tuple[Case, Post]]) -> int:
    """Move locked cases that stand alike: one UPDATE, the tally, one event each."""
    Case.objects.filter(pk__in=[case.pk for case, _ in passed]).update(
        state=became.state, level=became.level, version=F("version") + 1, changed_at=timezone.now()
    )
    changes: Counter[tally.Key] = Counter()
    verb = "case.accepted" if became.state == State.ACCEPTED else "case.approved"
    for case, post in passed:
        changes[tally.key_of(case, stood.state, stood.level)] -= 1
        changes[tally.key_of(case, became.state, became.level)] += 1
        way: dict[str, Any] = {"from": stood.state, "to": became.state, "level": became.level}
        record(actor, verb, case, **way, at_level=post.level, together=len(passed), **acting_for(actor, post))
    tally.move(changes)
    return len(passed)


def above(actor: User, case: Case) -> Post | None:
    """The actor's post from which she may take back the last approval; None when she has none, or there is none."""
    stood = Standing(case.state, case.level)
    if stood.state not in (State.IN_REVIEW, State.ACCEPTED):
        return None
    approver = workflow.approver(stood, chain_of(case))
    posts = granting(actor, "case.take_back", case)
    # a supervisor of a higher level; over the highest supervisors sits only the centre
    return next((it for it in posts if it.level < approver and (it.role == Role.GSV or it.level == 0)), None)


def take_back(actor: User, case: Case, version: int, reason: str) -> None:
    """Un-approve: the case waits again at the level that approved last, with the written reason."""
    require(actor, "case.take_back", case)
    stood = as_seen(case, version)
    chain = chain_of(case)
    level, became = workflow.approver(stood, chain), workflow.take_back(stood, chain)
    post = above(actor, case)
    if post is None:
        raise Forbidden("Chỉ cấp trên của cấp đã duyệt mới bỏ duyệt được phiếu này.")
    reason = reason.strip()
    if not reason:
        raise Invalid(
            "Hãy ghi lý do bỏ duyệt để cấp dưới biết cần xem lại gì.", [Problem("Lý do", "Chưa ghi")]
        )
    if len(reason) > REASON_LENGTH:
        raise Invalid("Lý do dài quá 2.000 ký tự.", [Problem("Lý do", "Quá dài")])
    with transaction.atomic():
        TakenBack.objects.create(case=case, from_level=level, reason=reason, by=actor)
        go(actor, case, stood, became, "case.taken_back", at_level=post.level, **acting_for(actor, post))
