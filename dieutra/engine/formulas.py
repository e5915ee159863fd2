"""Which cells of a workbook hold formulas, and which of these came without a result: what a reader of values cannot see.

Everything here is given content that `spreadsheet.py` has measured and let in.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.parsers import expat

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FORMULA_OR_ERROR = re.compile(rb"<(?:\w+:)?f[\s/>]|\bt=[\"']e[\"']")


def formulas(content: bytes) -> dict[str, bool]:
    """Cells of the first sheet of a workbook that hold a formula or an error, by reference (`B2`); nothing for a CSV.

    True: it shows an error, or the writing program did not work it out. `read_table` gives both as empty. The content
    has passed `read_table`.
    """
    if not content.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            first = next(iter(sheet_parts(archive).values()), "")
            part = archive.read(first) if first else b""
        if not FORMULA_OR_ERROR.search(part):
            return {}
        broken = without_result(part)
        return dict.fromkeys(_with_formula(part), False) | dict.fromkeys(broken, True)
    except (KeyError, expat.ExpatError):  # an odd workbook that could be read all the same
        return {}


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> part of the archive; sheets that name no part are left out."""
    relations = _elements(archive.read("xl/_rels/workbook.xml.rels"), "Relationship")
    targets = {it.get("Id", ""): it.get("Target", "") for it in relations}
    parts, found = set(archive.namelist()), {}
    for sheet in _elements(archive.read("xl/workbook.xml"), "sheet"):
        target = targets.get(sheet.get(f"{RELATIONS} id", ""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in parts:
            found[sheet.get("name", "")] = part
    return found


def without_result(part: bytes) -> set[str]:
    """The cells of a sheet that show an error, or a formula that the writing program did not work out."""
    found: set[str] = set()
    cell: dict[str, str] = {}
    inside = ""

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal cell, inside
        inside = name.rpartition(" ")[2]
        if inside == "c":
            cell = attributes
        if (inside == "c" and cell.get("t") == "e") or (inside == "f" and cell.get("t") not in ("e", "str")):
            found.add(cell.get("r", ""))

    def text(characters: str) -> None:
        if inside == "v" and characters.strip() and cell.get("t") != "e":
            found.discard(cell.get("r", ""))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.CharacterDataHandler = begin, text
    parser.Parse(part, True)
    return found


def _with_formula(part: bytes) -> set[str]:
    found: set[str] = set()
    cell = ""

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal cell
        tag = name.rpartition(" ")[2]
        if tag == "c":
            cell = attributes.get("r", "")
        elif tag == "f":
            found.add(cell)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = begin
    parser.Parse(part, True)
    return found


def _elements(part: bytes, tag: str, **wanted: str) -> list[dict[str, str]]:
    """The attributes of all elements of a name (with these attributes), without building a tree of the part."""
    found: list[dict[str, str]] = []

    def element(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == tag and wanted.items() <= attributes.items():
            found.append(attributes)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = element
    parser.Parse(part, True)
    return found
