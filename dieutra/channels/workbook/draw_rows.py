"""Draws the sheet of one repeat: a line per row, spare lines below, its reasons and verdicts beside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from dieutra.cases.actions import JUSTIFICATION_LENGTH
from dieutra.channels.workbook.cells import REFERENCE
from dieutra.channels.workbook.layout import RULES, TOP, Place, vi
from dieutra.channels.workbook.pen import TRUE, Pen
from dieutra.channels.workbook.rowsheets import NUMBER, ROW_ANCHOR, Column, Row, RowSheet
from dieutra.channels.workbook.rules import Rules, Verdict
from dieutra.channels.workbook.stamp import LIST, OVER, REASON, ROW, Answering, fingerprint
from dieutra.channels.workbook.styles import Styles, height
from dieutra.channels.workbook.values import NO, YES
from dieutra.channels.workbook.verdicts import Verdicts
from dieutra.engine.forms.shown import fill

WIDTH, CHECK_WIDTH, REASON_WIDTH = 20.0, 60.0, 34.0
NEEDED, GIVEN = "G", "D"  # statuses of a reason
HELP = (
    "Mỗi dòng là một mục. Điền lần lượt vào các dòng trống. Muốn bỏ một dòng đã có thì xóa trắng mọi ô của dòng đó. "
    "Không chèn, xóa hay chuyển dòng."
)
HELP_OVER = " Cột “Thuộc dòng số” ghi số thứ tự của dòng ở trang “{}” mà mục này thuộc về."


class RowDrawing:
    def __init__(
        self,
        sheet: Any,
        rows: RowSheet,
        rules: Rules,
        styles: Styles,
        lists: Mapping[str, str],
        said: Mapping[str, str],
    ) -> None:
        self.sheet, self.rows, self.rules, self.styles, self.said = sheet, rows, rules, styles, said
        self.pen = Pen(sheet, rules, styles, lists)
        self.verdicts = Verdicts(sheet, rows.name, rules, styles)
        self.roles: dict[str, str] = {}
        self.cells: list[Answering] = []  # of rows, of their outer rows, of reasons

    def draw(self, title: str, unit: str) -> dict[str, str]:
        """Draws all of it; the role of each answer by path."""
        self._columns()
        self._top(title, unit)
        for row in self.rows.rows:
            self._row(row)
        self._lists()
        self._colours()
        self._paper()
        return self.roles

    def _columns(self) -> None:
        it = self.rows
        self.sheet.hide_gridlines(2)
        self.sheet.set_column(ROW_ANCHOR, ROW_ANCHOR, 4, None, {"hidden": True})
        self.sheet.set_column(NUMBER, NUMBER, 6)
        self.sheet.set_column(NUMBER + 1, it.last, WIDTH)
        if it.checks:
            self.sheet.set_column(it.reason_column(0), it.last, REASON_WIDTH)
        self.sheet.set_column(it.check_column, it.check_column, CHECK_WIDTH)
        self.sheet.set_column(it.status_column, it.status_column + it.last, 4, None, {"hidden": True})

    def _top(self, title: str, unit: str) -> None:
        it, last = self.rows, max(self.rows.last, NUMBER + 3)
        notes = " ".join(vi(fill(note.label, self.rules.shown, self.rules.form)) for note in it.notes)
        help_ = HELP + (HELP_OVER.format(it.over.name) if it.over else "") + (f"\n{notes}" if notes else "")
        wide = min(110.0, WIDTH * (last - 1))
        for at, (words, style) in enumerate(
            ((title, "title"), (f"{unit}: {it.label}", "unit"), (help_, "note"))
        ):
            self.sheet.merge_range(at, NUMBER, at, last, "", self.styles[style])
            self.sheet.write_string(at, NUMBER, words, self.styles[style])
            self.sheet.set_row(at, height(words, wide, 14 if style == "title" else 11))
        heads = {NUMBER: "STT"}
        if it.over:
            heads[NUMBER + 1] = f"Thuộc dòng số (trang “{it.over.name}”)"
        heads |= {column.at: self._head(column) for column in it.columns}
        for at, check in enumerate(it.checks):
            heads[it.reason_column(at)] = f"Giải trình nếu: {REFERENCE.sub('…', vi(check.message))}"
        heads[it.check_column] = "Kiểm tra"
        for column_at, words in heads.items():
            self.sheet.write_string(TOP - 1, column_at, words, self.styles["head"])
        self.sheet.set_row(TOP - 1, min(160.0, max(height(words, WIDTH * 0.9) for words in heads.values())))
        self.sheet.freeze_panes(TOP, it.first)

    def _head(self, column: Column) -> str:
        node = column.node
        words = vi(fill({"vi": self._naming(column.label)}, self.rules.shown, self.rules.form))
        unit = vi(node.unit)
        words += f" ({unit})" if unit else ""
        always = node.required is not None and list(node.required) == TRUE and node.calculate is None
        return f"{words} *" if always else words

    def _naming(self, label: str) -> str:
        """A heading stands over many rows: what it tells of each row's own answer becomes that answer's name."""
        within = f"{self.rows.repeat.path}/"

        def name(match: re.Match[str]) -> str:
            node = self.rules.form.by_path.get(match[1])
            return f"[{vi(node.label)}]" if node and match[1].startswith(within) else match[0]

        return REFERENCE.sub(name, label)

    # --- rows

    def _row(self, row: Row) -> None:
        it = self.rows
        self.sheet.write_string(row.row, ROW_ANCHOR, row.path)
        self.sheet.write_number(row.row, NUMBER, row.number, self.styles["code"])
        self._stamp(row.row, NUMBER, row.path, ROW, "spare" if row.spare else "")
        self._over(row)
        paths = []
        for column in it.columns:
            path = it.path(row, column.node)
            paths.append(path)
            status = it.status_column + column.at - it.first
            if column.choice is None:
                self.roles[path] = self.pen.write(column.node, path, row.row, column.at)
            else:
                self._choice(path, column.choice.value, row.row, column.at)
            self.verdicts.write_status(column.node, path, row.row, status)
        for at, check in enumerate(it.checks):
            self._reason(
                row, it.reason_column(at), f"{check.name}|{row.path}{check.where[len(it.repeat.path) :]}"
            )
        self.verdicts.write_messages(dict.fromkeys(paths), row.row, it.check_column)

    def _over(self, row: Row) -> None:
        """Which outer row it belongs to: known, or for the unit to say."""
        it = self.rows
        if it.over is None:
            return
        if row.over is not None:
            self.sheet.write_number(row.row, NUMBER + 1, row.over.number, self.styles["fixed"])
            return
        self.sheet.write_blank(row.row, NUMBER + 1, None, self.styles["input_plain"])
        most = len(it.over.rows)
        rule = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": max(1, most)}
        rule |= {"error_title": "Không nhận giá trị này", "ignore_blank": True}
        rule |= {"error_message": f"Ghi số thứ tự của dòng ở trang “{it.over.name}”, từ 1 đến {most}."}
        self.sheet.data_validation(row.row, NUMBER + 1, row.row, NUMBER + 1, rule)
        self._stamp(row.row, NUMBER + 1, row.path, OVER, "")

    def _choice(self, path: str, value: str, row: int, column: int) -> None:
        chosen = value in self.rules.shown.get(path, "").split()
        if chosen:
            self.sheet.write_string(row, column, YES, self.styles["input_select1"])
        else:
            self.sheet.write_blank(row, column, None, self.styles["input_select1"])
        title, said = "Chọn trong danh sách", f"Hãy chọn “{YES}” hoặc “{NO}”."
        rule = {"validate": "list", "source": [YES, NO], "error_title": title, "error_message": said}
        self.sheet.data_validation(row, column, row, column, rule)
        self.roles[path] = "input"

    def _reason(self, row: Row, column: int, key: str) -> None:
        reason = self.said.get(key, "")
        if reason:
            self.sheet.write_string(row.row, column, reason, self.styles["input_string"])
        else:
            self.sheet.write_blank(row.row, column, None, self.styles["input_string"])
        rule = {"validate": "length", "criteria": "<=", "value": JUSTIFICATION_LENGTH, "ignore_blank": True}
        rule |= {"error_message": f"Giải trình không quá {JUSTIFICATION_LENGTH} ký tự."}
        self.sheet.data_validation(row.row, column, row.row, column, rule)
        self.cells.append(
            Answering(self.rows.name, _cell(row.row, column), key, REASON, "", fingerprint(reason))
        )
        verdict = self._verdict(key)
        if verdict is not None:
            cell, fails = _cell(row.row, column), verdict.fails.seen_from(self.rows.name)
            formula = f'=IF({fails},IF(TRIM({cell})="","{NEEDED}","{GIVEN}"),"")'
            now = (GIVEN if reason else NEEDED) if verdict.now else ""
            self.sheet.write_formula(
                row.row, self.rows.status_column + column - self.rows.first, formula, None, now
            )

    def _verdict(self, key: str) -> Verdict | None:
        name, _, path = key.partition("|")
        return next((it for it in self.rules.verdicts.get(path, ()) if it.check.name == name), None)

    def _stamp(self, row: int, column: int, path: str, role: str, choice: str) -> None:
        self.cells.append(Answering(self.rows.name, _cell(row, column), path, role, choice, fingerprint("")))

    def _lists(self) -> None:
        """What the list of rows was, for each outer row that stands."""
        it = self.rows
        if it.repeat.count is not None:
            return
        place = it.repeat.path.removeprefix(it.over.repeat.path if it.over else "")
        for over in it.over.rows if it.over else [None]:
            repeat = f"{over.path if over else ''}{place}"
            held = fingerprint(self.rules.shown.get(repeat, ""))
            self.cells.append(Answering(it.name, _cell(0, NUMBER), repeat, LIST, "", held))

    # --- frame

    def _colours(self) -> None:
        it = self.rows
        if not it.rows:
            return
        end = it.rows[-1].row
        area = (TOP, it.first, end, it.last)
        self.verdicts.colour(area, it.status_column)
        status = xl_rowcol_to_cell(TOP, it.status_column)
        for letter, name in ((NEEDED, "soft"), (GIVEN, "given")):
            rule = {"type": "formula", "criteria": f'={status}="{letter}"'}
            self.sheet.conditional_format(*area, rule | {"format": self.styles[f"when_{name}"]})
        self.verdicts.colour_messages(TOP, end, it.check_column)

    def _paper(self) -> None:
        self.sheet.set_paper(9)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(TOP - 1)
        self.sheet.print_area(0, NUMBER, max([TOP, *(row.row for row in self.rows.rows)]), self.rows.last)
        self.sheet.protect("", {"format_columns": True, "format_rows": True})


def _cell(row: int, column: int) -> str:
    return Place(RULES, row, column).cell
