"""What follows a verb: one table from verb to jobs, and what is due by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from dieutra.events.models import Event
from dieutra.jobs.models import Job


def ask(kind: str, key: str, only_if: str = "", **payload: str) -> Callable[[Event], Job | None]:
    """A job asked for by an event. `key` and the payload's values name facts of the event: "subject_id", "id".

    `only_if` names one of `facts`: an event that has it as false asks for nothing.
    """

    def make(event: Event) -> Job | None:
        if only_if and not event.facts.get(only_if, True):
            return None
        filled = {name: getattr(event, fact) for name, fact in payload.items()}
        return Job(kind=kind, key=str(getattr(event, key)), payload=filled)

    return make


TELL_ANNULMENT = ask("interference.tell", "id", annulment="subject_id", verb="verb", actor="actor_id")

REACTIONS: dict[str, list[Callable[[Event], Job | None]]] = {
    "account.created": [ask("messages.activation", "id", only_if="mail", post="subject_id")],
    "activation.asked": [ask("messages.activation", "id", post="subject_id")],
    "password.forgotten": [ask("accounts.send_forgotten", "id", user="subject_id")],
    "campaign.form_adopted": [ask("cases.adopt_form", "id", campaign="subject_id")],
    "carry.begun": [ask("carrying.convert", "id", carry="subject_id")],
    "carry.placing": [ask("carrying.place", "id", carry="subject_id", actor="actor_id")],
    "case.accepted": [ask("messages.case_event", "id", case="subject_id", verb="verb")],
    "case.returned": [ask("messages.case_event", "id", case="subject_id", verb="verb")],
    "selfcheck.asked": [ask("selfcheck.run", "id", actor="actor_id")],
    "task.given": [ask("teams.tell_given", "id", task="subject_id")],
    "index.reckoning_asked": [ask("indices.reckon", "id", reckoning="subject_id")],
    "index.published": [ask("indices.draw", "id", publication="subject_id")],
    "roster.sent": [ask("messages.roster_event", "id", roster="subject_id", verb="verb")],
    "roster.accepted": [
        ask("opinions.invite", "id", roster="subject_id"),
        ask("messages.roster_event", "id", roster="subject_id", verb="verb"),
    ],
    "roster.returned": [ask("messages.roster_event", "id", roster="subject_id", verb="verb")],
    "roster.reopened": [ask("messages.roster_event", "id", roster="subject_id", verb="verb")],
    "request.answered": [ask("messages.request_answered", "id", request="subject_id")],
    "wave.asked": [ask("messages.plan_wave", "id", wave="subject_id")],
    "mailing.opened": [ask("opinions.plan_invitations", "id", round="subject_id")],
    "signals.asked": [ask("interference.run", "id", campaign="subject_id", actor="actor_id")],
    "annulment.proposed": [TELL_ANNULMENT],
    "annulment.confirmed": [TELL_ANNULMENT],
    "reversal.proposed": [TELL_ANNULMENT],
    "reversal.confirmed": [TELL_ANNULMENT],
    "question.answered": [ask("incidents.send_answered", "id", question="subject_id")],
    "listing.opened": [ask("supervision.hold", "id", listing="subject_id")],
    "listing.accepted": [ask("cases.open_from_listing", "id", listing="subject_id", actor="actor_id")],
}

SCHEDULE: dict[str, timedelta] = {
    "events.seal": timedelta(hours=1),
    "events.verify": timedelta(days=1),
    "cases.adopt_left_over": timedelta(hours=1),
    "messages.by_the_clock": timedelta(hours=1),
    "messages.remind_bodies": timedelta(hours=1),
    "rosters.clear": timedelta(days=1),
    "opinions.keep_mailing": timedelta(minutes=5),
    "opinions.remind": timedelta(hours=1),
    "opinions.count": timedelta(hours=1),
    "cases.recount": timedelta(days=1),
    "supervision.mend": timedelta(days=1),
    "incidents.keep_deadlines": timedelta(minutes=10),
    "reports.keep_time": timedelta(minutes=5),
    "teams.tell_due": timedelta(hours=1),
    "workbook.clear": timedelta(hours=1),
    "accounts.clear": timedelta(hours=1),
    "accounts.idle": timedelta(days=1),
    "opinions.keep_invitations": timedelta(hours=1),
    "opinions.lay_open": timedelta(hours=1),
    "opinions.close": timedelta(days=1),
}
