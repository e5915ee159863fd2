"""A repeat as a block of the page: its rows, the template of a new one, and what is said about their number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dieutra.channels.web.page import Block, EntryView, FieldView, RepeatView
from dieutra.channels.web.sheet import NEW_ROW, Sheet, row_of
from dieutra.engine.forms.form import Node

GRID_WORDS = {"x-grid", "table-list"}
SHORT = {"text", "number", "date", "year", "month", "time", "select", "radios"}

Draw = Callable[[Node], tuple[Block, ...]]


def repeat_view(sheet: Sheet, node: Node, draw: Draw) -> RepeatView:
    """`draw` gives the blocks of a row."""
    rows = sheet.rows_of(node)
    template = _entry(sheet, row_of(node, NEW_ROW), 0, draw)
    grid = bool(GRID_WORDS & set(node.appearance)) and _is_short(template)
    shape = _on_a_line if grid else _as_it_is
    label = "" if sheet.is_live(node.label) else sheet.text(node.label)
    return RepeatView(
        path=node.path,
        label=label,
        hint=sheet.words_at(node, node.hint),
        hidden=sheet.hidden(node),
        names=" ".join(sheet.rows.get(node.path, ())),
        entries=tuple(shape(_entry(sheet, row, number, draw)) for number, row in enumerate(rows, start=1)),
        template=shape(template),
        counted=node.count is not None,
        why=_why(sheet, node),
        add=f"{sheet.words['add']} {label[:1].lower()}{label[1:]}" if label else sheet.words["add_row"],
        grid=grid,
        guidance=sheet.words_at(node, node.guidance),
    )


def _entry(sheet: Sheet, row: Node, number: int, draw: Draw) -> EntryView:
    title = sheet.row_title(row, number)
    return EntryView(row.path, title, sheet.hidden(row), draw(row), sheet.is_live(row.label))


def _is_short(entry: EntryView) -> bool:
    """Whether a row fits on a line: nothing but short fields."""
    blocks = entry.blocks
    return bool(blocks) and all(isinstance(it, FieldView) and it.widget in SHORT for it in blocks)


def _as_it_is(entry: EntryView) -> EntryView:
    return entry


def _on_a_line(entry: EntryView) -> EntryView:
    """On a line there is no room for buttons: a choice is a list to open."""
    return replace(entry, blocks=tuple(_short(block) for block in entry.blocks))


def _short(block: Block) -> Block:
    is_choice = isinstance(block, FieldView) and block.widget == "radios"
    return replace(block, widget="select") if is_choice else block  # type: ignore[arg-type]


def _why(sheet: Sheet, node: Node) -> str:
    """Why the number of rows cannot be changed here."""
    if node.count is None:
        return ""
    if node.count[0] == "path" and node.count[1] in sheet.form.by_path:
        asked = sheet.form.node(node.count[1])
        if asked.kind == "question" and asked.label:
            return sheet.words["counted_by"].format(sheet.text(asked.label))
    return sheet.words["counted"]
