"""From a posted page to changes, for browsers without JavaScript. The form fields are named by node path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from dieutra.channels.web.formats import canonical_number
from dieutra.channels.web.parts import canonical_short_date, from_parts
from dieutra.engine.forms.form import Form, Node
from dieutra.engine.forms.given import begin_rows, changed, new_row
from dieutra.engine.forms.rows import next_name, row_names
from dieutra.engine.lang import place_of

__all__ = [
    "answers_from_post",
    "canonical_number",
    "changes_from_post",
    "justifications_from_post",
    "seen_from_post",
]

JUSTIFY = "justify:"
SEEN = "seen"
ADD_ROW = "add-row"
REMOVE_ROW = "remove-row"
IN_PARTS = ("dateTime", "geopoint", "rank")


class Posted(Protocol):
    """The part of Django's QueryDict that is used here."""

    def getlist(self, key: str) -> list[str]: ...
    def __contains__(self, key: object) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...


def answers_from_post(form: Form, posted: Posted) -> dict[str, str]:
    """Path -> canonical value for every field that the page sent; `""` clears an answer, as when autosaving.

    Paths that the form does not have, calculated and read-only nodes are left out.
    """
    answers = {}
    for path in posted:
        node = form.by_path.get(place_of(path)) if path.startswith("/") else None
        if node is None:
            continue
        if node.kind == "repeat" and node.count is None:
            answers[path] = " ".join(row_names(posted.getlist(path)[-1]))
        elif is_typed_by_hand(node):
            answers[path] = canonical(node, posted.getlist(path))
    return answers


def changes_from_post(form: Form, posted: Posted, before: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """All that a whole page changes on the answers `before`, as the browser would do by itself; the row to show next.

    What was typed, the values that follow from a change, a row added or removed, what counted rows begin with.
    """
    typed = answers_from_post(form, posted)
    touched = [path for path, value in typed.items() if before.get(path, "") != value]
    brought = changed(form, {**before, **typed}, touched)
    typed |= {path: value for path, value in brought.items() if path not in touched}
    rows, row = rows_from_post(form, posted, {**before, **typed})
    typed |= rows
    return typed | begin_rows(form, {**before, **typed}), row


def rows_from_post(form: Form, posted: Posted, answers: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The changes of the button "Thêm dòng" or "Xóa dòng" on these answers, and the path to come back to."""
    if ADD_ROW in posted and _may_change(form, posted.getlist(ADD_ROW)[-1]):
        path = posted.getlist(ADD_ROW)[-1]
        names = row_names(answers.get(path))
        taken = tuple(key[len(path) + 1 :].partition("]")[0] for key in answers if key.startswith(f"{path}["))
        name = next_name(names, row_names(" ".join(taken)))
        return {path: " ".join((*names, name)), **new_row(form, path, name, answers)}, f"{path}[{name}]"
    if REMOVE_ROW in posted and _may_change(form, posted.getlist(REMOVE_ROW)[-1]):
        row = posted.getlist(REMOVE_ROW)[-1]
        path, _, name = row.rpartition("[")
        left = [it for it in row_names(answers.get(path)) if f"{it}]" != name]
        return {path: " ".join(left), **{key: "" for key in answers if key.startswith(f"{row}/")}}, path
    return {}, ""


def _may_change(form: Form, path: str) -> bool:
    """Whether people add and remove the rows of this repeat."""
    node = form.by_path.get(place_of(path))
    return node is not None and node.kind == "repeat" and node.count is None


def is_typed_by_hand(node: Node) -> bool:
    """Calculated nodes are not, nor nodes that are always read-only (identification filled in beforehand)."""
    return node.kind in ("question", "cell") and node.calculate is None and node.readonly != ["call", "true"]


def canonical(node: Node, values: list[str]) -> str:
    """One stored string from what one field posted; a choice field posts an empty value before the others."""
    given = [value.replace("\r\n", "\n").strip() for value in values]
    if node.type == "select":
        return " ".join(value for value in given if value)
    if node.type in IN_PARTS:
        return from_parts(node.type, given)
    last = given[-1] if given else ""
    if node.type in ("int", "decimal"):
        return canonical_number(last, node.type)
    return canonical_short_date(last, node.appearance) if node.type == "date" else last


def justifications_from_post(posted: Posted) -> dict[str, str]:
    """Finding key (`name|path`) -> written reason."""
    return {
        name.removeprefix(JUSTIFY): posted.getlist(name)[-1].replace("\r\n", "\n").strip()
        for name in posted
        if name.startswith(JUSTIFY)
    }


def seen_from_post(posted: Posted) -> list[str]:
    """Ids of the supervisor's comments marked "Đã xem"."""
    return posted.getlist(SEEN)
