"""Reading runs and answers."""

from __future__ import annotations

from django.db.models import QuerySet

from dieutra.events.models import Event, Seal
from dieutra.events.queries import broken_seal
from dieutra.selfcheck.models import Answer, Run


def sealed(run: Run) -> str:
    """What the record says of a run: its digest stands in an event, and the event lies under a seal that holds."""
    events = Event.objects.filter(verb="selfcheck.made", subject_type="run", subject_id=run.pk)
    event = next((it for it in events if it.facts.get("digest") == run.digest), None)
    if event is None:
        return "Nhật ký không có dòng nào mang mã này."
    if not Seal.objects.filter(first_event__lte=event.pk, last_event__gte=event.pk).exists():
        return "Mã có trong nhật ký; nhật ký được niêm mỗi giờ, dòng này chưa đến lượt."
    return (
        "Dấu niêm của nhật ký KHÔNG còn khớp."
        if broken_seal()
        else "Mã có trong nhật ký đã niêm, dấu niêm còn khớp."
    )


def waiting_answers() -> QuerySet[Answer]:
    """Answers that nobody agreed or refused yet, the oldest first."""
    return Answer.objects.filter(verdict__isnull=True).select_related("by").order_by("at", "pk")


def answers_to(code: str) -> QuerySet[Answer]:
    return Answer.objects.filter(code=code).select_related("by", "verdict__by").order_by("-at", "-pk")
