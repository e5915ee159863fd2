"""Workbooks written as Markdown tables: a sheet name alone on its line, then its header and rows.

| survey |
|        | type    | name | label |
|        | integer | tuoi | Tuổi  |
"""

from __future__ import annotations

import io

import xlsxwriter

from dieutra.engine.forms.form import Form
from dieutra.engine.forms.workbook import Workbook, from_grids
from dieutra.engine.forms.xlsform import load_workbook

SETTINGS = """
    | settings |
    |          | form_title | form_id | version |
    |          | Phiếu thử  | thu     | 1       |
"""


def grids(text: str) -> dict[str, list[list[str]]]:
    """Sheets as rows of cells; a backslash before | keeps it in the cell."""
    sheets: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        cells = [cell.strip().replace("\0", "|") for cell in line.replace("\\|", "\0").strip("|").split("|")]
        if len(cells) == 1:
            rows = sheets.setdefault(cells[0], [])
        else:
            rows.append(cells[1:])
    return sheets


def book(text: str) -> Workbook:
    """The sheets of a Markdown text, with settings of their own where it has none."""
    sheets = grids(text)
    return from_grids(sheets if "settings" in sheets else sheets | grids(SETTINGS))


def form(text: str) -> Form:
    """The form that a Markdown text describes. Raises FormError."""
    return load_workbook(book(text)).form


def xlsx(text: str) -> bytes:
    """The same as a real .xlsx file."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        for name, rows in (grids(SETTINGS) | grids(text)).items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return content.getvalue()
