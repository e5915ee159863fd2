"""The sheet on which a unit explains its warnings: a line per check that asks for a reason, lit while it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from dieutra.cases.actions import JUSTIFICATION_LENGTH
from dieutra.cases.models import Case
from dieutra.cases.queries import node_in_words
from dieutra.channels.workbook.layout import ANCHOR, REASONS, TOP, vi
from dieutra.channels.workbook.rules import WORDS, Rules, Verdict
from dieutra.channels.workbook.stamp import REASON, Answering, fingerprint
from dieutra.channels.workbook.styles import Styles, height
from dieutra.engine.forms.form import Check
from dieutra.engine.forms.shown import fill

WHERE, WHAT, NOW, WHY = 0, 1, 2, 3
WIDTHS = (38.0, 58.0, 18.0, 60.0)
HEADS = ("Câu hỏi, chỉ tiêu", "Điều cần xem lại", "Hiện nay", "Lý do, giải trình")
NEEDED, GIVEN, SERVER_TELLS = "Cần giải trình", "Đã giải trình", "Hệ thống kiểm tra"
SAID = (
    "Dòng nào ở cột “Hiện nay” ghi “Cần giải trình” thì sửa số liệu, hoặc ghi lý do vào cột bên phải nếu số liệu đúng. "
    "“Hệ thống kiểm tra”: Excel không tự biết được, hệ thống sẽ báo khi gửi tệp; có lý do thì ghi trước."
)


def reason_key(check: Check) -> str:
    """As drafts keep justifications."""
    return f"{check.name}|{check.where}"


def asking(rules: Rules) -> list[Check]:
    """The checks that ask for a reason when they do not hold."""
    beside = {
        check.name for sheet in rules.layout.row_sheets for check in sheet.checks
    }  # have a column there
    soft = (check for check in rules.form.checks if check.severity == "soft" and check.justify)
    return [check for check in soft if check.name not in beside]


def draw_reasons(
    sheet: Any, case: Case, rules: Rules, styles: Styles, title: str, said: Mapping[str, str]
) -> list[Answering]:
    """Draws the sheet; the cells into which reasons go. `said`: the draft's justifications."""
    sheet.hide_gridlines(2)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_column(ANCHOR, ANCHOR, 4, None, {"hidden": True})
    for row, (words, style) in enumerate(((title, "title"), (case.unit.name, "unit"), (SAID, "note"))):
        sheet.merge_range(row, WHERE, row, WHY, "", styles[style])
        sheet.write_string(row, WHERE, words, styles[style])
        sheet.set_row(row, height(words, sum(WIDTHS), 14 if style == "title" else 11))
    for column, head in enumerate(HEADS):
        sheet.write_string(TOP - 1, column, head, styles["head"])
    sheet.freeze_panes(TOP, 0)
    verdicts = {it.check.name: it for every in rules.verdicts.values() for it in every}
    cells = [
        _line(sheet, TOP + at, rules, styles, check, verdicts.get(check.name), said)
        for at, check in enumerate(asking(rules))
    ]
    _colours(sheet, styles, TOP + max(1, len(cells)) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    return cells


def _line(
    sheet: Any,
    row: int,
    rules: Rules,
    styles: Styles,
    check: Check,
    verdict: Verdict | None,
    said: Mapping[str, str],
) -> Answering:
    key = reason_key(check)
    where, reason = node_in_words(rules.form, rules.form.node(check.where)), said.get(key, "")
    what = vi(fill(check.message, rules.state.values, rules.form))
    cell = str(xl_rowcol_to_cell(row, WHY))
    sheet.write_string(row, WHERE, where, styles["label"])
    if verdict is None:
        sheet.write_string(row, WHAT, what, styles["label"])
        sheet.write_string(row, NOW, SERVER_TELLS, styles["server"])
    else:
        # the live message carries the word for the severity before it; here the column says that
        start = len(WORDS["soft"]) + 3
        message = f"=MID({verdict.says.seen_from(REASONS)},{start},2000)"
        sheet.write_formula(row, WHAT, message, styles["label"], what)
        fails = verdict.fails.seen_from(REASONS)
        now = (GIVEN if reason else NEEDED) if verdict.now else ""
        formula = f'=IF({fails},IF(TRIM({cell})="","{NEEDED}","{GIVEN}"),"")'
        sheet.write_formula(row, NOW, formula, styles["count"], now)
    _reason(sheet, row, styles, reason)
    sheet.write_string(row, ANCHOR, key)
    points = (height(where, WIDTHS[WHERE]), height(what, WIDTHS[WHAT]), height(reason, WIDTHS[WHY]))
    sheet.set_row(row, max(points))
    return Answering(REASONS, cell, key, REASON, "", fingerprint(reason))


def _reason(sheet: Any, row: int, styles: Styles, reason: str) -> None:
    if reason:
        sheet.write_string(row, WHY, reason, styles["input_string"])
    else:
        sheet.write_blank(row, WHY, None, styles["input_string"])
    rule = {"validate": "length", "criteria": "<=", "value": JUSTIFICATION_LENGTH, "ignore_blank": True}
    rule |= {"error_title": "Không nhận giá trị này"}
    rule |= {"error_message": f"Giải trình không quá {JUSTIFICATION_LENGTH} ký tự."}
    sheet.data_validation(row, WHY, row, WHY, rule)


def _colours(sheet: Any, styles: Styles, last: int) -> None:
    now = xl_rowcol_to_cell(TOP, NOW, col_abs=True)
    for words, name in ((NEEDED, "soft"), (GIVEN, "given")):
        rule = {"type": "formula", "criteria": f'={now}="{words}"', "format": styles[f"when_{name}"]}
        sheet.conditional_format(TOP, WHERE, last, WHY, rule)
    quiet = {"type": "formula", "criteria": f'={now}=""', "format": styles["when_skipped"]}
    sheet.conditional_format(TOP, WHERE, last, NOW, quiet)
