"""What pyxform warns of, in Vietnamese and at the author's own rows.

pyxform counts the rows that it was given; the author counts those that he wrote. The patterns are pyxform 4.5's; what
it may say besides is kept in its own words, named as such.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dieutra.engine.forms.workbook import Row

ROW = re.compile(r"\[row : (\d+)\]\s*")
SAYS: Sequence[tuple[str, str]] = (
    (
        r"On the 'choices' sheet, the '(.*)' value is invalid\. Column headers must not",
        "cột “{0}” của sheet choices: tên cột không được trống hay có dấu cách; pyxform bỏ cột này",
    ),
    (
        r"On the 'survey' sheet, the 'name' value '(.*)' is problematic",
        "tên “{0}” chỉ khác một tên khác ở chữ hoa, chữ thường; nhiều công cụ xử lý coi hai tên là một",
    ),
    (
        r"This form uses or_other and translations",
        "phiếu có nhiều ngôn ngữ mà dùng or_other: phần “khác” do pyxform thêm cho ODK Collect không được dịch",
    ),
    (
        r"The following language declarations do not contain valid machine-readable codes: (.*?)\. Learn",
        "ngôn ngữ {0} không kèm mã; hãy ghi như “Tiếng Việt (vi)”, “English (en)”",
    ),
    (
        r"The 'disabled' column header is not part",
        "cột “disabled” không còn trong chuẩn; hãy dùng cột relevant",
    ),
    (r"Row without name, text, or label is being skipped", "dòng này không có tên và nhãn nên bị bỏ qua"),
    (
        r"(\S+) is no longer supported on most devices",
        "kiểu “{0}” không còn dùng được trên phần lớn điện thoại (chỉ ODK Collect cũ, Android trước 11)",
    ),
    (r"(Group|Repeat|Loop) has no label", "nhóm này không có nhãn"),
    (
        r"select one external is only meant for filtered selects",
        "select_one_external chỉ dùng khi có choice_filter",
    ),
    (r"Use the max-pixels parameter", "nên ghi tham số max-pixels để ảnh gửi nhanh hơn và đỡ tốn chỗ"),
    (
        r"The form_id and id_string column headers are both",
        "sheet settings có cả form_id và id_string; hãy giữ form_id",
    ),
)


def in_vietnamese(warning: str, survey: Sequence[Row], choices: Sequence[Row] = ()) -> str:
    """One warning as `sheet S, dòng N: …`, or without a place where pyxform gives none."""
    found = ROW.match(warning)
    rest = warning[found.end() :] if found else warning
    words = next(
        (said.format(*it.groups()) for pattern, said in SAYS if (it := re.match(pattern, rest, re.DOTALL))),
        f"pyxform nhắc: {rest.strip()}",
    )
    place = _place(int(found[1]), choices if "'choices'" in rest[:25] else survey) if found else ""
    return f"{place}: {words}" if place else words


def _place(row: int, rows: Sequence[Row]) -> str:
    """Where the author wrote the row that pyxform counts as `row`; its first is the head."""
    if row == 1 and rows:
        return f"sheet {rows[0].sheet}, dòng 1"
    return f"sheet {rows[row - 2].sheet}, dòng {rows[row - 2].number}" if 2 <= row < len(rows) + 2 else ""
