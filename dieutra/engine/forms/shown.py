"""Values inside messages: `${/data/a}` becomes what was written there, in the manner of the language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dieutra.engine.forms.form import Form, Label, Node
from dieutra.engine.forms.rows import NOWHERE
from dieutra.engine.forms.typed import DATE, DECIMAL

REFERENCE = re.compile(r"\$\{(/[^}]*)\}")
NOTHING = {"vi": "(trống)", "en": "(blank)"}


def fill(message: Label, written: Mapping[str, str], form: Form, at: Mapping[str, str] = NOWHERE) -> Label:
    """The message with its references replaced, seen from the rows in `at`; the same dict when it has none."""
    if not any("${" in text for text in message.values()):
        return message
    return {language: filled(text, language, written, form, at) for language, text in message.items()}


def filled(
    text: str, language: str, written: Mapping[str, str], form: Form, at: Mapping[str, str] = NOWHERE
) -> str:
    """One text with its references replaced."""

    def value(match: re.Match[str]) -> str:
        path = _path(match[1], form, at)
        if path not in written or match[1] not in form.by_path:
            return NOTHING.get(language, NOTHING["en"])
        return shown(form.by_path[match[1]], written[path], language, form)

    return REFERENCE.sub(value, text)


def _path(place: str, form: Form, at: Mapping[str, str]) -> str:
    if not at:
        return place
    shared = [repeat for repeat in form.shape.around(place) if repeat in at]
    return at[shared[-1]] + place[len(shared[-1]) :] if shared else place


def shown(node: Node, text: str, language: str, form: Form | None = None) -> str:
    """`1234.5` as 1.234,5 and `2021-03-05` as 05/03/2021 in Vietnamese, the label of a chosen answer."""
    if node.type in ("int", "decimal") and DECIMAL.fullmatch(text):
        whole, _, fraction = text.partition(".")
        grouped = f"{int(whole):,}" if node.is_amount and whole.lstrip("-") != "0" else whole
        english = grouped + (f".{fraction}" if fraction else "")
        return english if language != "vi" else english.translate(str.maketrans(",.", ".,"))
    if node.type == "date" and DATE.fullmatch(text):
        year, month, day = text.split("-")
        return f"{day}/{month}/{year}"
    labels = _labels(node, language, form)
    return ", ".join(labels.get(word, word) for word in text.split()) if labels else text


def _labels(node: Node, language: str, form: Form | None) -> dict[str, str]:
    choices = {choice.value: choice for choice in node.choices or ()}
    if node.itemset is not None and form is not None and node.itemset.list in form.lists:
        choices = dict(form.lists[node.itemset.list].choices(node.itemset))
    return {value: choice.label.get(language, value) for value, choice in choices.items()}
