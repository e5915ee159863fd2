"""Taking a case to the version of the form that its campaign goes by: its draft is carried by path, what is lost is kept.

Only cases that their unit may fill are taken over; a sent response stays on the version on which it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from django.db import transaction
from django.db.models import F

from dieutra.campaigns.models import Campaign, FormAdoption
from dieutra.cases.models import Case, Comment, Draft, FormChange, Loss, State
from dieutra.engine.forms.migrate import Migrated, Way
from dieutra.events.actions import record
from dieutra.forms.queries import engine_form

FORM_CHANGED = "case.form_changed"


class SavedMeanwhile(Exception):
    """Somebody saved the draft or moved the case at the same moment; nothing was done."""


def renames_since(campaign: Campaign, form_id: int) -> dict[str, str]:
    """Old place -> new place, through every adoption since the campaign went by that version."""
    renamed: dict[str, str] = {}
    steps = list(FormAdoption.objects.filter(campaign=campaign).order_by("pk"))
    start = max((number for number, it in enumerate(steps) if it.from_form_id == form_id), default=None)
    for step in steps[start:] if start is not None else ():
        for before, after in step.renamed.items():
            renamed = {first: after if last == before else last for first, last in renamed.items()}
            renamed.setdefault(before, after)
    return renamed


def way_between(old: int, new: int, renamed: Mapping[str, str]) -> Way:
    """The way from one published version to another, kept for the many drafts that take it."""
    return _way(old, new, tuple(sorted(renamed.items())))


@lru_cache(maxsize=16)
def _way(old: int, new: int, renamed: tuple[tuple[str, str], ...]) -> Way:
    return Way(engine_form(old), engine_form(new), dict(renamed))


def take_over(case: Case, to: int, way: Way) -> bool:
    """One case with its draft, under the versions of both; False when somebody was quicker and nothing was done."""
    try:
        with transaction.atomic():
            carry_over(case, to, way)
    except SavedMeanwhile:
        return False
    return True


def carry_over(case: Case, to: int, way: Way) -> None:
    """Inside a transaction: draft, case, what was lost, one event. Raises SavedMeanwhile."""
    came_from, lost = case.form_id, 0
    draft = Draft.objects.filter(case=case).first()
    if draft is not None:
        migrated = way.carry(draft.answers)
        lost = len(migrated.lost)
        _change_draft(case, draft, migrated, way)
        _keep(case, draft, to, migrated)
        _move_remarks(case, migrated)
    standing = Case.objects.filter(pk=case.pk, version=case.version, state=case.state, form=came_from)
    if not standing.update(form=to, version=case.version + 1):
        raise SavedMeanwhile
    case.form_id, case.version = to, case.version + 1
    record(None, FORM_CHANGED, case, before=came_from, after=to, lost=lost)


def _change_draft(case: Case, draft: Draft, migrated: Migrated, way: Way) -> None:
    """The version grows, so that a page of the old form is told at its next save; no page may go on unasked."""
    known = case.campaign.kind.prefill(case.unit)
    arrived = set(way.routes.values())
    fresh = {it.path: known[it.name] for it in way.new.nodes if it.name in known and it.path not in arrived}
    won = Draft.objects.filter(case=case, version=draft.version).update(
        answers={**way.fresh, **fresh, **migrated.answers},
        justifications=_moved_keys(draft.justifications, migrated.moved),
        version=draft.version + 1,
        saved_tab="",
    )
    if not won:
        raise SavedMeanwhile


def _moved_keys(justifications: Mapping[str, str], moved: Mapping[str, str]) -> dict[str, str]:
    """`check|path` under the new path."""
    found = {}
    for key, text in justifications.items():
        check, _, path = key.partition("|")
        found[f"{check}|{moved.get(path, path)}"] = text
    return found


def _keep(case: Case, draft: Draft, to: int, migrated: Migrated) -> None:
    change = FormChange.objects.create(
        case=case,
        from_form_id=case.form_id,
        to_form_id=to,
        answers=draft.answers,
        justifications=draft.justifications,
        draft_version=draft.version,
        lost_count=len(migrated.lost),
    )
    Loss.objects.bulk_create(
        Loss(change=change, path=it.path, label=it.label.get("vi", ""), value=it.value, why=it.why)
        for it in migrated.lost
    )


def _move_remarks(case: Case, migrated: Migrated) -> None:
    """Remarks that still stand go with their answers."""
    for remark in Comment.objects.filter(case=case, resolved_at__isnull=True, path__in=migrated.moved):
        Comment.objects.filter(pk=remark.pk).update(path=migrated.moved[remark.path])


@transaction.atomic
def take_over_new(cases: Sequence[Case], to: int) -> int:
    """Cases that nobody has begun have nothing to carry: one UPDATE, and an event for each; how many there were."""
    keys = [case.pk for case in cases]
    waiting = Case.objects.filter(pk__in=keys, state=State.NEW).exclude(form=to)
    before = dict(waiting.select_for_update().values_list("pk", "form_id"))
    # A unit that begins at this moment moves the case's version too: one of the two is told and tries again.
    waiting.filter(pk__in=before).update(form=to, version=F("version") + 1)
    moved = [case for case in cases if case.pk in before]
    for case in moved:
        record(None, FORM_CHANGED, case, before=before[case.pk], after=to, lost=0)
    return len(moved)
