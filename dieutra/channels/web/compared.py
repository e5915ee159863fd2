"""Two sent versions of one form side by side: what the unit changed, in words."""

from __future__ import annotations

from dataclasses import dataclass

from dieutra.cases.models import Case, Response
from dieutra.cases.queries import place_in_words
from dieutra.channels.web.formats import shown_number
from dieutra.engine.forms.form import Form
from dieutra.engine.lang import place_of
from dieutra.forms.queries import engine_form

NUMBERS = ("int", "decimal")


@dataclass(frozen=True)
class Change:
    """One answer before and now, as a person reads it; blank where there was none."""

    path: str
    where: str
    before: str
    now: str


def changes_between(case: Case, old: Response, new: Response) -> list[Change]:
    """The answers that differ, in the order of the newer form; those the newer form no longer asks come last."""
    old_form, new_form = engine_form(old.form_id), engine_form(new.form_id)
    order = {node.path: number for number, node in enumerate(new_form.nodes)}
    paths = [
        path
        for path in old.answers.keys() | new.answers.keys()
        if old.answers.get(path, "") != new.answers.get(path, "")
    ]
    paths.sort(key=lambda path: (order.get(place_of(path), len(order)), path))
    return [
        Change(
            path,
            place_in_words(case, path),
            answer_in_words(old_form, path, old.answers.get(path, "")),
            answer_in_words(new_form, path, new.answers.get(path, "")),
        )
        for path in paths
    ]


def answer_in_words(form: Form, path: str, value: str) -> str:
    """A stored answer as it is read: the words of a choice, `1.234,5`, `21/11/2026`."""
    node = form.by_path.get(place_of(path))
    if node is None or not value:
        return value
    if node.kind == "repeat":
        return f"{len(value.split())} dòng"
    if node.type in NUMBERS:
        return shown_number(value)
    if node.type == "date" and len(value) == 10:
        year, month, day = value.split("-") if value.count("-") == 2 else ("", "", value)
        return f"{day}/{month}/{year}" if year else value
    return form.choice_label(node.path, value) or value
