"""Simple conditions in Vietnamese, for the printed form: “câu A3 là ‘Không’”. What is not simple is left unsaid."""

from __future__ import annotations

import re
from decimal import Decimal

from dieutra.engine.forms.form import Form, Node
from dieutra.engine.lang import Ast

NUMBERED = re.compile(r"((?:[A-ZĐ]{0,3}\.?)?[0-9]+(?:\.[0-9]+)*[a-zđ]?)[.):]?\s")
COMPARED = {
    "=": "là",
    "!=": "khác",
    "<": "nhỏ hơn",
    "<=": "không quá",
    ">": "lớn hơn",
    ">=": "từ",
}


def when(form: Form, node: Node) -> str:
    """When the node is asked; blank when always, or when it cannot be said simply."""
    return _said(form, node.relevant) or "" if node.relevant is not None else ""


def _said(form: Form, ast: Ast) -> str | None:
    if ast[0] == "op" and ast[1] in ("and", "or"):
        parts = [_said(form, ast[2]), _said(form, ast[3])]
        word = " và " if ast[1] == "and" else " hoặc "
        return word.join(part for part in parts if part) if all(parts) else None
    if ast[0] == "op" and ast[1] in COMPARED:
        return _compared(form, ast)
    if ast[:2] == ["call", "selected"] and ast[2][0] == "path" and ast[3][0] == "str":
        node = form.by_path.get(ast[2][1])
        return f"{named(node)} có chọn {_choice(node, ast[3][1])}" if node else None
    return None


def _compared(form: Form, ast: Ast) -> str | None:
    node = form.by_path.get(ast[2][1]) if ast[2][0] == "path" else None
    if node is None or node.calculate is not None or not node.label or ast[3][0] not in ("str", "num"):
        return None
    value = ast[3][1]
    if value == "":
        return f"{named(node)} {'để trống' if ast[1] == '=' else 'có ghi'}" if ast[1] in ("=", "!=") else None
    text = value if ast[3][0] == "str" else format(Decimal(repr(value)), "f").replace(".", ",")
    ending = " trở lên" if ast[1] == ">=" else ""
    return f"{named(node)} {COMPARED[ast[1]]} {_choice(node, text)}{ending}"


def named(node: Node) -> str:
    """“câu A3” for a numbered question, else its label."""
    label = node.label.get("vi") or next(iter(node.label.values()), node.name)
    number = NUMBERED.match(f"{label} ")
    if number:
        return f"câu {number[1]}"
    return f"“{label if len(label) <= 70 else label[:69] + '…'}”"


def _choice(node: Node, value: str) -> str:
    labels = {choice.value: choice.label for choice in node.choices or ()}
    label = labels.get(value)
    return f"“{label.get('vi') or next(iter(label.values()), value)}”" if label else value
