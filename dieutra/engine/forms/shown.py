"""Values inside messages: `${/data/a}` becomes what was written there, in the manner of the language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dieutra.engine.forms.form import Label, Node
from dieutra.engine.forms.typed import DATE, DECIMAL

REFERENCE = re.compile(r"\$\{(/[^}]*)\}")
NOTHING = {"vi": "(trống)", "en": "(blank)"}


def fill(message: Label, written: Mapping[str, str], nodes: Mapping[str, Node]) -> Label:
    """The message with its references replaced; the same dict when it has none."""
    if not any("${" in text for text in message.values()):
        return message
    return {language: _filled(text, language, written, nodes) for language, text in message.items()}


def _filled(text: str, language: str, written: Mapping[str, str], nodes: Mapping[str, Node]) -> str:
    def value(match: re.Match[str]) -> str:
        path = match[1]
        if path not in written or path not in nodes:
            return NOTHING.get(language, NOTHING["en"])
        return shown(nodes[path], written[path], language)

    return REFERENCE.sub(value, text)


def shown(node: Node, text: str, language: str) -> str:
    """`1234.5` as 1.234,5 and `2021-03-05` as 05/03/2021 in Vietnamese, the label of a chosen answer."""
    if node.type in ("int", "decimal") and DECIMAL.fullmatch(text):
        whole, _, fraction = text.partition(".")
        grouped = f"{int(whole):,}" if node.is_amount and whole.lstrip("-") != "0" else whole
        english = grouped + (f".{fraction}" if fraction else "")
        return english if language != "vi" else english.translate(str.maketrans(",.", ".,"))
    if node.type == "date" and DATE.fullmatch(text):
        year, month, day = text.split("-")
        return f"{day}/{month}/{year}"
    labels = {choice.value: choice.label.get(language, choice.value) for choice in node.choices or ()}
    return ", ".join(labels.get(word, word) for word in text.split()) if labels else text
