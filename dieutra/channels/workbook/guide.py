"""The first sheet: whose form it is, how to fill it in, and how far each section has come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

from dieutra.cases.models import Case
from dieutra.channels.workbook.layout import STATUS, TOP, Layout, vi
from dieutra.channels.workbook.rules import HARD, MISSING, SOFT
from dieutra.channels.workbook.styles import Styles, height
from dieutra.engine.forms.shown import REFERENCE

WIDTHS = (56.0, 14.0, 14.0, 14.0)
Counts = Mapping[str, Mapping[str, int]]  # sheet -> status -> cells
STEPS = (
    "1. Điền vào các ô nền vàng nhạt ở từng trang. Câu có dấu * là bắt buộc. Ô xám không phải nhập; "
    "dòng tổng do công thức tự tính.",
    "2. Câu có danh sách: bấm vào ô, bấm mũi tên rồi chọn. Số ghi bình thường; ngày ghi ngày/tháng/năm.",
    "3. Cột “Kiểm tra” báo lỗi và cảnh báo ngay khi nhập. Một số kiểm tra chỉ hệ thống làm được và sẽ báo "
    "khi tệp được gửi lên.",
    "4. Cảnh báo mà số liệu vẫn đúng: ghi lý do ở trang “Giải trình”, dòng có chữ “Cần giải trình”.",
    "5. Lưu tệp (.xlsx), vào trang phiếu trên hệ thống, chọn “Làm trên Excel” và gửi chính tệp này lên. "
    "Gửi tệp chưa phải là gửi phiếu: sau đó hãy kiểm tra rồi gửi phiếu trên trang web.",
    "6. Không thêm, xóa, chuyển dòng hoặc cột và không đổi tên trang. Tệp này chỉ dùng cho đơn vị ghi ở trên.",
)
LEGEND = (
    ("input_string", "Ô để nhập"),
    ("fixed", "Hệ thống đã điền, không sửa"),
    ("total_int", "Công thức tự tính"),
    ("blocked", "Ô không phải nhập"),
    ("when_hard", "Có lỗi cần sửa"),
    ("when_soft", "Có cảnh báo cần xem lại, giải trình"),
    ("when_missing", "Câu bắt buộc chưa trả lời"),
    ("when_skipped", "Không phải trả lời (theo câu trước)"),
)


def draw_guide(sheet: Any, case: Case, layout: Layout, title: str, styles: Styles, counts: Counts) -> None:
    sheet.hide_gridlines(2)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    page = _Page(sheet, styles)
    page.line(title, "title", 14)
    page.line(f"{case.unit.name}", "unit")
    page.line(f"Mã đơn vị {case.unit.code} · {case.unit.area.name}", "body")
    page.line(f"{case.campaign.name} · hạn gửi {case.due_on:%d/%m/%Y}", "body")
    for note in layout.notes:
        page.line(REFERENCE.sub("…", vi(note.label)), "note")
    page.gap()
    page.line("Cách làm", "heading")
    for step in STEPS:
        page.line(step, "body")
    page.gap()
    _sections(page, layout, counts)
    page.gap()
    page.line("Màu của các ô", "heading")
    for style, words in LEGEND:
        sheet.write_blank(page.row, 1, None, styles[style])
        sheet.write_string(page.row, 0, words, styles["label"])
        page.row += 1
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True})


class _Page:
    def __init__(self, sheet: Any, styles: Styles) -> None:
        self.sheet, self.styles, self.row = sheet, styles, 0

    def line(self, words: str, style: str, size: float = 11) -> None:
        self.sheet.merge_range(self.row, 0, self.row, len(WIDTHS) - 1, "", self.styles[style])
        self.sheet.write_string(self.row, 0, words, self.styles[style])
        self.sheet.set_row(self.row, height(words, sum(WIDTHS), size))
        self.row += 1

    def gap(self) -> None:
        self.sheet.set_row(self.row, 8)
        self.row += 1


def _sections(page: _Page, layout: Layout, counts: Counts) -> None:
    """A row per section with a link and what still stands there, counted from its hidden statuses."""
    sheet, styles = page.sheet, page.styles
    for column, words in enumerate(("Các phần của phiếu", "Còn thiếu", "Lỗi", "Cảnh báo")):
        sheet.write_string(page.row, column, words, styles["head"])
    page.row += 1
    first = page.row
    for name, label, area in _status_areas(layout):
        sheet.write_url(page.row, 0, f"internal:{quote_sheetname(name)}!A1", styles["link"], label)
        for column, letter in enumerate((MISSING, HARD, SOFT), start=1):
            formula = f'=COUNTIF({quote_sheetname(name)}!{area},"{letter}")'
            sheet.write_formula(page.row, column, formula, styles["count"], counts[name].get(letter, 0))
        page.row += 1
    for column, name in ((1, "missing"), (2, "hard"), (3, "soft")):
        rule = {"type": "cell", "criteria": ">", "value": 0, "format": styles[f"when_{name}"]}
        sheet.conditional_format(first, column, page.row - 1, column, rule)


def _status_areas(layout: Layout) -> Iterator[tuple[str, str, str]]:
    """Name, label and the cells with the hidden statuses of each sheet that is filled in."""
    for section in layout.sections:
        last = max(TOP, section.end - 1)
        yield section.name, section.label, _area(STATUS, last, STATUS + section.columns - 1)
    for rows in layout.row_sheets:
        last, width = max([TOP, *(row.row for row in rows.rows)]), len(rows.columns)
        yield rows.name, rows.label, _area(rows.status_column, last, rows.status_column + width - 1)


def _area(first: int, last_row: int, last: int) -> str:
    return f"{xl_rowcol_to_cell(TOP, first, True, True)}:{xl_rowcol_to_cell(last_row, max(first, last), True, True)}"
