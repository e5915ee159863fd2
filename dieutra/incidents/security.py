"""Writes about security incidents. Only administrators of the centre; every step is a line that nobody can change.

An incident is known by few on purpose: what is written in its log may help the next attacker.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.incidents.models import Incident, LogLine
from dieutra.incidents.wording import worded
from dieutra.people.models import Post, User
from dieutra.people.permission import GRANTS, posts_of, require

Sort, State, Severity = LogLine.Sort, Incident.State, Incident.Severity
CENTRE_ONLY = "Chỉ quản trị viên trung ương xem và ghi sự cố an toàn thông tin."
MOST = 8000


def incidents_of(actor: User) -> QuerySet[Incident]:
    """Of the campaigns whose centre the actor administers: open ones first, the gravest first."""
    seats = [post.campaign_id for post in posts_of(actor) if is_at_the_centre(post)]
    found = Incident.objects.filter(campaign__in=seats).select_related("campaign", "registered_by")
    return found.order_by("closed_at", "-severity", "-found_at", "-pk")


def is_at_the_centre(post: Post) -> bool:
    """A post from which incidents are seen: an administrator's, at the very top."""
    return post.role in GRANTS["incident.manage"] and post.level == 0


def register(
    actor: User, campaign: Campaign, title: str, severity: int, found_at: datetime, text: str
) -> Incident:
    """Write an incident down, with the first line of its log."""
    require(actor, "incident.manage", campaign, why=CENTRE_ONLY)
    title, text = worded("Tên sự cố", title, 200), worded("Diễn biến ban đầu", text, MOST)
    _known(severity)
    _past(found_at, "Phát hiện lúc")
    with transaction.atomic():
        incident = Incident.objects.create(
            campaign=campaign, title=title, severity=severity, found_at=found_at, registered_by=actor
        )
        _line(incident, Sort.REGISTERED, text, actor, found_at)
        record(actor, "incident.registered", incident, severity=severity)
    return incident


def write(actor: User, incident: Incident, text: str, happened_at: datetime, told: str = "") -> LogLine:
    """Add a line: something that was done, or with `told` somebody who was told."""
    require(actor, "incident.manage", incident, why=CENTRE_ONLY)
    _standing(incident)
    text, told = worded("Nội dung", text, MOST), worded("Ai được báo", told, 200, may_be_blank=True)
    _past(happened_at, "Lúc")
    sort = Sort.TOLD if told else Sort.DONE
    with transaction.atomic():
        line = _line(incident, sort, text, actor, happened_at, told)
        record(actor, "incident.told" if told else "incident.logged", incident, line=line.pk)
    return line


def rate(actor: User, incident: Incident, version: int, severity: int, why: str) -> None:
    """Another severity, with the reason."""
    require(actor, "incident.manage", incident, why=CENTRE_ONLY)
    _standing(incident)
    _known(severity)
    if severity == incident.severity:
        raise NotNow("Sự cố đang ở đúng mức độ này rồi.")
    words = f"{Severity(incident.severity).label} → {Severity(severity).label}: {worded('Lý do', why, MOST)}"
    with transaction.atomic():
        _go(incident, version, severity=severity)
        _line(incident, Sort.SEVERITY, words, actor, timezone.now())
        record(actor, "incident.rated", incident, severity=severity)


def contain(actor: User, incident: Incident, version: int, how: str) -> None:
    """The harm no longer grows."""
    require(actor, "incident.manage", incident, why=CENTRE_ONLY)
    if incident.state != State.OPEN:
        raise NotNow("Sự cố này đã được ghi là ngăn chặn hoặc đã đóng.")
    how, now = worded("Cách ngăn chặn", how, MOST), timezone.now()
    with transaction.atomic():
        _go(incident, version, state=State.CONTAINED, contained_at=now)
        _line(incident, Sort.CONTAINED, how, actor, now)
        record(actor, "incident.contained", incident)


def close(actor: User, incident: Incident, version: int, report: dict[str, str]) -> None:
    """The closing report: cause, harm, measures, lessons; all four are needed."""
    require(actor, "incident.manage", incident, why=CENTRE_ONLY)
    _standing(incident)
    blank = [
        Problem(words, "Chưa ghi.") for name, words in REPORT.items() if not report.get(name, "").strip()
    ]
    if blank:
        raise Invalid("Báo cáo kết thúc chưa đủ các phần.", blank)
    parts = {name: worded(words, report[name], MOST) for name, words in REPORT.items()}
    now = timezone.now()
    with transaction.atomic():
        _go(incident, version, state=State.CLOSED, closed_at=now, **parts)
        words = "\n\n".join(f"{REPORT[name]}: {text}" for name, text in parts.items())
        _line(incident, Sort.CLOSED, words, actor, now)
        record(actor, "incident.closed", incident)


def reopen(actor: User, incident: Incident, version: int, why: str) -> None:
    """More came to light: the report that stood stays in the log."""
    require(actor, "incident.manage", incident, why=CENTRE_ONLY)
    if incident.state != State.CLOSED:
        raise NotNow("Sự cố này chưa đóng.")
    why = worded("Lý do mở lại", why, MOST)
    with transaction.atomic():
        _go(incident, version, state=State.OPEN, closed_at=None, contained_at=None)
        _line(incident, Sort.REOPENED, why, actor, timezone.now())
        record(actor, "incident.reopened", incident)


REPORT = {
    "cause": "Nguyên nhân",
    "harm": "Ảnh hưởng, thiệt hại",
    "measures": "Biện pháp đã làm",
    "lessons": "Bài học, việc phải làm tiếp",
}


def _known(severity: int) -> None:
    if severity not in Severity.values:
        raise Invalid("Hãy chọn mức độ.", [Problem("Mức độ", "Chưa chọn")])


def _past(at: datetime, field: str) -> None:
    if at > timezone.now():
        raise Invalid(f"{field}: thời điểm ở tương lai.", [Problem(field, "Hãy ghi lúc việc đã xảy ra.")])


def _standing(incident: Incident) -> None:
    if incident.state == State.CLOSED:
        raise NotNow("Sự cố đã đóng. Muốn ghi thêm, hãy mở lại.")


def _go(incident: Incident, version: int, **changes: object) -> None:
    same = Incident.objects.filter(pk=incident.pk, version=version, state=incident.state)
    if not same.update(version=version + 1, **changes):
        raise Stale("Sự cố vừa được người khác ghi. Việc của bạn chưa được lưu; hãy tải lại trang để xem.")
    incident.refresh_from_db()


def _line(
    incident: Incident, sort: LogLine.Sort, text: str, author: User, happened_at: datetime, told: str = ""
) -> LogLine:
    return LogLine.objects.create(
        incident=incident, sort=sort, text=text, author=author, happened_at=happened_at, told=told
    )
