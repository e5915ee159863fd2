"""Where a submission and the draft that stands differ, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dieutra.cases import actions as cases
from dieutra.cases.models import Draft, Submission
from dieutra.cases.queries import place_in_words
from dieutra.channels.openrosa.actions import drawn
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.shown import shown
from dieutra.engine.lang import place_of
from dieutra.forms.queries import engine_form

NOTHING = "(trống)"


@dataclass(frozen=True)
class Difference:
    place: str
    sent: str
    stands: str


def differences(submission: Submission) -> list[Difference]:
    """What taking the submission would change in the draft of its case, in the order of the form."""
    case = submission.case
    if case is None:
        return []
    draft = Draft.objects.filter(case=case).first() or Draft(case=case)
    form, stands = engine_form(case.form_id), cases.answers_now(case, draft)
    changes = drawn(submission, case, draft).changes
    order = {node.path: number for number, node in enumerate(form.nodes)}
    return [
        Difference(place_in_words(case, path), _words(form, path, changes), _words(form, path, stands))
        for path in sorted(changes, key=lambda path: (order.get(place_of(path), 0), path))
    ]


def _words(form: Form, path: str, answers: Mapping[str, str]) -> str:
    text, node = answers.get(path, ""), form.by_path.get(place_of(path))
    if not text:
        return NOTHING
    if node is None:
        return text
    return shown(node, text, "vi")
