"""Where a case can go: states × review levels. One state serves every level; the chain says which levels review.

    new → draft → submitted(first level) → in_review(next level) … → accepted
                     ↓ returned by any level: the unit corrects and sends again, through the whole chain

An approval is taken back only by a level above the one that gave it: the case waits at that lower level again.

Levels are those of the area tree: 1 province, 2 district. A chain is ordered from the first reviewer up: (2, 1).
"""

from __future__ import annotations

from dataclasses import dataclass

from dieutra.engine.refusals import NotNow

NEW, DRAFT, SUBMITTED, IN_REVIEW = "new", "draft", "submitted", "in_review"
RETURNED, ACCEPTED = "returned", "accepted"
FILLABLE = frozenset({NEW, DRAFT, RETURNED})
REVIEWABLE = frozenset({SUBMITTED, IN_REVIEW})


@dataclass(frozen=True)
class Standing:
    """A case's state and the level that must act (0: the unit, or nobody)."""

    state: str
    level: int = 0


def chain_for(review_levels: tuple[int, ...], unit_level: int) -> tuple[int, ...]:
    """The levels that review a unit: those of the campaign's chain at or above the unit's own level."""
    return tuple(level for level in sorted(review_levels, reverse=True) if level <= unit_level)


def start(now: Standing) -> Standing:
    """The first word typed. A returned case stays returned until it is sent again."""
    if now.state not in FILLABLE:
        raise NotNow("Phiếu đã gửi nên không sửa được. Nếu cần sửa, hãy đề nghị giám sát viên trả lại phiếu.")
    return Standing(DRAFT) if now.state == NEW else now


def submit(now: Standing, chain: tuple[int, ...]) -> Standing:
    if now.state not in FILLABLE:
        raise NotNow("Phiếu này đã được gửi trước đó.")
    return Standing(SUBMITTED, chain[0]) if chain else Standing(ACCEPTED)


def withdraw(now: Standing) -> Standing:
    if now.state != SUBMITTED:
        raise NotNow("Chỉ rút lại được phiếu đã gửi mà chưa cấp nào duyệt.")
    return Standing(DRAFT)


def approve(now: Standing, chain: tuple[int, ...]) -> Standing:
    if now.state not in REVIEWABLE or now.level not in chain:
        raise NotNow("Phiếu này không chờ duyệt.")
    above = chain[chain.index(now.level) + 1 :]
    return Standing(IN_REVIEW, above[0]) if above else Standing(ACCEPTED)


def give_back(now: Standing) -> Standing:
    if now.state not in REVIEWABLE:
        raise NotNow("Chỉ trả lại được phiếu đang chờ duyệt.")
    return Standing(RETURNED)


def approver(now: Standing, chain: tuple[int, ...]) -> int:
    """The level whose approval brought the case where it stands; only a level above it may take that approval back."""
    if now.state == ACCEPTED and chain:
        return chain[-1]
    if now.state == IN_REVIEW and now.level in chain[1:]:
        return chain[chain.index(now.level) - 1]
    raise NotNow("Phiếu này chưa được cấp nào duyệt, nên không có gì để bỏ duyệt.")


def take_back(now: Standing, chain: tuple[int, ...]) -> Standing:
    """Un-approve: the case waits again at the level that approved last."""
    level = approver(now, chain)
    return Standing(SUBMITTED if level == chain[0] else IN_REVIEW, level)
