"""The quarterly review: whoever looks after accounts confirms that each person still needs her post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from dieutra.accounts.care import in_care
from dieutra.accounts.models import Confirmation
from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, NotNow
from dieutra.events.actions import record
from dieutra.people.models import Post, Role, User


def quarter_of(day: date) -> str:
    """“2026Q4”."""
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


def to_review(actor: User, campaign: Campaign) -> QuerySet[Post]:
    """The posts in the actor's care that nobody confirmed this quarter; units are held by the accepted list."""
    quarter = quarter_of(timezone.localdate())
    confirmed = Confirmation.objects.filter(post=OuterRef("pk"), holder=OuterRef("user_id"), quarter=quarter)
    posts = in_care(actor, campaign).exclude(role=Role.DV)
    return posts.filter(~Exists(confirmed)).order_by("level", "path", "role", "user__username")


def confirm(actor: User, campaign: Campaign, posts: Sequence[int]) -> int:
    """Confirm posts of one's own care; how many. Raises Invalid without any, NotNow when none of them waits."""
    if not posts:
        raise Invalid("Hãy đánh dấu những người vẫn cần tài khoản rồi bấm xác nhận.")
    quarter = quarter_of(timezone.localdate())
    waiting = list(to_review(actor, campaign).filter(pk__in=posts))
    if not waiting:
        raise NotNow("Các tài khoản này đã được xác nhận trong quý, hoặc không thuộc phạm vi bạn quản lý.")
    with transaction.atomic():
        Confirmation.objects.bulk_create(
            [Confirmation(post=it, holder=it.user, quarter=quarter, by=actor) for it in waiting],
            ignore_conflicts=True,
        )
        record(
            actor,
            "accounts.confirmed",
            campaign,
            path=campaign.path,
            campaign_id=campaign.pk,
            quarter=quarter,
            posts=[it.pk for it in waiting],
        )
    return len(waiting)
