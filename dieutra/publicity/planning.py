"""Writes about the publicity calendar: plan an activity, change it, say that it was done and what shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.cases import files
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.incidents.wording import Sent, worded
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.publicity.actions import WHY
from dieutra.publicity.models import Activity, Channel

State = Activity.State
LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class Planned:
    content: str
    channel: str
    responsible: str
    first_day: date | None
    last_day: date | None


def plan(actor: User, campaign: Campaign, path: str, planned: Planned) -> Activity:
    """A line of the calendar. Raises Forbidden, Invalid."""
    require(actor, "publicity.manage", Place(campaign.pk, path), why=WHY)
    fields = _checked(planned)
    with transaction.atomic():
        activity = Activity.objects.create(campaign=campaign, path=path, made_by=actor, **fields)
        record(actor, "publicity.planned", activity, channel=activity.channel)
    return activity


def change(actor: User, activity: Activity, version: int, planned: Planned) -> None:
    require(actor, "publicity.manage", activity, why=WHY)
    fields = _checked(planned)
    with transaction.atomic():
        _go(activity, version, **fields)
        record(actor, "publicity.changed", activity)


def settle(
    actor: User, activity: Activity, version: int, state: str, note: str, link: str, file: Sent | None
) -> None:
    """Done with a link or a file that shows it, cancelled with a reason, or planned again."""
    require(actor, "publicity.manage", activity, why=WHY)
    if state not in State.values:
        raise Invalid("Hãy chọn tình trạng.", [Problem("Tình trạng", "Chưa chọn")])
    note = worded("Kết quả", note, 500, may_be_blank=state != State.CANCELLED)
    fields: dict[str, object] = {"state": state, "note": note, "link": _link(link)}
    if file is not None:
        name = files.clean_name(file[0])
        kept = files.check(name, file[1])
        fields |= {"file_name": name, "file_type": kept, "file_sha256": files.put(file[1])}
    if state == State.DONE and not (fields["link"] or file or activity.file_sha256):
        raise Invalid("Chưa có minh chứng.", [Problem("Minh chứng", "Ghi liên kết hoặc gửi một tệp.")])
    if state == State.DONE and activity.first_day > timezone.localdate():
        raise NotNow("Hoạt động này chưa đến ngày thực hiện.")
    with transaction.atomic():
        _go(activity, version, **fields)
        record(actor, f"publicity.{'reopened' if state == State.PLANNED else state}", activity)


def _link(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        text = ""
    if not text or len(text) > 500:
        raise Invalid(
            "Liên kết chưa đúng.", [Problem("Liên kết", "Ghi địa chỉ bắt đầu bằng http:// hoặc https://.")]
        )
    return text


def _checked(planned: Planned) -> dict[str, object]:
    content = worded("Nội dung", planned.content, 300)
    responsible = worded("Người, đơn vị thực hiện", planned.responsible, 200)
    if planned.channel not in Channel.values:
        raise Invalid("Hãy chọn kênh.", [Problem("Kênh", "Chưa chọn")])
    first, last = planned.first_day, planned.last_day or planned.first_day
    if first is None or last is None or not 2000 <= first.year <= 2200:
        raise Invalid("Ngày chưa đúng.", [Problem("Từ ngày", "Hãy ghi ngày, tháng, năm.")])
    if last < first or last - first > LONGEST:
        raise Invalid(
            "Ngày chưa đúng.", [Problem("Đến ngày", "Không trước ngày đầu, và trong vòng 400 ngày.")]
        )
    return {
        "content": content, "responsible": responsible, "channel": planned.channel, "first_day": first, "last_day": last,
    }  # fmt: skip


def _go(activity: Activity, version: int, **changes: object) -> None:
    same = Activity.objects.filter(pk=activity.pk, version=version)
    if not same.update(version=version + 1, changed_at=timezone.now(), **changes):
        raise Stale("Dòng này vừa được người khác sửa. Việc của bạn chưa được lưu; hãy tải lại trang để xem.")
    activity.refresh_from_db()
