"""The unit chooses between its draft and what a phone sent beside it."""

from __future__ import annotations

from django.db import transaction

from dieutra.cases import actions
from dieutra.cases.models import Case, Draft, Submission
from dieutra.channels.openrosa.actions import Outcome, attach, drawn, tab_of
from dieutra.engine.refusals import Forbidden, NotNow
from dieutra.events.actions import record
from dieutra.people.models import User
from dieutra.people.permission import require


def use(actor: User, submission: Submission, base_version: int) -> None:
    """Put a submission that was held into the draft that the person saw. Raises DraftMoved when it has changed."""
    case = _held(actor, submission)
    draft = Draft.objects.get(case=case)
    wanted = drawn(submission, case, draft)
    with transaction.atomic():
        attach(actor, submission, case)
        actions.save_draft(actor, case, base_version, wanted.changes, {}, tab=tab_of(submission))
        _choose(actor, submission, case, Outcome.KEPT)


def pass_over(actor: User, submission: Submission) -> None:
    """Leave the draft as it stands; the submission stays on record."""
    with transaction.atomic():
        _choose(actor, submission, _held(actor, submission), Outcome.PASSED)


def _held(actor: User, submission: Submission) -> Case:
    case = submission.case
    if case is None:
        raise Forbidden
    require(actor, "case.fill", case)
    return case


def _choose(actor: User, submission: Submission, case: Case, outcome: str) -> None:
    chosen = Submission.objects.filter(pk=submission.pk, outcome=Outcome.HELD).update(outcome=outcome)
    if not chosen:
        raise NotNow("Bản gửi này đã được chọn trước đó. Hãy xem lại phiếu.")
    record(
        actor, f"submission.{'used' if outcome == Outcome.KEPT else 'passed'}", case, submission=submission.pk
    )
