"""A question or a cell as a field of the page: which widget, and its value as it is shown there."""

from __future__ import annotations

from typing import Any

from dieutra.channels.web.formats import canonical_number, shown_date, shown_number
from dieutra.channels.web.page import ChoiceView, FieldView, Widget
from dieutra.channels.web.sheet import Sheet
from dieutra.engine.forms.form import Node

TRUE = ["call", "true"]
MANY_CHOICES = 8


def field_view(sheet: Sheet, node: Node, column: str = "") -> FieldView:
    raw = sheet.answers.get(node.path, "")
    calculated = node.calculate is not None
    return FieldView(
        path=node.path,
        label=sheet.text(node.label),
        hint=sheet.text(node.hint),
        unit=sheet.text(node.unit),
        widget=_widget(node),
        type=node.type or "string",
        value=_shown(node, raw),
        required=_always(node.required),
        calculated=calculated,
        readonly=sheet.readonly or calculated or _always(node.readonly),
        hidden=sheet.hidden(node),
        choices=_choices(sheet, node, raw),
        findings=tuple(sheet.found.get(node.path, ())),
        comments=tuple(sheet.said.get(node.path, ())),
        column=column,
    )


def _always(expression: Any) -> bool:
    """Only a constant is known here; form.js follows the expressions that depend on answers."""
    return isinstance(expression, list | tuple) and list(expression) == TRUE


def _widget(node: Node) -> Widget:
    if node.type == "select":
        return "checkboxes"
    if node.type == "select1":
        return (
            "select" if "minimal" in node.appearance or len(node.choices or ()) > MANY_CHOICES else "radios"
        )
    if node.type in ("int", "decimal"):
        return "number"
    if node.type == "date":
        return "date"
    return "textarea" if "multiline" in node.appearance else "text"


def _shown(node: Node, raw: str) -> str:
    if node.type in ("int", "decimal"):
        return _shown_number(node, raw)
    return shown_date(raw) if node.type == "date" else raw


def _shown_number(node: Node, raw: str) -> str:
    """With its thousands grouped, unless it is no amount or would not be read back as the same number."""
    grouped = shown_number(raw)
    reads_the_same = canonical_number(grouped, node.type or "") == raw
    return grouped if node.is_amount and reads_the_same else shown_number(raw, grouped=False)


def _choices(sheet: Sheet, node: Node, raw: str) -> tuple[ChoiceView, ...]:
    if node.type not in ("select1", "select"):
        return ()
    chosen = raw.split() if node.type == "select" else [raw]
    return tuple(
        ChoiceView(choice.value, sheet.text(choice.label), choice.value in chosen)
        for choice in node.choices or ()
    )
