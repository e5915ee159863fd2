"""The empty workbook of a frame: headers, codes as text, the list of services."""

from __future__ import annotations

import io

import xlsxwriter

from dieutra.campaigns.sample_rules import SampleRules

ROWS = 100_000  # of the sheet that are prepared as text


def template(rules: SampleRules) -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False}) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "border": 1})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(rules.sheet[:31] or "Khung")
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(rules.columns):
            sheet.set_column(at, at, max(12, len(column.header) + 4), text)
            sheet.write_string(0, at, column.header, head)
            if column.values:
                words = list(column.values)
                listed = book.add_worksheet(column.header[:31])
                for row, word in enumerate(words):
                    listed.write_string(row, 0, word)
                source = f"='{column.header[:31]}'!$A$1:$A${len(words)}"
                sheet.data_validation(1, at, ROWS, at, {"validate": "list", "source": source})
    return sink.getvalue()
