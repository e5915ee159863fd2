"""How the workbook looks: one table of formats, made once per workbook. Colours are those of the screens."""

from __future__ import annotations

from typing import Any

FONT = "Times New Roman"
WHOLE, PLAIN, DECIMAL, DAY, TEXT = "#,##0", "0", "#,##0.###", "dd/mm/yyyy", "@"

INK, MUTED, BLUE, LINE = "#1a2430", "#55606f", "#1f4e79", "#9fb0c3"
INPUT, FIXED, BLOCKED, TOTAL, HEAD = "#fffdf0", "#eef3f8", "#bfc7d0", "#e6ecf2", "#dce6f1"
HARD, HARD_INK, SOFT, SOFT_INK, SKIPPED = "#f8c9c6", "#9c1c14", "#ffe2ad", "#8a5300", "#e3e6ea"

_BASE: dict[str, Any] = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter"}
_BOX: dict[str, Any] = {"border": 1, "border_color": LINE}
_CELL = _BOX | {"locked": False, "bg_color": INPUT}

STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14, "font_color": BLUE, "text_wrap": True},
    "unit": {"bold": True, "text_wrap": True},
    "section": {"bold": True, "font_size": 12, "font_color": "#ffffff", "bg_color": BLUE},
    "head": _BOX | {"bold": True, "bg_color": HEAD, "align": "center", "text_wrap": True},
    "codes": _BOX | {"italic": True, "font_size": 9, "bg_color": HEAD, "align": "center"},
    "heading": {"bold": True, "font_color": BLUE, "text_wrap": True, "bottom": 1, "bottom_color": BLUE},
    "table": {"bold": True, "font_color": BLUE, "text_wrap": True},
    "note": {"italic": True, "font_color": MUTED, "text_wrap": True, "valign": "top"},
    "body": {"text_wrap": True, "valign": "top"},
    "link": {"font_color": "#0b57b0", "underline": 1},
    "label": _BOX | {"text_wrap": True},
    **{f"label_{depth}": _BOX | {"text_wrap": True, "indent": 2 * depth} for depth in (1, 2, 3)},
    "label_total": _BOX | {"text_wrap": True, "bold": True, "bg_color": TOTAL},
    "hint": {"italic": True, "font_size": 9, "font_color": MUTED},
    "plain": {},
    **{
        f"label_total_{depth}": _BOX
        | {"text_wrap": True, "bold": True, "bg_color": TOTAL, "indent": 2 * depth}
        for depth in (1, 2, 3)
    },
    "code": _BOX | {"align": "center"},
    "code_total": _BOX | {"align": "center", "bold": True, "bg_color": TOTAL},
    "blocked": _BOX | {"bg_color": BLOCKED},
    "input_int": _CELL | {"num_format": WHOLE, "align": "right"},
    "input_plain": _CELL | {"num_format": PLAIN, "align": "left"},
    "input_decimal": _CELL | {"num_format": DECIMAL, "align": "right"},
    "answer_int": _CELL | {"num_format": WHOLE, "align": "left"},
    "answer_decimal": _CELL | {"num_format": DECIMAL, "align": "left"},
    "input_date": _CELL | {"num_format": DAY, "align": "left"},
    "input_time": _CELL | {"num_format": "hh:mm", "align": "left"},
    "input_dateTime": _CELL | {"num_format": "dd/mm/yyyy hh:mm", "align": "left"},
    "input_string": _CELL | {"num_format": TEXT, "align": "left", "text_wrap": True},
    "input_select1": _CELL | {"align": "left", "text_wrap": True},
    "input_acknowledge": _CELL | {"align": "left", "text_wrap": True},
    "fixed": _BOX | {"bg_color": FIXED, "align": "left", "text_wrap": True},
    "total_int": _BOX | {"bg_color": TOTAL, "bold": True, "num_format": WHOLE, "align": "right"},
    "total_decimal": _BOX | {"bg_color": TOTAL, "bold": True, "num_format": DECIMAL, "align": "right"},
    "total_string": _BOX | {"bg_color": TOTAL, "align": "left"},
    "answer_total_int": _BOX | {"bg_color": TOTAL, "bold": True, "num_format": WHOLE, "align": "left"},
    "answer_total_decimal": _BOX | {"bg_color": TOTAL, "bold": True, "num_format": DECIMAL, "align": "left"},
    "server": _BOX | {"bg_color": BLOCKED, "italic": True, "font_size": 9, "align": "center"},
    "message": {"font_size": 10, "font_color": HARD_INK, "indent": 1},
    "count": _BOX | {"align": "center", "num_format": PLAIN},
}
# conditional formats carry only what they change
CHANGES: dict[str, dict[str, Any]] = {
    "hard": {"bg_color": HARD, "font_color": HARD_INK},
    "soft": {"bg_color": SOFT, "font_color": SOFT_INK},
    "skipped": {"bg_color": SKIPPED, "font_color": MUTED},
    "missing": {"bg_color": "#fff3b8"},
    "given": {"bg_color": "#dff0e4", "font_color": "#0f5c35"},
    "whole": {"num_format": WHOLE},
    "soft_words": {"font_color": SOFT_INK},
}


class Styles:
    """The formats of one workbook by name."""

    def __init__(self, book: Any) -> None:
        self._made = {name: book.add_format({**_BASE, **style}) for name, style in STYLES.items()}
        self._made |= {f"when_{name}": book.add_format(style) for name, style in CHANGES.items()}

    def __getitem__(self, name: str) -> Any:
        return self._made[name]


def height(text: str, width: float, size: float = 11) -> float:
    """Points that a wrapped text needs in a column of that width; Excel does not measure merged cells."""
    a_line = max(1.0, width * 1.2 * 11 / size)
    lines = sum(1 + int(max(0, len(part) - 1) // a_line) for part in text.split("\n"))
    return max(18.0, lines * size * 1.38 + 4)
