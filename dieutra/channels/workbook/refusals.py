"""What a workbook cannot carry: told when a form is put up, and asked before a workbook is made."""

from __future__ import annotations

from dieutra.channels.workbook.layout import ANCHOR, FIRST, lay_out
from dieutra.engine.forms.form import Form, Node
from dieutra.engine.refusals import NotNow

MOST_COLUMNS_OF_ROWS = 2_000
MOST_SHEETS = 200
CANNOT = {
    "binary": "ảnh, âm thanh, phim và tệp đính kèm không gửi được trong sổ Excel",
    "geotrace": "đường vẽ trên bản đồ không ghi được vào một ô của Excel",
    "geoshape": "vùng vẽ trên bản đồ không ghi được vào một ô của Excel",
}


def refuse_uncarried(form: Form) -> None:
    """Raises NotNow, with the first reason, for a form that a workbook cannot carry."""
    found = refusals(form)
    if found:
        more = f" (và {len(found) - 1} chỗ khác)" if len(found) > 1 else ""
        raise NotNow(f"Phiếu này không điền bằng Excel được. {found[0][1]}{more}")


def refusals(form: Form) -> list[tuple[str, str]]:
    """(place of the form, why) for all that keeps the form from the workbook; empty when a workbook carries it."""
    found = [(node.path, _why(node)) for node in form.nodes if node.type in CANNOT]
    layout, room = lay_out(form), ANCHOR - FIRST - 1
    for node in form.nodes:
        columns = len(node.columns or ())
        if node.kind == "table" and columns > room and not form.shape.around(node.path):
            found.append((node.path, f"Bảng có {columns} cột; sổ Excel nhận nhiều nhất {room} cột."))
    for sheet in layout.row_sheets:
        if len(sheet.columns) > MOST_COLUMNS_OF_ROWS:
            said = f"Phần lặp lại có {len(sheet.columns)} câu; sổ Excel nhận nhiều nhất {MOST_COLUMNS_OF_ROWS} câu."
            found.append((sheet.repeat.path, said))
    sheets = len(layout.sections) + len(layout.row_sheets)
    if sheets > MOST_SHEETS:
        found.append(("", f"Phiếu có {sheets} phần; sổ Excel nhận nhiều nhất {MOST_SHEETS} trang."))
    return found


def _why(node: Node) -> str:
    label = node.label.get("vi") or node.name
    return f"Câu “{label}”: {CANNOT[node.type or '']}. Phiếu vẫn dùng được trên trang web và ODK Collect."
