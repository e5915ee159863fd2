"""Workbooks: the template to fill in, a list taken out, the board of all bodies, the register of contacts."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from dieutra.campaigns.kind import FrameColumn, Kind
from dieutra.campaigns.opinion_rules import Group
from dieutra.rosters.actions import MOST_PEOPLE
from dieutra.rosters.columns import BORN, EMAIL, GROUP, columns_of, in_cells, rules_of
from dieutra.rosters.models import Roster
from dieutra.rosters.needs import mailboxes, needed
from dieutra.rosters.queries import people_of

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LISTS = "Danh mục"
WIDTHS = {GROUP: 42, "ho_ten": 26, "chuc_vu": 26, "don_vi": 34, EMAIL: 32, "ly_do_thay": 30}


def first_sheet(kind: Kind) -> str:
    """The title of the sheet with the people, which says so where the survey is simulated."""
    return kind.roster_sheet or kind.titled("Danh sách")


def template(roster: Roster) -> bytes:
    """The empty list of a body for a survey. Only the first sheet is read; the others explain it."""
    kind, sink = roster.campaign.kind, io.BytesIO()
    columns = columns_of(kind, roster.survey)
    with xlsxwriter.Workbook(sink, OPTIONS) as book:
        page, guide, lists = (book.add_worksheet(name) for name in (first_sheet(kind), "Hướng dẫn", LISTS))
        _headers(book, page, columns)
        for at, column in enumerate(columns):
            if column.type != "choice":
                continue
            for row, words in enumerate(column.values):
                lists.write_string(row, at, words)
            end = max(1, len(column.values))
            letter = chr(65 + at)
            source = f"='{LISTS}'!${letter}$1:${letter}${end}"
            told = {"input_title": column.header[:32], "input_message": "Chọn trong danh sách."}
            page.data_validation(1, at, MOST_PEOPLE, at, {"validate": "list", "source": source, **told})
        _guide(book, guide, kind, roster)
        page.activate()
    return sink.getvalue()


def _headers(book: Any, page: Any, columns: Sequence[FrameColumn]) -> None:
    bold = book.add_format(
        {"bold": True, "bg_color": "#E8ECF1", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    text = book.add_format({"num_format": "@"})  # telephones keep their zero, days stay as they are typed
    for at, column in enumerate(columns):
        page.set_column(at, at, WIDTHS.get(column.name, 18), text)
        page.write_string(0, at, column.header, bold)
    page.set_row(0, 32)
    page.freeze_panes(1, 0)


def _guide(book: Any, page: Any, kind: Kind, roster: Roster) -> None:
    """What each column and each group takes, with made-up examples. Nothing of this sheet is read."""
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 34, wrap)
    page.set_column(1, 1, 70, wrap)
    page.set_column(2, 2, 30, wrap)
    rows: list[tuple[Sequence[str], Any]] = [
        ((f"{rules_of(kind).survey(roster.survey).name}: {roster.area.name}",), bold),
        ((f"Chỉ điền ở trang “{first_sheet(kind)}”. Trang này và trang “Danh mục” không được đọc. "
          "Không đổi tiêu đề các cột.",), None),
        (("",), None),
        (("Cột", "Cách ghi", "Ví dụ (không có thật)"), bold),
    ]  # fmt: skip
    rows += [
        ((it.header, _how(kind, roster.survey, it), it.example), None)
        for it in columns_of(kind, roster.survey)
    ]
    rows += [(("",), None), (("Nhóm đối tượng", "Quy định", "Hộp thư"), bold)]
    rows += [
        ((it.name, rule_words(it), domain_words(kind, it)), None)
        for it in rules_of(kind).groups_of(roster.survey)
    ]
    for row, (cells, style) in enumerate(rows):
        for at, words in enumerate(cells):
            page.write_string(row, at, words, style or wrap)
    page.freeze_panes(0, 0)


def _how(kind: Kind, survey: str, column: FrameColumn) -> str:
    words = [needed(kind, survey, column)]
    if column.type == "choice":
        words.append("Chọn trong danh sách.")
    elif column.name == BORN:
        words.append("Ngày/tháng/năm; giúp nhận ra người trùng tên.")
    else:
        words.append(f"Không quá {column.max_length} ký tự.")
    return " ".join(it for it in (*words, mailboxes(kind, survey, column)) if it)


def rule_words(group: Group) -> str:
    """The sampling rule of a group, as people say it."""
    if group.rule == "per_unit":
        return f"Mỗi đơn vị đúng {group.count} người."
    if group.rule == "at_most":
        return (
            f"Nhiều nhất {group.units} hội, hiệp hội. Lãnh đạo không trả lời được thì ghi người thay, "
            "kèm “Thay cho” và “Lý do thay”."
        )
    return "Tất cả."


def domain_words(kind: Kind, group: Group) -> str:
    domains = ", ".join(rules_of(kind).official_domains)
    return {
        "required": f"Bắt buộc là hộp thư công vụ ({domains}).",
        "warned": f"Nên là hộp thư công vụ ({domains}); địa chỉ khác phải được xác nhận.",
    }.get(group.official_domain, "Hộp thư nào cũng được.")


def listed(roster: Roster) -> bytes:
    """The list as it stands, in the columns of its template, with what becomes of each line."""
    kind, sink = roster.campaign.kind, io.BytesIO()
    columns = columns_of(kind, roster.survey)
    with xlsxwriter.Workbook(sink, OPTIONS) as book:
        page = book.add_worksheet(first_sheet(kind))
        _headers(book, page, columns)
        for row, person in enumerate(people_of(roster).iterator(chunk_size=1000), 1):
            for at, words in enumerate(in_cells(kind, roster.survey, person)):
                page.write_string(row, at, words)
    return sink.getvalue()


def table(title: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A plain table: numbers as numbers, everything else as text, never as a formula."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, OPTIONS) as book:
        page = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True, "bg_color": "#E8ECF1", "border": 1, "text_wrap": True})
        for at, words in enumerate(headers):
            page.write_string(0, at, words, bold)
            page.set_column(at, at, 24)
        for row, cells in enumerate(rows, 1):
            for at, cell in enumerate(cells):
                if isinstance(cell, int) and not isinstance(cell, bool):
                    page.write_number(row, at, cell)
                else:
                    page.write_string(row, at, str(cell))
        page.freeze_panes(1, 0)
    return sink.getvalue()
