"""Reads the files that a form looks up in: CSV and XML lists attached to it."""

from __future__ import annotations

import csv
import io

from lxml import etree

from dieutra.engine.forms.lists import List

MAX_BYTES = 10_000_000
MAX_ROWS = 50_000
MAX_COLUMNS = 200


class AttachmentError(Exception):
    """The file is no list that we read; the message is Vietnamese and says what to do."""


def read_list(name: str, file: str, content: bytes) -> List:
    """The rows of an attached file. Raises AttachmentError."""
    if len(content) > MAX_BYTES:
        raise AttachmentError(f"Tệp {file} lớn quá {MAX_BYTES // 1_000_000} MB, hãy chia nhỏ danh sách")
    reader = _xml if file.lower().endswith(".xml") else _csv
    columns, rows = reader(file, content)
    if len(rows) > MAX_ROWS:
        raise AttachmentError(f"Tệp {file} có quá {MAX_ROWS} dòng, hãy chia nhỏ danh sách")
    return List(name, tuple(columns), tuple(map(tuple, rows)), file=file)


def _csv(file: str, content: bytes) -> tuple[list[str], list[list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise AttachmentError(
            f"Tệp {file} không phải chữ UTF-8, hãy lưu lại từ Excel dạng “CSV UTF-8”"
        ) from problem
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as problem:
        raise AttachmentError(f"Tệp {file} viết sai dạng CSV: {problem}") from problem
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    if not lines:
        raise AttachmentError(f"Tệp {file} không có dòng nào")
    columns = [cell.strip() for cell in lines[0]]
    _check_columns(file, columns)
    return columns, [[cell.strip() for cell in line][: len(columns)] for line in lines[1:]]


def _xml(file: str, content: bytes) -> tuple[list[str], list[list[str]]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as problem:
        raise AttachmentError(f"Tệp {file} viết sai dạng XML: {problem.msg}") from problem
    if b"<!DOCTYPE" in content:
        raise AttachmentError(f"Tệp {file} có khai báo DOCTYPE, hãy bỏ khai báo đó")
    items = [item for item in root if isinstance(item.tag, str)]
    columns = list(dict.fromkeys(_name(child) for item in items for child in item))
    _check_columns(file, columns)
    rows = []
    for item in items:
        cells = {_name(child): (child.text or "").strip() for child in item}
        rows.append([cells.get(column, "") for column in columns])
    return columns, rows


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _check_columns(file: str, columns: list[str]) -> None:
    if len(columns) > MAX_COLUMNS:
        raise AttachmentError(f"Tệp {file} có quá {MAX_COLUMNS} cột")
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise AttachmentError(f"Tệp {file} có hai cột cùng tên “{twice}”")
