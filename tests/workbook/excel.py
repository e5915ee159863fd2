"""Filling a workbook as a person does in Excel, with openpyxl; and letting LibreOffice compute it."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dieutra.cases.models import Case
from dieutra.channels.workbook.layout import Place, lay_out
from dieutra.channels.workbook.values import NO, YES, options
from dieutra.forms.queries import engine_form


def place_of(case: Case, name: str) -> Place:
    form = engine_form(case.form_id)
    return lay_out(form).places[form.by_name[name].path]


def put(case: Case, content: bytes, cells: dict[str, Any]) -> bytes:
    """The workbook with some cells overwritten: name of a question or cell -> what is typed there."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for name, typed in cells.items():
        place = place_of(case, name)
        book[place.sheet][place.cell] = typed
    return _bytes_of(book)


def fill(case: Case, content: bytes, answers: dict[str, str]) -> bytes:
    """The workbook filled with answers as a person would type them: numbers, days, items of the lists."""
    form = engine_form(case.form_id)
    layout = lay_out(form)
    book = openpyxl.load_workbook(io.BytesIO(content))
    for path, place in layout.places.items():
        node = form.by_path[path]
        if node.calculate is None and node.readonly is None:
            book[place.sheet][place.cell] = _typed(node.type, answers.get(path, ""), options(node, form))
    for path, choices in layout.choices.items():
        for choice, place in choices.items():
            book[place.sheet][place.cell] = YES if choice in answers.get(path, "").split() else NO
    return _bytes_of(book)


def _typed(type_: str | None, answer: str, listed: dict[str, str]) -> Any:
    if not answer:
        return None
    if type_ in ("int", "decimal"):
        return float(answer)
    return date.fromisoformat(answer) if type_ == "date" else listed.get(answer, answer)


def _bytes_of(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(content: bytes, change: dict[str, bytes]) -> bytes:
    """The archive with parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name not in change:
                new.writestr(name, old.read(name))
        for name, part in change.items():
            new.writestr(name, part)
    return out.getvalue()


def through_libreoffice(content: bytes, folder: Path) -> bytes:
    """Opened, computed and saved again by LibreOffice."""
    program = shutil.which("soffice")
    if program is None:
        pytest.fail("Cần LibreOffice Calc cho phép thử này: apt-get install libreoffice-calc")
    source, out = folder / "phieu.xlsx", folder / "out"
    source.write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [program, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run(
        [*command, "--outdir", str(out), str(source)], check=True, capture_output=True, timeout=180
    )
    return (out / "phieu.xlsx").read_bytes()
