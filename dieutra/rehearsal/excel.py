"""A unit at its workbook: types answers into the cells that the form's layout gives them, as a person does in Excel."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import openpyxl

from dieutra.channels.workbook.layout import lay_out
from dieutra.channels.workbook.values import NO, YES, options
from dieutra.engine.forms.form import Form


def fill_workbook(form: Form, content: bytes, answers: Mapping[str, str]) -> bytes:
    """The workbook with these answers typed in; cells of other questions are left as they are."""
    layout, book = lay_out(form), openpyxl.load_workbook(io.BytesIO(content))
    for path, answer in answers.items():
        node, place = form.by_path[path], layout.places.get(path)
        if place is not None and node.calculate is None and node.readonly is None:
            book[place.sheet][place.cell] = _typed(node.type, answer, options(node, form))
        for choice, cell in layout.choices.get(path, {}).items():
            book[cell.sheet][cell.cell] = YES if choice in answer.split() else NO
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(kind: str | None, answer: str, listed: Mapping[str, str]) -> Any:
    if kind in ("int", "decimal"):
        return float(answer)
    return date.fromisoformat(answer) if kind == "date" else listed.get(answer, answer)
