"""The ground of every write to a list: whose it is, whether it may change now, and who was first."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import NotNow, Stale
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Level
from dieutra.rosters.models import Roster
from dieutra.rosters.queries import bodies

State = Roster.State
NOT_YOURS = "Chỉ quản trị viên của cơ quan lập danh sách sửa và gửi danh sách này."
CENTRE_ONLY = "Chỉ Trung ương tiếp nhận, trả lại danh sách và trả lời đề nghị."
MOVED_ON = "Danh sách vừa được người khác thay đổi. Việc của bạn chưa được ghi; hãy xem lại rồi làm lại."
CLOSED = {
    State.SENT: "Danh sách đã gửi nên đang khóa. Hãy rút lại để sửa, khi Trung ương chưa quyết định.",
    State.ACCEPTED: "Danh sách đã được tiếp nhận nên đang khóa. Nếu cần sửa, hãy đề nghị Trung ương mở lại.",
}


def own(actor: User, roster: Roster) -> None:
    """The body's administrator alone changes its list; she must be of this body."""
    require(actor, "roster.edit", roster, level=Level.PROVINCE, why=NOT_YOURS)


def centre(actor: User, campaign: Campaign) -> None:
    require(actor, "roster.accept", campaign, why=CENTRE_ONLY)


def kept(roster: Roster) -> Roster:
    """The roster as a row; the first change of a list makes it. Call it inside the transaction."""
    if roster.pk is not None:
        return roster
    if not bodies(roster.campaign, roster.survey).filter(pk=roster.area_id).exists():
        raise NotNow("Cuộc khảo sát này không lấy danh sách của cơ quan này.")
    found, _ = Roster.objects.get_or_create(
        campaign=roster.campaign, survey=roster.survey, path=roster.path, defaults={"area": roster.area}
    )
    found.campaign, found.area = roster.campaign, roster.area
    return found


def refuse_closed(roster: Roster) -> None:
    if roster.state not in Roster.CHANGING:
        raise NotNow(CLOSED[State(roster.state)])


def touch(roster: Roster) -> None:
    """One more version of a list that may change now; whoever holds this row goes before every other change of it."""
    if not Roster.objects.filter(pk=roster.pk, state__in=Roster.CHANGING).update(version=F("version") + 1):
        roster.refresh_from_db(fields=["state"])
        refuse_closed(roster)
        raise Stale(MOVED_ON)


def go(roster: Roster, version: int, states: tuple[str, ...], **changes: Any) -> None:
    """A step of the list as a whole, if it still is as it was seen."""
    as_seen = Roster.objects.filter(pk=roster.pk, version=version, state__in=states)
    if not as_seen.update(version=F("version") + 1, **changes):
        raise Stale(MOVED_ON)
    roster.refresh_from_db()


def today() -> date:
    return timezone.localdate()
