"""A report as .xlsx: one worksheet for each table, figures as numbers, words never as formulas."""

from __future__ import annotations

import io
import re
from typing import Any

import xlsxwriter

from dieutra.reports.sheet import Sheet, Table, Value

NOT_IN_TABS = re.compile(r"[^\w ,-]")
FORMATS = {"count": "#,##0", "decimal": "#,##0.0", "percent": '0.0"%"'}


def excel(sheet: Sheet) -> bytes:
    sink = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(sink, options) as book:
        book.set_properties({"title": sheet.title, "subject": sheet.subtitle})
        styles = _styles(book)
        for number, table in enumerate(sheet.tables, start=1):
            page = book.add_worksheet(_tab(number, table.title))
            _page(page, sheet, table, styles)
    return sink.getvalue()


def _tab(number: int, title: str) -> str:
    plain = NOT_IN_TABS.sub(" ", title)
    return f"{number}. {plain}"[:31]


def _styles(book: Any) -> dict[str, Any]:
    font = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"}
    boxed = {**font, "border": 1}
    made = {
        "head": {**font, "bold": True, "align": "center"},
        "plain": {**font, "align": "center"},
        "title": {**font, "bold": True, "align": "center", "font_size": 14},
        "left": {**font, "bold": True},
        "note": {**font, "italic": True, "text_wrap": True},
        "column": {**boxed, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E8ECF1"},
        "text": {**boxed, "text_wrap": True},
        "dash": {**boxed, "align": "right"},
    }
    for sort, pattern in FORMATS.items():
        made[sort] = {**boxed, "num_format": pattern, "align": "right"}
    bold = {
        f"b_{name}": {**style, "bold": True}
        for name, style in made.items()
        if name in {*FORMATS, "text", "dash"}
    }
    return {name: book.add_format(style) for name, style in {**made, **bold}.items()}


def _page(page: Any, sheet: Sheet, table: Table, styles: dict[str, Any]) -> None:
    last = len(table.columns) - 1
    half = max(1, last // 2)
    _across(page, 0, 0, half, sheet.upper_body, styles["plain"])
    _across(page, 1, 0, half, sheet.body, styles["head"])
    _across(page, 1, half + 1, last, sheet.place_and_day, styles["plain"])
    simulated = " (MÔ PHỎNG)" if sheet.simulated else ""
    _across(page, 3, 0, last, sheet.title + simulated, styles["title"])
    _across(page, 4, 0, last, sheet.subtitle, styles["plain"])
    _across(page, 5, 0, last, sheet.period, styles["plain"])
    page.write_string(7, 0, table.title, styles["left"])
    for at, (words, _) in enumerate(table.columns):
        page.write_string(8, at, words, styles["column"])
    page.set_row(8, 48)
    row = 9
    for values in table.rows:
        _row(page, row, values, table, styles, "")
        row += 1
    if table.total:
        _row(page, row, table.total, table, styles, "b_")
        row += 1
    if table.note:
        _across(page, row, 0, last, table.note, styles["note"])
    _signatures(page, row + 2, last, sheet.signatures, styles["head"])
    page.set_column(0, 0, 34)
    page.set_column(1, last, 14)
    page.freeze_panes(9, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(8)


def _row(
    page: Any, row: int, values: tuple[Value, ...], table: Table, styles: dict[str, Any], bold: str
) -> None:
    for at, (value, (_, sort)) in enumerate(zip(values, table.columns, strict=True)):
        if isinstance(value, int | float):
            page.write_number(row, at, value, styles[bold + sort])
        elif value is None:
            page.write_string(row, at, "–", styles[bold + "dash"])
        else:
            page.write_string(row, at, value, styles[bold + "text"])


def _across(page: Any, row: int, first: int, last: int, text: str, style: Any) -> None:
    if last > first:
        page.merge_range(row, first, row, last, "", style)
    if last >= first:
        page.write_string(row, first, text, style)


def _signatures(page: Any, row: int, last: int, words: tuple[str, ...], style: Any) -> None:
    width = (last + 1) // max(1, len(words))
    for at, line in enumerate(words):
        first = at * width
        _across(page, row, first, min(last, first + max(1, width) - 1), line, style)
