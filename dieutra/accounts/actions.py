"""Orders about many accounts: from the accepted frame, and from a list."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from dieutra.accounts.models import Run
from dieutra.campaigns.actions import creatable
from dieutra.campaigns.models import Campaign
from dieutra.cases.unit_accounts import without_account
from dieutra.engine.refusals import NotNow, Stale
from dieutra.events.actions import record
from dieutra.jobs.actions import ask
from dieutra.people.actions import Place
from dieutra.people.bulk import NewAccount, create_accounts
from dieutra.people.models import Post, User
from dieutra.people.permission import require
from dieutra.places.models import Area


def ask_from_frame(actor: User, campaign: Campaign, area: Area) -> Run:
    """Have the accounts of all units of an area's accepted lists made in the background.

    Raises Forbidden outside the actor's area, NotNow when every unit has its account or an order is under way.
    """
    place = Place(campaign.pk, area.path)
    require(actor, "account.create", place, why="Chỉ quản trị viên của địa bàn lập tài khoản từ bảng kê.")
    waiting = without_account(campaign, area.path).count()
    if not waiting:
        raise NotNow(
            f"Không còn đơn vị nào của {area.name} chờ lập tài khoản. Bảng kê chưa chấp nhận thì chưa lập được."
        )
    try:
        with transaction.atomic():
            run = Run.objects.create(
                campaign=campaign, area=area, path=area.path, asked_by=actor, total=waiting
            )
            ask("accounts.from_frame", str(run.pk), run=run.pk)
            record(actor, "accounts.asked", run, units=waiting)
    except IntegrityError:
        raise NotNow(f"Đang lập tài khoản cho {area.name}. Hãy chờ xong rồi hãy yêu cầu lại.") from None
    return run


def create_listed(actor: User, campaign: Campaign, accounts: Sequence[NewAccount]) -> list[Post]:
    """Make the accounts of a checked list, all or none; see `listed.read_list`."""
    allowed = {path: creatable(actor, campaign, path) for path in {it.path for it in accounts}}
    try:
        return create_accounts(actor, campaign.pk, accounts, allowed)
    except IntegrityError:
        raise Stale(
            "Người khác vừa tạo tài khoản trùng tên trong lúc bạn gửi tệp. Chưa tạo tài khoản nào; hãy gửi lại tệp."
        ) from None
