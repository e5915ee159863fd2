"""Lines as a body types them or sends them in a file."""

from __future__ import annotations

from io import BytesIO

import xlsxwriter

HEADERS = {
    "group": "Nhóm đối tượng", "ho_ten": "Họ và tên", "ngay_sinh": "Ngày sinh", "chuc_vu": "Chức vụ",
    "don_vi": "Đơn vị công tác", "email": "E-mail công vụ", "dien_thoai": "Điện thoại", "thay_cho": "Thay cho",
    "ly_do_thay": "Lý do thay",
}  # fmt: skip
NAMES = {
    "tinh-hdnd": "Đại biểu Hội đồng nhân dân cấp tỉnh", "tinh-so": "Lãnh đạo cấp sở",
    "tinh-phong": "Lãnh đạo phòng chuyên môn thuộc sở", "tinh-huyen": "Lãnh đạo Ủy ban nhân dân cấp huyện",
    "bo-vu": "Lãnh đạo cấp vụ", "bo-cchc": "Công chức phụ trách cải cách hành chính của bộ",
    "bo-hoi": "Lãnh đạo hội, hiệp hội", "bo-so": "Lãnh đạo cấp sở đánh giá bộ",
    "bo-phong": "Lãnh đạo phòng chuyên môn thuộc sở đánh giá bộ",
}  # fmt: skip


def line(name: str = "Nguyễn Văn Hòa", **but: str) -> dict[str, str]:
    """A sound line about a province's department leader; `but` names what differs."""
    return {
        "group": "tinh-so", "ho_ten": name, "ngay_sinh": "31/12/1975", "chuc_vu": "Phó Giám đốc",
        "don_vi": "Sở Tư pháp", "email": "hoanv.stp@hanam.gov.vn", "dien_thoai": "0912 345 678",
        "thay_cho": "", "ly_do_thay": "", **but,
    }  # fmt: skip


def csv(*lines: dict[str, str]) -> bytes:
    rows = [";".join(HEADERS.values())]
    rows += [";".join(NAMES.get(it.get(name, ""), it.get(name, "")) for name in HEADERS) for it in lines]
    return "\n".join(rows).encode("utf-8-sig")


def xlsx(*lines: dict[str, str]) -> bytes:
    sink = BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        page = book.add_worksheet("Danh sách")
        for at, header in enumerate(HEADERS.values()):
            page.write_string(0, at, header)
        for row, it in enumerate(lines, 1):
            for at, name in enumerate(HEADERS):
                page.write_string(row, at, NAMES.get(it.get(name, ""), it.get(name, "")))
    return sink.getvalue()


def many(number: int) -> list[dict[str, str]]:
    """So many different people of one group, two to a unit."""
    return [
        line(
            f"Trần Văn {chr(65 + at % 26)}{'abcdefghij'[at // 26 % 10]} {'abcdefghij'[at // 260 % 10]}ông",
            email=f"p{at}@hanam.gov.vn", dien_thoai=f"09{at:08}", ngay_sinh="", don_vi=f"Sở {at // 2}",
        )
        for at in range(number)
    ]  # fmt: skip
