"""The blank questionnaire as a PDF: every question with room to answer, for reading, printing and filling in by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dieutra.channels.paper.documents import draw
from dieutra.engine.forms.conditions import when
from dieutra.engine.forms.form import Form, Label, Node
from dieutra.engine.forms.wording import prose

Block = dict[str, Any]
MOST_CHOICES = 40
ROOM = {
    "int": "number",
    "decimal": "number",
    "date": "date",
    "time": "number",
    "dateTime": "date",
    "geopoint": "line",
    "barcode": "line",
}
NO_PAPER = {
    "binary": "Tệp, ảnh hoặc âm thanh: gửi kèm theo phiếu.",
    "geotrace": "Chỉ ghi được bằng thiết bị.",
    "geoshape": "Chỉ ghi được bằng thiết bị.",
}


def questionnaire_pdf(form: Form, mark: str = "") -> bytes:
    """The form without answers; `mark` is written across each page when it is not for use yet."""
    facts = {
        "title": _vi(form.title),
        "form": f"{form.id} – phiên bản {form.version}",
        "mark": mark,
        "blocks": _Paper(form).blocks(None, 1),
    }
    return draw("questionnaire.typ", facts)


def _vi(label: Label | None) -> str:
    return prose((label or {}).get("vi") or next(iter((label or {}).values()), ""))


class _Paper:
    def __init__(self, form: Form) -> None:
        self.form = form
        self.lists: Mapping[str, Any] = form.to_json().get("lists", {})
        self.members: dict[str | None, list[Node]] = {}
        for node in form.nodes:
            self.members.setdefault(node.parent, []).append(node)

    def blocks(self, parent: str | None, level: int) -> list[Block]:
        return [block for node in self.members.get(parent, ()) for block in self._block(node, level)]

    def _block(self, node: Node, level: int) -> list[Block]:
        if node.kind in ("calculate", "hidden") or (node.calculate is not None and node.kind != "cell"):
            return []
        about = {"label": _vi(node.label), "hint": _vi(node.hint), "when": when(self.form, node)}
        if node.kind == "table":
            return [about | self._table(node)]
        if node.kind == "group":
            return [about | {"block": "heading", "level": level}, *self.blocks(node.path, level + 1)]
        if node.kind == "repeat":
            return [about | {"block": "repeat", "blocks": self.blocks(node.path, level + 1)}]
        if node.kind == "note":
            return [about | {"block": "note"}]
        return [about | self._question(node)]

    def _question(self, node: Node) -> Block:
        question = {
            "block": "question",
            "unit": _vi(node.unit),
            "required": node.required == ["call", "true"],
        }
        offered = self._offered(node)
        if offered is not None:
            many = {"select": "many", "rank": "rank"}.get(node.type or "", "one")
            return question | {"room": many, "choices": offered}
        if node.type in NO_PAPER:
            return question | {"room": "said", "said": NO_PAPER[node.type]}
        wide = "area" if "multiline" in node.appearance else ROOM.get(node.type or "", "line")
        return question | {"room": wide}

    def _offered(self, node: Node) -> list[str] | None:
        """The choices to tick; None where they cannot be printed, and one writes instead."""
        if node.choices is not None:
            return [_vi(choice.label) or choice.value for choice in node.choices]
        if node.type == "acknowledge":
            return ["Đồng ý"]
        itemset = node.to_json().get("itemset") or {}
        labels = self.lists.get(str(itemset.get("list")), {}).get("labels", [])
        return [_vi(label) for label in labels] if 0 < len(labels) <= MOST_CHOICES else None

    def _table(self, node: Node) -> Block:
        columns = node.columns or ()
        rows = []
        for row in self.members.get(node.path, ()):
            cells = {(it.codes or {}).get("col"): it for it in self.members.get(row.path, ())}
            drawn = [_cell(cells.get(column.code)) for column in columns]
            indent = next((int(word[-1]) for word in row.appearance if word.startswith("x-indent-")), 0)
            rows.append([(row.codes or {}).get("row", ""), _vi(row.label), indent, drawn])
        heads = [[column.code, _vi(column.label)] for column in columns]
        return {"block": "table", "unit": _vi(node.unit), "heads": heads, "rows": rows}


def _cell(node: Node | None) -> str:
    """`none` where the paper form has no cell, `sum` where it is the sum of others, else room to write."""
    if node is None:
        return "none"
    return "sum" if node.calculate is not None else "room"
