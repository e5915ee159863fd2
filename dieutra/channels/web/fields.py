"""A question or a cell as a field of the page: which widget, and its value as it is shown there."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from dieutra.channels.web.formats import canonical_number, shown_date, shown_number
from dieutra.channels.web.page import ChoiceView, FieldView, Widget
from dieutra.channels.web.parts import parts_of, shown_short_date
from dieutra.channels.web.sheet import Sheet
from dieutra.engine.forms.form import Node

TRUE = ["call", "true"]
FALSE = ["call", "false"]
MANY_CHOICES = 8
MOST_STEPS = 200
PLAIN: dict[str, Widget] = {
    "int": "number",
    "decimal": "number",
    "time": "time",
    "dateTime": "datetime",
    "rank": "rank",
    "geopoint": "geopoint",
    "geotrace": "textarea",
    "geoshape": "textarea",
    "binary": "file",
    "acknowledge": "checkboxes",
}


def field_view(sheet: Sheet, node: Node, column: str = "") -> FieldView:
    raw = sheet.answers.get(node.path, "")
    calculated = node.calculate is not None
    widget = _widget(sheet, node)
    return FieldView(
        path=node.path,
        label=sheet.words_at(node, node.label),
        hint=sheet.words_at(node, node.hint),
        unit=sheet.text(node.unit),
        widget=widget,
        type=node.type or "string",
        value=_shown(node, raw),
        required=sheet.required(node),
        calculated=calculated,
        readonly=sheet.readonly or calculated or _is(node.readonly, TRUE),
        hidden=sheet.hidden(node),
        choices=_choices(sheet, node, raw, widget),
        findings=tuple(sheet.found.get(node.path, ())),
        comments=tuple(sheet.said.get(node.path, ())),
        column=column,
        guidance=sheet.words_at(node, node.guidance or {}),
        conditional=node.required is not None
        and not _is(node.required, TRUE)
        and not _is(node.required, FALSE),
        live_label=sheet.is_live(node.label),
        live_hint=sheet.is_live(node.hint),
        parts=parts_of(node.type or "", raw),
        style=_style(node),
        range=node.range or {},
        media=node.media or "",
        file=sheet.files.get(raw, {}) if node.type == "binary" else {},
    )


def _is(expression: Any, constant: list[str]) -> bool:
    return isinstance(expression, list | tuple) and list(expression) == constant


def _widget(sheet: Sheet, node: Node) -> Widget:
    if node.range and (steps(node.range) and {"picker", "vertical"} & set(node.appearance)):
        return "select"
    if node.range:
        return "range"
    if node.type in PLAIN:
        return PLAIN[node.type]
    if node.type == "select":
        return "checkboxes"
    if node.type == "select1":
        return "select" if _is_long(sheet, node) else "radios"
    if node.type == "date":
        short = next((word for word in ("year", "month-year") if word in node.appearance), None)
        return "date" if short is None else "year" if short == "year" else "month"
    return "textarea" if "multiline" in node.appearance else "text"


def _is_long(sheet: Sheet, node: Node) -> bool:
    """A list to open instead of buttons: asked for, long, or changing with other answers."""
    words = set(node.appearance)
    if words & {"minimal", "autocomplete", "search"}:
        return True
    if words & {
        "likert",
        "quick",
        "compact",
        "horizontal",
        "columns",
        "columns-pack",
        "label",
        "list-nolabel",
    }:
        return False
    if any(word.startswith("columns-") for word in words):
        return False
    if node.itemset is None:
        return len(node.choices or ()) > MANY_CHOICES
    listed = sheet.form.lists.get(node.itemset.list)
    return node.itemset.filter is not None or listed is None or len(listed.rows) > MANY_CHOICES


def _style(node: Node) -> str:
    """CSS classes for the appearances that change how a field looks."""
    words = []
    for word in node.appearance:
        if word == "likert":
            words.append("is-likert")
        elif word in ("horizontal", "horizontal-compact", "columns", "columns-pack", "columns-flex"):
            words.append("is-columns")
        elif word.startswith("columns-") and word[8:].isdigit():
            words.append(f"is-columns-{min(int(word[8:]), 5)}")
        elif word == "autocomplete":
            words.append("is-search")
    return " ".join(words)


def _shown(node: Node, raw: str) -> str:
    if node.type in ("int", "decimal"):
        return _shown_number(node, raw)
    if node.type == "date":
        return shown_short_date(raw, node.appearance) or shown_date(raw)
    if node.type == "time":
        return parts_of("time", raw)[0]
    return raw


def _shown_number(node: Node, raw: str) -> str:
    """With its thousands grouped, unless it is no amount or would not be read back as the same number."""
    grouped = shown_number(raw)
    reads_the_same = canonical_number(grouped, node.type or "") == raw
    return grouped if node.is_amount and reads_the_same else shown_number(raw, grouped=False)


def _choices(sheet: Sheet, node: Node, raw: str, widget: Widget) -> tuple[ChoiceView, ...]:
    if node.type == "acknowledge":
        return (ChoiceView("OK", sheet.words["acknowledge"], raw == "OK"),)
    if widget == "select" and node.range:
        return tuple(ChoiceView(it, shown_number(it), it == raw) for it in steps(node.range))
    if node.type not in ("select1", "select", "rank"):
        return ()
    chosen = [raw] if node.type == "select1" else raw.split()
    offered = [
        ChoiceView(choice.value, sheet.text(choice.label), choice.value in chosen)
        for choice in sheet.choices(node)
    ]
    known = {choice.value for choice in offered}
    gone = [ChoiceView(it, sheet.gone(node, it), True, gone=True) for it in chosen if it and it not in known]
    views = (*offered, *gone)
    if node.type != "rank":
        return views
    order = {value: at for at, value in enumerate(chosen)}
    return tuple(sorted(views, key=lambda choice: order.get(choice.value, len(order))))


def steps(range_: dict[str, str]) -> list[str]:
    """The numbers of a range, written canonically; none when it is endless or too fine for a list."""
    try:
        start, end, step = (Decimal(range_.get(key, "1")) for key in ("start", "end", "step"))
    except InvalidOperation:
        return []
    if not step or (end - start) / step < 0 or (end - start) / step > MOST_STEPS:
        return []
    numbers = [start + step * at for at in range(int((end - start) / step) + 1)]
    return [f"{number.normalize():f}" for number in numbers]
