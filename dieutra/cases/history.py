"""The steps of a case in words, read from the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from dieutra.cases.models import Case, TakenBack
from dieutra.events.queries import history
from dieutra.people.models import User
from dieutra.places.models import Level

VERBS = {
    "case.opened": "Lập phiếu từ bảng kê",
    "case.started": "Bắt đầu kê khai",
    "case.submitted": "Gửi phiếu",
    "case.withdrawn": "Rút lại phiếu để sửa",
    "case.approved": "Duyệt, chuyển cấp trên",
    "case.accepted": "Duyệt, phiếu hoàn thành",
    "case.returned": "Trả lại để sửa",
    "case.taken_back": "Bỏ duyệt, cấp dưới xem lại",
    "case.form_changed": "Chuyển sang phiên bản mới của mẫu phiếu",
    "submission.kept": "Nhận bản gửi từ ODK Collect, còn chỗ cần xem lại",
    "submission.held": "Nhận bản gửi từ ODK Collect khác với phiếu đang nhập, chờ chọn",
    "submission.sent": "Nhận bản gửi từ ODK Collect và gửi phiếu",
    "submission.used": "Lấy bản gửi từ ODK Collect vào phiếu",
    "submission.passed": "Giữ phiếu đang nhập, không dùng bản gửi từ ODK Collect",
}


@dataclass(frozen=True)
class Step:
    at: datetime
    words: str
    who: str
    comments: int
    level: str = ""  # of the supervisor who decided
    instead_of: str = ""  # whom she stood in for


def steps(case: Case) -> list[Step]:
    """What happened to a case, oldest first, without the many saves of a draft."""
    events = list(history(case).filter(verb__in=VERBS))
    people = {event.actor_id or 0 for event in events} | {
        event.facts.get("acting_for", 0) for event in events
    }
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "full_name"))
    levels = dict(Level.choices)
    return [
        Step(
            event.at,
            VERBS[event.verb],
            names.get(event.actor_id or 0, "Hệ thống"),
            event.facts.get("comments", 0),
            str(levels.get(event.facts.get("at_level", -1), "")),
            names.get(event.facts.get("acting_for", 0), ""),
        )
        for event in events
    ]


def taken_back(case: Case) -> QuerySet[TakenBack]:
    """The approvals that were taken back, with their reasons, the latest first."""
    return TakenBack.objects.filter(case=case).select_related("by").order_by("-pk")
