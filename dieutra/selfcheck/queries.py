"""Reading runs and answers."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from dieutra.events.models import Event, Seal
from dieutra.events.queries import holds, last_verification, seal_of
from dieutra.selfcheck.centres import binding
from dieutra.selfcheck.models import Answer, Run

BROKEN = "Dấu niêm của nhật ký KHÔNG còn khớp"


def sealed(run: Run) -> str:
    """What the record says of a run: its digest stands in an event, and the event lies under a seal that holds."""
    events = Event.objects.filter(verb="selfcheck.made", subject_type="run", subject_id=run.pk)
    event = next((it for it in events if it.facts.get("digest") == run.digest), None)
    if event is None:
        return "Nhật ký không có dòng nào mang mã này."
    seal = seal_of(event)
    if seal is None:
        return "Mã có trong nhật ký; nhật ký được niêm mỗi giờ, dòng này chưa đến lượt."
    if not holds(seal):
        return BROKEN + "."
    return _whole_chain(last_verification(), seal)


def _whole_chain(verified: Event | None, seal: Seal) -> str:
    """The whole record is too long to be computed at each look at the page: the clock does it every day."""
    good = "Mã có trong nhật ký đã niêm, dấu niêm còn khớp"
    if verified is None:
        return f"{good}; toàn bộ nhật ký được tính lại mỗi ngày, chưa đến lượt."
    at = f"{timezone.localtime(verified.at):%H:%M %d/%m/%Y}"
    if verified.facts["broken"]:
        return f"{BROKEN}: dấu số {verified.facts['broken']}, khi tính lại toàn bộ nhật ký lúc {at}."
    if verified.facts["upto"] < seal.last_event:
        return f"{good}; lần tính lại toàn bộ nhật ký lúc {at} chưa đến dòng này."
    return f"{good}; toàn bộ nhật ký được tính lại lúc {at}, các dấu đều khớp."


def waiting_answers() -> QuerySet[Answer]:
    """Answers that nobody agreed or refused yet, the oldest first."""
    return binding(Answer.objects.filter(verdict__isnull=True)).select_related("by").order_by("at", "pk")


def answers_to(code: str) -> QuerySet[Answer]:
    return Answer.objects.filter(code=code).select_related("by", "verdict__by").order_by("-at", "-pk")
