"""What Excel refuses at once in an input cell: not a number, not a day, not in the list, too long."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from dieutra.engine.forms.form import Check, Node
from dieutra.engine.forms.typed import MAX_LENGTH
from dieutra.engine.lang import Ast

FAR = 999_999_999_999_999


def validation(node: Node, checks: Iterable[Check], source: str) -> dict[str, Any]:
    """The data validation of a node's cell; `source` is the range of its options."""
    if node.type in ("select1", "acknowledge"):
        if not source:
            return _rule("any", "")
        return _rule("list", "Hãy bấm mũi tên ở ô và chọn một mục trong danh sách.", source=f"={source}")
    if node.type in ("int", "decimal"):
        low, high = bounds(node, checks)
        kind, words = ("integer", "số nguyên") if node.type == "int" else ("decimal", "số")
        limit = f" từ {low} đến {high}" if high < FAR else f" không nhỏ hơn {low}" if low > -FAR else ""
        rule = _rule(kind, f"Ô này ghi {words}{limit}.")
        return rule | {"criteria": "between", "minimum": low, "maximum": high}
    if node.type == "date":
        rule = _rule("date", "Ghi ngày/tháng/năm, ví dụ 15/04/2026.")
        rule |= {"input_title": "Ngày", "input_message": "Ghi ngày/tháng/năm, ví dụ 15/04/2026."}
        return rule | {"criteria": "between", "minimum": date(1900, 1, 1), "maximum": date(2200, 12, 31)}
    if node.type in ("time", "dateTime"):
        said = "Ghi giờ:phút, ví dụ 08:30." if node.type == "time" else "Ghi ngày/tháng/năm giờ:phút."
        return {"validate": "any", "input_title": "Giờ", "input_message": said}
    if node.type in ("rank", "select"):
        said = "Ghi các mã theo thứ tự" if node.type == "rank" else "Ghi mã của các lựa chọn"
        return {
            "validate": "any",
            "input_title": "Mã lựa chọn",
            "input_message": f"{said}, cách nhau dấu cách.",
        }
    if node.type == "geopoint":
        said = "Ghi vĩ độ rồi kinh độ, cách nhau dấu cách, ví dụ 21.0285 105.8542."
        return {"validate": "any", "input_title": "Tọa độ", "input_message": said}
    rule = _rule("length", f"Ô này ghi không quá {MAX_LENGTH} ký tự.")
    return rule | {"criteria": "<=", "value": MAX_LENGTH}


def _rule(kind: str, said: str, **more: Any) -> dict[str, Any]:
    title = "Không nhận giá trị này"
    return {"validate": kind, "error_title": title, "error_message": said, "ignore_blank": True, **more}


def bounds(node: Node, checks: Iterable[Check]) -> tuple[int, int]:
    """The smallest and greatest number that the node's own constraint allows, as far as it says so plainly."""
    low, high = -FAR, FAR
    if node.range:
        ends = [Decimal(node.range[end]) for end in ("start", "end") if node.range.get(end)]
        low, high = (math.ceil(min(ends)), math.floor(max(ends))) if len(ends) == 2 else (low, high)
    for check in checks:
        if check.is_constraint and check.where == node.path:
            for sign, number in _limits(check.expr):
                low, high = (max(low, number), high) if sign == ">=" else (low, min(high, number))
    return low, high


def _limits(ast: Ast) -> list[tuple[str, int]]:
    if ast[:2] == ["op", "and"]:
        return _limits(ast[2]) + _limits(ast[3])
    plain = ast[0] == "op" and ast[1] in (">=", "<=") and ast[2] == ["self"] and ast[3][0] == "num"
    return [(ast[1], int(ast[3][1]))] if plain and float(ast[3][1]).is_integer() else []
