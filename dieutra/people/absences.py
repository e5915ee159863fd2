"""Writes about supervisors who are away and those who stand in for them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem
from dieutra.events.actions import record
from dieutra.people.models import Absence, Post, Role, User
from dieutra.people.permission import granting

LONGEST = 366  # days


def may_arrange(actor: User, post: Post) -> bool:
    """Whoever looks after the supervisors there, and the supervisor herself."""
    return bool(granting(actor, "supervision.manage", post)) or (
        post.user_id == actor.pk and post.ended_at is None and post.role == Role.GSV
    )


def set_absence(
    actor: User, post: Post, substitute: User | None, first: date | None, last: date | None
) -> Absence:
    """Let another supervisor of the campaign stand in from the first day to the last, both included."""
    if not may_arrange(actor, post):
        raise Forbidden("Chỉ quản trị viên phụ trách hoặc chính giám sát viên đó báo nghỉ được.")
    problems = _wrong_days(first, last)
    if post.role != Role.GSV or post.ended_at is not None:
        problems.append(Problem("Người nghỉ", "Chọn một giám sát viên đang có hiệu lực."))
    if substitute is None or substitute.pk == post.user_id or not _supervises(substitute, post.campaign_id):
        problems.append(Problem("Người thay", "Chọn một giám sát viên khác của cùng cuộc điều tra."))
    if problems or substitute is None or first is None or last is None:
        raise Invalid("Chưa ghi được kỳ nghỉ. Xem các mục dưới đây.", problems)
    with transaction.atomic():
        Post.objects.select_for_update().get(pk=post.pk)  # of two arrangements the second sees the first
        standing = Absence.objects.filter(post=post, ended_at__isnull=True)
        if clash := standing.filter(first_day__lte=last, last_day__gte=first).first():
            raise NotNow(
                f"Đã có kỳ nghỉ từ {clash.first_day:%d/%m/%Y} đến {clash.last_day:%d/%m/%Y} trùng với những ngày này. "
                "Hãy kết thúc kỳ đó trước, hoặc chọn ngày khác."
            )
        made = Absence.objects.create(
            post=post, substitute=substitute, first_day=first, last_day=last, made_by=actor
        )
        days: dict[str, Any] = {"first": first.isoformat(), "last": last.isoformat()}
        record(actor, "absence.set", post, substitute=substitute.pk, **days)
    return made


def _wrong_days(first: date | None, last: date | None) -> list[Problem]:
    if first is None or last is None:
        return [Problem("Ngày nghỉ", "Ghi ngày đầu và ngày cuối.")]
    if last < first:
        return [Problem("Ngày cuối", "Ngày cuối phải từ ngày đầu trở đi.")]
    if last < timezone.localdate():
        return [Problem("Ngày cuối", "Kỳ nghỉ này đã qua.")]
    if (last - first).days >= LONGEST:
        return [Problem("Ngày cuối", "Nghỉ quá một năm thì hãy bàn giao vai trò cho người khác.")]
    if (first - timezone.localdate()).days >= LONGEST:
        return [Problem("Ngày đầu", "Ngày đầu còn hơn một năm nữa; hãy xem lại năm.")]
    return []


def _supervises(user: User, campaign_id: int) -> bool:
    posts = Post.objects.filter(user=user, campaign_id=campaign_id, role=Role.GSV, ended_at__isnull=True)
    return user.is_active and posts.exists()


@transaction.atomic
def end_absence(actor: User, absence: Absence) -> None:
    """The supervisor is back, or the arrangement was a mistake."""
    if not may_arrange(actor, absence.post):
        raise Forbidden("Chỉ quản trị viên phụ trách hoặc chính giám sát viên đó kết thúc được kỳ nghỉ này.")
    ended = Absence.objects.filter(pk=absence.pk, ended_at__isnull=True).update(ended_at=timezone.now())
    if not ended:
        raise NotNow("Kỳ nghỉ này đã được kết thúc trước đó.")
    record(actor, "absence.ended", absence.post, substitute=absence.substitute_id)


def absences_of(posts: QuerySet[Post] | list[Post]) -> QuerySet[Absence]:
    """Those that stand now or will, the nearest first."""
    found = Absence.objects.filter(post__in=posts, ended_at__isnull=True, last_day__gte=timezone.localdate())
    return found.select_related("post__user", "substitute").order_by("first_day", "pk")
