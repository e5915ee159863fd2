"""The data dictionary: every place of a form with what it holds, as rows, Markdown, CSV or an Excel workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from dieutra.engine.forms.form import Check, Form, Label, Node
from dieutra.engine.forms.wording import in_words, prose

TYPE_WORDS = {
    "string": "chữ",
    "int": "số nguyên",
    "decimal": "số thập phân",
    "date": "ngày",
    "time": "giờ",
    "dateTime": "ngày giờ",
    "select1": "chọn một",
    "select": "chọn nhiều",
    "rank": "xếp thứ tự",
    "geopoint": "tọa độ",
    "geotrace": "đường đi",
    "geoshape": "ranh giới",
    "barcode": "mã vạch",
    "binary": "tệp",
    "acknowledge": "xác nhận",
}
KIND_WORDS = {
    "group": "nhóm",
    "repeat": "nhóm lặp lại",
    "table": "bảng",
    "row": "dòng của bảng",
    "cell": "ô của bảng",
    "question": "câu hỏi",
    "note": "ghi chú",
    "calculate": "tính toán",
    "hidden": "ẩn",
}
SEVERITY = {"hard": "lỗi", "soft": "cảnh báo"}
HEADS = {
    "path": "Đường dẫn",
    "name": "Tên",
    "kind": "Loại",
    "label_vi": "Nhãn",
    "label_en": "Nhãn (en)",
    "type": "Kiểu",
    "code": "Mã số",
    "unit": "Đơn vị tính",
    "choices": "Lựa chọn",
    "required": "Bắt buộc",
    "relevant": "Hỏi khi",
    "constraint": "Ràng buộc",
    "calculate": "Công thức",
    "default": "Mặc định",
    "checks": "Kiểm tra",
}
WIDTHS = {"path": 44, "label_vi": 48, "label_en": 36, "choices": 40, "checks": 60, "calculate": 36}


@dataclass(frozen=True)
class Entry:
    """One place of the form; every part is text, blank where there is none."""

    path: str
    name: str
    kind: str
    label_vi: str
    label_en: str
    type: str
    code: str
    unit: str
    choices: str
    required: str
    relevant: str
    constraint: str
    calculate: str
    default: str
    checks: str

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(getattr(self, key) for key in HEADS)


def dictionary(form: Form) -> list[Entry]:
    """Every node in document order."""
    at: dict[str, list[Check]] = {}
    for check in form.checks:
        at.setdefault(check.where, []).append(check)
    lists: dict[str, Any] = form.to_json().get("lists", {})
    return [_entry(node, at.get(node.path, []), lists) for node in form.nodes]


def _entry(node: Node, checks: Sequence[Check], lists: dict[str, Any]) -> Entry:
    codes = node.codes or {}
    first = next(iter(node.label.values()), "")
    return Entry(
        path=node.path,
        name=node.name,
        kind=KIND_WORDS.get(node.kind, node.kind),
        label_vi=prose(node.label.get("vi", first)),
        label_en=prose(node.label.get("en", "")),
        type=TYPE_WORDS.get(node.type or "", node.type or ""),
        code=".".join(codes[key] for key in ("row", "col") if key in codes),
        unit=_first(node.unit),
        choices=_choices(node, lists),
        required="có" if node.required == ["call", "true"] else in_words(node.required),
        relevant=in_words(node.relevant),
        constraint="; ".join(in_words(check.expr) for check in checks if check.is_constraint),
        calculate=in_words(node.calculate),
        default=node.default or "",
        checks="\n".join(_check(check) for check in checks if not check.is_constraint),
    )


def _first(label: Label | None) -> str:
    return (label or {}).get("vi") or next(iter((label or {}).values()), "")


def _choices(node: Node, lists: dict[str, Any]) -> str:
    if node.choices is not None:
        return "\n".join(f"{choice.value} = {prose(_first(choice.label))}" for choice in node.choices)
    itemset = node.to_json().get("itemset")
    if not itemset:
        return ""
    if itemset.get("repeat"):
        return f"các dòng của {itemset['repeat']}"
    rows = len(lists.get(itemset["list"], {}).get("rows", ()))
    narrowed = f", khi {in_words(itemset['filter'])}" if itemset.get("filter") else ""
    return f"danh sách {itemset['list']} ({rows} dòng){narrowed}"


def _check(check: Check) -> str:
    return (
        f"{check.name} ({SEVERITY[check.severity]}): {in_words(check.expr)} – {prose(_first(check.message))}"
    )


def as_markdown(form: Form) -> str:
    """A title and one table; columns without content are left out."""
    entries = dictionary(form)
    keys = _used(entries)
    lines = [f"# {_first(form.title)}", "", f"Mã phiếu `{form.id}`, phiên bản `{form.version}`.", ""]
    lines.append("| " + " | ".join(HEADS[key] for key in keys) + " |")
    lines.append("|" + " --- |" * len(keys))
    for entry in entries:
        lines.append("| " + " | ".join(_md(getattr(entry, key)) for key in keys) + " |")
    return "\n".join(lines) + "\n"


def _used(entries: Sequence[Entry]) -> list[str]:
    return [key for key in HEADS if any(getattr(entry, key) for entry in entries)]


def _md(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return "<br>".join(line.strip() for line in safe.splitlines())


def as_csv(form: Form) -> str:
    """All columns; what a spreadsheet would take for a formula is kept as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADS.values())
    for entry in dictionary(form):
        writer.writerow(_harmless(text) for text in entry.cells)
    return out.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_xlsx(form: Form) -> bytes:
    """One sheet with a frozen head and a filter, and a sheet that names the form."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    _draw(book, dictionary(form))
    about = book.add_worksheet("Phiếu")
    facts = [("Tên phiếu", _first(form.title)), ("Mã phiếu", form.id), ("Phiên bản", form.version)]
    for row, (words, text) in enumerate(facts):
        about.write_string(row, 0, words)
        about.write_string(row, 1, text)
    about.set_column(0, 0, 14)
    about.set_column(1, 1, 60)
    book.close()
    return out.getvalue()


def _draw(book: Any, entries: Sequence[Entry]) -> None:
    sheet = book.add_worksheet("Từ điển dữ liệu")
    head = book.add_format({"bold": True, "bg_color": "#E8ECF1", "border": 1, "text_wrap": True})
    body = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D5DBE3"})
    for column, (key, words) in enumerate(HEADS.items()):
        sheet.set_column(column, column, WIDTHS.get(key, 18))
        sheet.write_string(0, column, words, head)
    for row, entry in enumerate(entries, start=1):
        for column, text in enumerate(entry.cells):
            sheet.write_string(row, column, text[:32_000], body)
    sheet.freeze_panes(1, 2)
    if entries:
        sheet.autofilter(0, 0, len(entries), len(HEADS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
