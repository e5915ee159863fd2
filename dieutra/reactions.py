"""What follows a verb: one table from verb to jobs, and what is due by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from dieutra.events.models import Event
from dieutra.jobs.models import Job


def ask(kind: str, key: str, **payload: str) -> Callable[[Event], Job]:
    """A job asked for by an event. `key` and the payload's values name facts of the event: "subject_id", "id"."""

    def make(event: Event) -> Job:
        filled = {name: getattr(event, fact) for name, fact in payload.items()}
        return Job(kind=kind, key=str(getattr(event, key)), payload=filled)

    return make


REACTIONS: dict[str, list[Callable[[Event], Job]]] = {
    "account.created": [ask("messages.activation", "id", post="subject_id")],
    "activation.asked": [ask("messages.activation", "id", post="subject_id")],
    "case.accepted": [ask("messages.case_event", "id", case="subject_id", verb="verb")],
    "wave.asked": [ask("messages.plan_wave", "id", wave="subject_id")],
    "campaign.form_adopted": [ask("cases.adopt_form", "id", campaign="subject_id")],
    "case.returned": [ask("messages.case_event", "id", case="subject_id", verb="verb")],
    "listing.accepted": [ask("cases.open_from_listing", "id", listing="subject_id", actor="actor_id")],
}

SCHEDULE: dict[str, timedelta] = {
    "events.seal": timedelta(hours=1),
    "cases.adopt_left_over": timedelta(hours=1),
    "messages.by_the_clock": timedelta(hours=1),
    "cases.recount": timedelta(days=1),
    "workbook.clear": timedelta(hours=1),
}
