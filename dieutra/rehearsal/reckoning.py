"""The reckoning: tally = recount = cases, and each event answers to something that a person did."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from django.db.models import Count
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.cases import tally
from dieutra.cases.models import Case, Draft, Response, State
from dieutra.events.models import Event
from dieutra.events.queries import broken_seal
from dieutra.frames.models import Unit
from dieutra.jobs.models import Job
from dieutra.rehearsal.acts import Play

PATIENCE = 60.0  # seconds
ROUTINE = (
    "events.seal",
    "events.verify",
    "cases.recount",
)  # of the hour and the night, not of what anybody did

# What persons did over HTTP and the record must agree on, verb by verb.
COUNTED = (
    "account.activated",
    "case.submitted",
    "case.returned",
    "case.approved",
    "case.accepted",
    "case.withdrawn",
    "draft.saved",
    "listing.sent",
    "listing.returned",
    "listing.accepted",
)


def reckon(play: Play) -> dict[str, Any]:
    """The report: counts per state, what was done, and `problems` in words; `ok` when there are none."""
    let_work_end()
    campaign = Campaign.objects.get(slug="dien-tap")
    truth, kept = tally.recount(campaign), tally.kept(campaign)
    cases = dict(
        Case.objects.filter(campaign=campaign).values_list("state").annotate(n=Count("pk")).order_by()
    )
    verbs = dict(Event.objects.values_list("verb").annotate(n=Count("pk")).order_by())
    problems = [
        *_agreement("Bảng đếm và đếm lại", dict(kept), dict(truth)),
        *_agreement("Phiếu và sự kiện", cases, dict(_states_by_events(campaign))),
        *_verbs(verbs, play.book.verbs),
        *_rows(campaign, verbs),
        *_unfinished(campaign),
        *play.notes,
    ]
    return {
        "ok": not problems,
        "kind": play.kind_slug,
        "province": play.province,
        "units": len(play.lines),
        "cases": cases,
        "total": sum(cases.values()),
        "tally": _by_state(kept),
        "recount": _by_state(truth),
        "events": verbs,
        "workbooks": play.book.verbs["workbook.brought"],
        "requests": dict(play.book.requests),
        "answer_seconds": spread(play.book.seconds),
        "problems": problems,
    }


def _by_state(counts: Counter[tally.Key]) -> dict[str, int]:
    states: Counter[str] = Counter()
    for (_, _, state, _), number in counts.items():
        states[state] += number
    return dict(states)


def _agreement(what: str, left: dict[Any, int], right: dict[Any, int]) -> list[str]:
    differing = [key for key in left.keys() | right.keys() if left.get(key, 0) != right.get(key, 0)]
    return [
        f"{what} khác nhau tại {key}: {left.get(key, 0)} và {right.get(key, 0)}" for key in differing[:10]
    ]


def _states_by_events(campaign: Campaign) -> Counter[str]:
    """Where the cases stand when only their events are read."""
    states: dict[int, str] = {}
    events = Event.objects.filter(campaign_id=campaign.pk, subject_type="case").order_by("pk")
    for subject, verb, facts in events.values_list("subject_id", "verb", "facts").iterator():
        if verb == "case.opened":
            states[subject] = State.NEW.value
        elif "to" in facts:
            if states[subject] != facts["from"]:
                states[subject] = f"gãy: {states[subject]} ≠ {facts['from']}"
                continue
            states[subject] = facts["to"]
    return Counter(states.values())


def _verbs(events: dict[str, int], done: Counter[str]) -> list[str]:
    return [
        f"Sự kiện {verb}: nhật ký ghi {events.get(verb, 0)}, người dùng làm {done.get(verb, 0)}"
        for verb in COUNTED
        if events.get(verb, 0) != done.get(verb, 0)
    ]


def _rows(campaign: Campaign, events: dict[str, int]) -> list[str]:
    """Rows against the events that made them."""
    cases, units = Case.objects.filter(campaign=campaign), Unit.objects.filter(campaign=campaign)
    pairs = {
        "phiếu được lập": (cases.count(), events.get("case.opened", 0)),
        "lần gửi phiếu": (Response.objects.count(), events.get("case.submitted", 0)),
        "phiếu có bản nháp": (Draft.objects.count(), events.get("case.started", 0)),
        "đơn vị còn trong bảng kê": (units.exclude(decision="remove").count(), cases.count()),
    }
    problems = [
        f"Số {what}: {rows} dòng, {number} sự kiện"
        for what, (rows, number) in pairs.items()
        if rows != number
    ]
    if broken_seal():
        problems.append("Chuỗi niêm phong nhật ký bị đứt.")
    return problems


def let_work_end() -> None:
    """What the last act asked of the background is still on its way; whoever waits too long is told below."""
    until = time.monotonic() + PATIENCE
    live = [Job.State.WAITING, Job.State.RUNNING]
    while time.monotonic() < until:
        due = Job.objects.filter(state__in=live, run_after__lte=timezone.now()).exclude(kind__in=ROUTINE)
        if not due.exists() and not Event.objects.filter(processed_at__isnull=True).exists():
            return
        time.sleep(0.2)


def unfinished_jobs() -> list[str]:
    return [
        f"Việc nền {job.kind} {job.key}: {job.get_state_display()} {job.note[-300:]}"
        for job in Job.objects.exclude(state=Job.State.DONE).exclude(kind__in=ROUTINE)[:5]
    ]


def _unfinished(campaign: Campaign) -> list[str]:
    problems = unfinished_jobs()
    left = Case.objects.filter(campaign=campaign).exclude(state=State.ACCEPTED).count()
    return [*problems, *([f"{left} phiếu chưa được duyệt xong."] if left else [])]


def spread(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    ordered = sorted(seconds)
    at = {"median": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(ordered[int(share * (len(ordered) - 1))], 4) for name, share in at.items()} | {
        "slowest": round(ordered[-1], 4)
    }
