"""A report as a PDF. Values reach the template as JSON data, never as mark-up."""

from __future__ import annotations

import json
from pathlib import Path

import typst

from dieutra.reports.sheet import Sheet, Table, Value, shown

TEMPLATE = Path(__file__).parent / "report.typ"


def pdf(sheet: Sheet) -> bytes:
    facts = sheet.to_json() | {"tables": [_words(table) for table in sheet.tables]}
    drawn = typst.compile(
        str(TEMPLATE), root=str(TEMPLATE.parent), sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)}
    )
    if not isinstance(drawn, bytes):
        raise TypeError("typst gave several documents for one")
    return drawn


def _words(table: Table) -> dict[str, object]:
    def row(values: tuple[Value, ...]) -> list[str]:
        return [shown(value, sort) for value, (_, sort) in zip(values, table.columns, strict=True)]

    return {
        "title": table.title,
        "columns": table.columns,
        "rows": [row(values) for values in table.rows],
        "total": row(table.total) if table.total else [],
        "note": table.note,
    }
