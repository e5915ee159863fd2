"""Answering: a draft is saved, an answer sent. Nothing here writes a moment, an event or a log line.

The exception to “every write records one event” is `send` and what leads to it: see docs/opinion-surveys.md, Secrecy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.forms import check, given
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.rows import is_well_placed
from dieutra.engine.lang import place_of
from dieutra.engine.refusals import Problem
from dieutra.opinions import devices, refusals
from dieutra.opinions.invitations import receipt_of
from dieutra.opinions.models import Burst, Invitation, SealedDraft, SealedOpinion
from dieutra.opinions.opening import (
    Answered,
    Moved,
    Opened,
    Shut,
    Unknown,
    draft_key,
    draft_of,
    key_of,
    look,
    read_draft,
    receipt_or_none,
)  # fmt: skip
from dieutra.opinions.refusals import NotTaken
from dieutra.opinions.sealing import fits, seal

WINDOW_MINUTES = 10


@dataclass(frozen=True)
class Saved:
    version: int
    state: check.State


def save(
    opened: Opened, base_version: int, changes: Mapping[str, str], form_shown: int = 0, tab: str = ""
) -> Saved:
    """Put changed answers into the draft; "" clears one. Raises Invalid, Answered, or Moved when another save was first."""
    with transaction.atomic():
        _hold(opened)
        row = SealedDraft.objects.filter(invitation=opened.invitation).first()
        before, version, last_tab = read_draft(opened, row)
        if tab and tab == last_tab and version == base_version + 1:
            base_version = version  # this page's own save, whose reply was lost on the way
        _refuse_moved(opened, before, version, base_version, form_shown)
        answers, state = _merged(opened.form, before, changes)
        content = {"form": opened.form_id, "answers": answers, "tab": tab}
        if not fits(content):
            raise NotTaken(refusals.TOO_LONG)
        sealed = seal(draft_key(opened), content, opened.place)
        _write_draft(opened, row, version, sealed, before)
    return Saved(version + 1, state)


def _hold(opened: Opened) -> None:
    """No draft is written after the answer was sent, nor by a link that has died: all take the invitation's row first."""
    held = _standing(opened.invitation).select_for_update()
    if not held.values_list("pk", flat=True).first():
        _refuse_loser(opened.invitation)


def _standing(it: Invitation) -> QuerySet[Invitation]:
    """The invitation, if it is still as it was opened: the same link and group, not answered, not withdrawn."""
    return Invitation.objects.filter(
        pk=it.pk, token_hash=it.token_hash, group=it.group, answered=False, withdrawn=False
    )


def _write_draft(
    opened: Opened, row: SealedDraft | None, version: int, sealed: bytes, before: dict[str, str]
) -> None:
    if row is None:
        try:
            with transaction.atomic():
                SealedDraft.objects.create(invitation=opened.invitation, version=1, sealed=sealed)
        except IntegrityError:
            raise Moved(before, version) from None
        return
    won = SealedDraft.objects.filter(invitation=opened.invitation, version=version)
    if not won.update(version=version + 1, sealed=sealed):
        raise Moved(before, version)


def _refuse_moved(
    opened: Opened, answers: dict[str, str], version: int, base_version: int, form_shown: int
) -> None:
    if form_shown and form_shown != opened.form_id:
        raise Moved(answers, version, reload=True)
    if version != base_version:
        raise Moved(answers, version)


def _merged(
    form: Form, before: Mapping[str, str], changes: Mapping[str, str]
) -> tuple[dict[str, str], check.State]:
    """The answers with the changes. What no page of ours sends is refused, so that nothing of it is kept."""
    foreign = [
        path for path in changes if place_of(path) not in form.by_path or not is_well_placed(form, path)
    ]
    if foreign:
        raise NotTaken(refusals.FOREIGN)
    if any("\x00" in text or not _is_whole(text) for text in changes.values()):
        raise NotTaken(refusals.UNREADABLE)
    merged = {**before, **changes}
    merged |= given.changed(form, merged, changes)
    merged |= given.begin_rows(form, merged)
    answers = check.clean(form, merged)
    state = check.evaluate(form, answers)
    _refuse_unofferable(form, answers, state, changes)
    return answers, state


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_unofferable(
    form: Form, answers: dict[str, str], state: check.State, changes: Mapping[str, str]
) -> None:
    """A value outside of a closed list, or a text beyond its length: a page of ours sends neither."""
    found = [it for it in state.hard if it.path in changes]
    for it in found:
        node = form.by_path[place_of(it.path)]
        if it.check == "choice" or (it.check == "type" and (node.choices or node.itemset is not None)):
            raise NotTaken(refusals.NOT_OFFERED, [Problem(it.path, it.message.get("vi", ""))])
        if it.check == "type" and len(answers.get(it.path, "")) > 2_000:
            raise NotTaken(refusals.one_too_long(it.message), [Problem(it.path, "Quá dài")])


def send(opened: Opened, base_version: int, device: devices.Device, form_shown: int = 0) -> str:
    """Send the draft as it was shown; the receipt. Of two at once one wins.

    Raises Answered (a second answer, or the same one again after a lost reply), Moved, and Invalid with every missing
    answer and every error.
    """
    answers, version, state = look(opened)
    if version != base_version or (form_shown and form_shown != opened.form_id):
        if Invitation.objects.filter(pk=opened.invitation.pk, answered=True).exists():
            raise Answered(opened.invitation, receipt_or_none(opened.invitation))
        _refuse_moved(opened, answers, version, base_version, form_shown)
    _refuse_unfinished(state)
    content = {"form": opened.form_id, "answers": dict(state.values), **_marks(opened.campaign, device)}
    if not fits(content):
        raise NotTaken(refusals.TOO_LONG)
    receipt = receipt_of(opened.campaign, opened.invitation.pk)
    sealed = seal(key_of(opened.campaign, "box"), content, opened.place)
    _write(opened, version, sealed)
    return receipt


def _marks(campaign: Campaign, device: devices.Device) -> dict[str, str]:
    key_of(campaign, "signals")
    return devices.marks(campaign, device)


def _refuse_unfinished(state: check.State) -> None:
    problems = [Problem(path, "Chưa trả lời câu này.") for path in state.missing]
    problems += [Problem(it.path, it.message.get("vi", "")) for it in state.hard]
    if problems:
        raise NotTaken(refusals.unfinished(len(problems)), problems)


def _write(opened: Opened, version: int, sealed: bytes) -> None:
    """The one transaction of an answer. No moment, no event, no key from one row to the other."""
    it = opened.invitation
    with transaction.atomic():
        if not _standing(it).update(answered=True):
            _refuse_loser(it)
        gone, _ = SealedDraft.objects.filter(invitation=it.pk, version=version).delete()
        # an autosave landed after it was shown, perhaps the first of all: nothing is sent that was not seen
        if bool(gone) != bool(version) or SealedDraft.objects.filter(invitation=it.pk).exists():
            answers, now = draft_of(opened)
            raise Moved(answers, now)
        SealedOpinion.objects.create(
            campaign_id=it.campaign_id, survey=it.survey, path=it.path, group=it.group, sealed=sealed
        )
        _count_burst(it)


def _refuse_loser(invitation: Invitation) -> None:
    former = invitation.group
    invitation.refresh_from_db(fields=["answered", "withdrawn", "group"])
    if invitation.answered:
        raise Answered(invitation, receipt_or_none(invitation))
    if invitation.withdrawn:
        raise Shut(invitation.campaign, "withdrawn")
    if invitation.group != former:  # another questionnaire
        raise Moved({}, 0, reload=True)
    raise Unknown


def window_of(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) - timedelta(minutes=moment.minute % WINDOW_MINUTES)


def _count_burst(it: Invitation) -> None:
    """Last in the transaction, since all answers about a body meet on this row."""
    place: dict[str, Any] = {
        "campaign_id": it.campaign_id,
        "survey": it.survey,
        "path": it.path,
        "window": window_of(timezone.now()),
    }
    if not Burst.objects.filter(**place).update(count=F("count") + 1):
        Burst.objects.bulk_create([Burst(**place)], ignore_conflicts=True)
        Burst.objects.filter(**place).update(count=F("count") + 1)
