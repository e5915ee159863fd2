"""From a posted page to changes, for browsers without JavaScript. The form fields are named by node path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from dieutra.channels.web.formats import canonical_date, canonical_number
from dieutra.engine.forms.form import Form, Node

__all__ = ["answers_from_post", "canonical_number", "justifications_from_post", "seen_from_post"]

JUSTIFY = "justify:"
SEEN = "seen"


class Posted(Protocol):
    """The part of Django's QueryDict that is used here."""

    def getlist(self, key: str) -> list[str]: ...
    def __contains__(self, key: object) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...


def answers_from_post(form: Form, posted: Posted) -> dict[str, str]:
    """Path -> canonical value for every field that the page sent; `""` clears an answer, as when autosaving.

    Paths that the form does not have, calculated and read-only nodes are left out.
    """
    return {
        node.path: canonical(node.type, posted.getlist(node.path))
        for node in form.nodes
        if node.path in posted and is_typed_by_hand(node)
    }


def is_typed_by_hand(node: Node) -> bool:
    """Calculated nodes are not, nor nodes that are always read-only (identification filled in beforehand)."""
    return node.kind in ("question", "cell") and node.calculate is None and node.readonly != ["call", "true"]


def canonical(type_: str | None, values: list[str]) -> str:
    """One stored string from what one field posted; a choice field posts an empty value before the others."""
    given = [value.replace("\r\n", "\n").strip() for value in values]
    if type_ == "select":
        return " ".join(value for value in given if value)
    last = given[-1] if given else ""
    if type_ in ("int", "decimal"):
        return canonical_number(last, type_)
    return canonical_date(last) if type_ == "date" else last


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
