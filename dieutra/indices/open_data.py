"""Published figures as open data: codes and labels in the same rows, decimal points, one name per column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from dieutra.indices.figures import Figures
from dieutra.indices.shown import domains, points_of

Cell = str | int | Decimal | None
DETAILS = ("body_code", "body_name", "criterion_code", "parent_code", "level", "label_vi", "label_en", "max", "points",
           "source", "simulated")  # fmt: skip
SOURCES = {"sum": "", "sum withheld": "withheld", "withheld": "withheld", "survey": "survey", "verified": "verified",
           "self": "self"}  # fmt: skip
MEANING = {
    "rank": "Hạng; các cơ quan bằng điểm cùng hạng; trống: không xếp hạng",
    "body_code": "Mã cơ quan trong danh mục",
    "body_name": "Tên cơ quan",
    "points": "Điểm, đã làm tròn theo quy tắc; trống: chưa đủ số liệu hoặc không nêu riêng (xem cột source)",
    "band": "Nhóm kết quả",
    "self_points": "Phần điểm tự chấm đã thẩm định",
    "survey_points": "Phần điểm điều tra xã hội học",
    "answers": "Số phiếu của các nhóm được nêu và có đủ số phiếu tối thiểu, cộng lại; nhóm ít người không nằm trong số này",
    "best_rank": "Hạng cao nhất khi trọng số từng lĩnh vực tăng, giảm",
    "worst_rank": "Hạng thấp nhất khi trọng số từng lĩnh vực tăng, giảm",
    "kept_percent": "Phần trăm phương án giữ nguyên hạng",
    "points_change": "Thay đổi điểm so với năm đã ghi",
    "rank_up": "Số hạng tăng (âm: giảm)",
    "domain_…": "Điểm của lĩnh vực có mã đó; trống: chưa đủ số liệu hoặc không nêu riêng",
    "criterion_code": "Mã lĩnh vực, tiêu chí, tiêu chí thành phần",
    "level": "1 lĩnh vực, 2 tiêu chí, 3 tiêu chí thành phần",
    "max": "Điểm tối đa",
    "source": "Điểm từ đâu. verified: tự chấm, đã thẩm định; self: tự chấm, chưa thẩm định; survey: điều tra xã hội học; "
    "withheld: có tính nhưng không nêu riêng, để không lộ câu trả lời của một nhóm; trống: cộng từ các mục dưới. "
    "Ở bảng Tiêu chí: self là mục tự chấm, survey là mục điều tra xã hội học",
    "simulated": "mô phỏng: số liệu mô phỏng, không phải số liệu chính thức; thật: số liệu thật",
}


def ranking_csv(figures: Figures) -> bytes:
    return _csv(_ranking_head(figures), _ranking(figures))


def details_csv(figures: Figures) -> bytes:
    return _csv(DETAILS, _details(figures))


def workbook(figures: Figures, digest: str) -> bytes:
    """Sheets: what this is, the ranking, the details, the criteria. Words are never formulas."""
    sink = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(sink, options) as book:
        book.set_properties({"title": figures["title"].get("vi", "")})
        bold = book.add_format({"bold": True, "bg_color": "#E8ECF1", "text_wrap": True})
        _sheet(book, "Mô tả", ("Mục", "Nội dung"), _about(figures, digest), bold, (34, 90))
        _sheet(book, "Xếp hạng", _ranking_head(figures), _ranking(figures), bold, (6, 10, 34))
        _sheet(book, "Chi tiết", DETAILS, _details(figures), bold, (10, 30, 12, 12, 6, 60, 40))
        names = ("code", "parent", "level", "label_vi", "label_en", "max", "source")
        rows = (
            [node[name] if name != "max" else Decimal(node["max"]) for name in names]
            for node in figures["criteria"]
        )
        _sheet(book, "Tiêu chí", names, rows, bold, (10, 10, 6, 60, 50))
    return sink.getvalue()


def _ranking_head(figures: Figures) -> tuple[str, ...]:
    return (
        "rank", "body_code", "body_name", "points", "band", "self_points", "survey_points",
        *(f"domain_{it['code']}" for it in domains(figures)),
        "answers", "best_rank", "worst_rank", "kept_percent", "points_change", "rank_up",
        "simulated",
    )  # fmt: skip


def _ranking(figures: Figures) -> Iterator[Sequence[Cell]]:
    for body in figures["bodies"]:
        firm, change = body["firmness"] or {}, body["change"] or {}
        yield (
            body["rank"], body["code"], body["name"], _exact(body["points"]), body["band"], _exact(body["self_points"]),
            _exact(body["survey_points"]), *(_exact(body["domains"][it["code"]]) for it in domains(figures)),
            body["answers"], firm.get("best"), firm.get("worst"), _exact(firm.get("kept_percent")),
            _exact(change.get("points")), change.get("up"), _simulated(figures),
        )  # fmt: skip


def _details(figures: Figures) -> Iterator[Sequence[Cell]]:
    for body in figures["bodies"]:
        for it in points_of(figures, body):
            yield (
                body["code"], body["name"], it["code"], it["parent"], it["level"], it["label_vi"], it["label_en"],
                Decimal(it["max"]), _exact(it["raw"]), SOURCES[it["how"]], _simulated(figures),
            )  # fmt: skip


def _about(figures: Figures, digest: str) -> Iterator[Sequence[Cell]]:
    rules = figures["rules"]
    yield "Tên", figures["title"].get("vi", "")
    if figures["simulated"]:
        yield "Lưu ý", "Số liệu MÔ PHỎNG, không phải số liệu chính thức."
    yield "Cuộc điều tra", figures["campaign_name"]
    yield "Bản", f"{figures['version']}, công bố ngày {figures['published_on']}"
    if figures["reason"]:
        yield "Lý do công bố lại", figures["reason"]
    yield "SHA-256 của chi-so.json", digest
    yield "Thang điểm", f"{rules['points']}, trong đó {rules['survey_points']} điểm điều tra xã hội học"
    rounding = rules["rounding"]
    yield (
        "Làm tròn",
        f"{rounding['places']} chữ số thập phân, {rounding['mode']}, cộng theo {rounding['sum']}",
    )
    yield "Nhóm kết quả", "; ".join(f"{it['name']} từ {it['least']}" for it in rules["bands"])
    yield "Số câu trả lời ít nhất của một nhóm", rules["least_answers"]
    for name, words in MEANING.items():
        yield f"Cột {name}", words


def _simulated(figures: Figures) -> str:
    return "mô phỏng" if figures["simulated"] else "thật"


def _exact(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _csv(head: Sequence[str], rows: Iterator[Sequence[Cell]]) -> bytes:
    """UTF-8 with the mark that Excel looks for."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + sink.getvalue().encode()


def _sheet(
    book: Any,
    name: str,
    head: Sequence[str],
    rows: Iterator[Sequence[Cell]],
    bold: Any,
    widths: Sequence[int],
) -> None:
    page = book.add_worksheet(name)
    page.write_row(0, 0, head, bold)
    for number, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(number, at, cell)
            elif cell is not None:
                page.write_number(number, at, cell)
    for at, width in enumerate(widths):
        page.set_column(at, at, width)
    page.freeze_panes(1, 0)
