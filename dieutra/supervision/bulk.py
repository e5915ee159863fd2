"""All forms without findings that a filter of the queue leaves, approved by a job: asked for, stopped, gone on with.

The forms and their versions are written down when the order is given; each is then judged by the same action as one
that is ticked. A batch and what became of it are one transaction, so a kill loses nothing and repeats nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from dieutra.cases.models import Case
from dieutra.cases.reviewing import BATCH, approve_batch
from dieutra.cases.waiting import Asked
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.events.actions import record
from dieutra.events.models import Event
from dieutra.jobs.actions import ask
from dieutra.people.models import Role, User
from dieutra.people.permission import READ_ONLY, posts_of
from dieutra.supervision.models import BulkApproval, BulkItem
from dieutra.supervision.queries import my_queue

LEFT, DONE, SKIPPED = BulkItem.Outcome.WAITING, BulkItem.Outcome.APPROVED, BulkItem.Outcome.SKIPPED
MOST = 50_000
LOCKED = "Tài khoản của người yêu cầu đã bị khóa khi chưa tới phiếu này."
STOPPED = "Người yêu cầu đã dừng khi chưa tới phiếu này."


def suited(actor: User, wish: Asked) -> QuerySet[Case]:
    """The forms without findings in the actor's queue as she filters it."""
    return wish.of(my_queue(actor)).filter(soft_count=0).order_by("pk")


def order_all(actor: User, wish: Asked, words: str, seen_at: datetime) -> BulkApproval:
    """Have them approved; those that came or changed after `seen_at`, when she saw their number, are left out.

    Raises Forbidden for nobody's supervisor, Invalid when none is left, NotNow while an order of hers is under way.
    """
    if actor.seen_by is not None:
        raise Forbidden(READ_ONLY)
    posts = [post for post in posts_of(actor) if post.role == Role.GSV]
    if not posts:
        raise Forbidden("Chỉ giám sát viên duyệt được phiếu.")
    found = list(suited(actor, wish).filter(changed_at__lte=seen_at).values_list("pk", "version")[:MOST])
    if not found:
        raise Invalid("Không còn phiếu nào không có cảnh báo trong bộ lọc này. Hãy tải lại danh sách.")
    try:
        with transaction.atomic():
            order = BulkApproval.objects.create(by=actor, wish=words, total=len(found))
            items = (BulkItem(order=order, case_id=pk, version=version) for pk, version in found)
            BulkItem.objects.bulk_create(items, batch_size=1000)
            ask("supervision.approve_all", str(order.pk), order=order.pk)
            first = posts[0]
            record(
                actor,
                "approval.asked",
                order,
                path=first.path,
                campaign_id=first.campaign_id,
                number=len(found),
            )
    except IntegrityError:
        raise NotNow("Một lượt duyệt của bạn đang chạy. Hãy chờ lượt đó xong rồi yêu cầu tiếp.") from None
    return order


def stop(actor: User, order: BulkApproval) -> None:
    """Approve no more of it; what was approved stays. Raises Forbidden for another's order, NotNow for a finished one."""
    if actor.seen_by is not None or order.by_id != actor.pk:
        raise Forbidden()
    with transaction.atomic():
        running = BulkApproval.objects.filter(pk=order.pk, ended_at__isnull=True, stopped_at__isnull=True)
        if not running.update(stopped_at=timezone.now()):
            raise NotNow("Lượt duyệt này đã xong hoặc đã dừng.")
        asked = Event.objects.get(verb="approval.asked", subject_type="bulkapproval", subject_id=order.pk)
        record(actor, "approval.stopped", order, path=asked.path, campaign_id=asked.campaign_id)
    go_on(order)  # its worker may have given up: the rest is put aside here, and another order can be given


def go_on(order: BulkApproval) -> int:
    """Approve the next batch; how many are left. Whoever gave the order acts, with the posts that she has now."""
    with transaction.atomic():
        actor = User.objects.get(pk=order.by_id)
        stopped = BulkApproval.objects.filter(pk=order.pk, stopped_at__isnull=False).exists()
        if stopped or not actor.is_active:
            why = STOPPED if stopped else LOCKED
            order.items.filter(outcome=LEFT).update(outcome=SKIPPED, why=why)
        else:
            _approve_next(actor, order)
        left = order.items.filter(outcome=LEFT).count()
        if not left:
            BulkApproval.objects.filter(pk=order.pk, ended_at__isnull=True).update(ended_at=timezone.now())
    return left


def _approve_next(actor: User, order: BulkApproval) -> None:
    # taken by one worker at a time: a second one waits, and then finds them done
    batch = list(order.items.select_for_update().filter(outcome=LEFT).order_by("id")[:BATCH])
    _, skipped = approve_batch(actor, {it.case_id: it.version for it in batch})
    why = {it.key: it.why for it in skipped}
    for item in batch:
        item.outcome, item.why = (SKIPPED, why[item.case_id][:300]) if item.case_id in why else (DONE, "")
    BulkItem.objects.bulk_update(batch, ["outcome", "why"])


def counted(order: BulkApproval) -> dict[str, int]:
    """How many were approved, skipped, and are left (under "")."""
    rows = order.items.order_by().values_list("outcome").annotate(number=Count("pk"))
    return dict.fromkeys(BulkItem.Outcome.values, 0) | dict(rows)


def reasons(order: BulkApproval) -> list[tuple[str, int]]:
    """Why forms were skipped, the most frequent reason first."""
    rows = order.items.filter(outcome=SKIPPED).order_by().values_list("why").annotate(number=Count("pk"))
    return sorted(rows, key=lambda row: (-row[1], row[0]))
