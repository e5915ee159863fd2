"""Draws one section of the form on its sheet: questions line by line, tables as grids, verdicts beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xlsxwriter.utility import quote_sheetname

from dieutra.channels.workbook.layout import ANCHOR, CODE, FIRST, LABEL, STATUS, TOP, Line, Section, vi
from dieutra.channels.workbook.pen import TRUE, Pen
from dieutra.channels.workbook.rules import Rules
from dieutra.channels.workbook.sheets import has_choice_cells
from dieutra.channels.workbook.styles import Styles, height
from dieutra.channels.workbook.values import NO, YES
from dieutra.channels.workbook.verdicts import Verdicts
from dieutra.engine.forms.form import Label, Node
from dieutra.engine.forms.shown import fill

LABEL_WIDTH, CODE_WIDTH, CHECK_WIDTH = 46.0, 7.0, 60.0
WIDTHS = {1: 44.0, 2: 22.0, 3: 16.0}


class Drawing:
    """One section's sheet; `lists` says where the options of a choice question stand."""

    def __init__(
        self, sheet: Any, section: Section, rules: Rules, styles: Styles, lists: Mapping[str, str]
    ) -> None:
        self.sheet, self.section, self.rules, self.styles, self.lists = sheet, section, rules, styles, lists
        self.answers = rules.shown
        self.pen = Pen(sheet, rules, styles, lists)
        self.width = WIDTHS.get(section.columns, 14.0)
        self.last = section.check_column - 1
        self.roles: dict[str, str] = {}
        self.verdicts = Verdicts(sheet, section.name, rules, styles)

    def draw(self, title: str, unit: str) -> dict[str, str]:
        """Draws all of it; the role of each answer by path. The counts of statuses are with `verdicts`."""
        self._columns()
        self._top(title, unit)
        for line in self.section.lines:
            DRAW[line.kind](self, line)
        end = max(TOP, self.section.end - 1)
        area = (TOP, FIRST, end, self.last)
        self.verdicts.colour(area, STATUS)
        self.verdicts.colour_messages(TOP, end, self.section.check_column)
        self._paper(unit)
        return self.roles

    def _vi(self, label: Label | None) -> str:
        """A label's text with the answers that it names, as they stand when the workbook is made."""
        return vi(fill(label or {}, self.answers, self.rules.form))

    # --- the frame

    def _columns(self) -> None:
        self.sheet.hide_gridlines(2)
        self.sheet.set_column(LABEL, LABEL, LABEL_WIDTH)
        self.sheet.set_column(CODE, CODE, CODE_WIDTH)
        self.sheet.set_column(FIRST, self.last, self.width)
        self.sheet.set_column(self.section.check_column, self.section.check_column, CHECK_WIDTH)
        self.sheet.set_column(ANCHOR, STATUS + self.section.columns, 4, None, {"hidden": True})

    def _top(self, title: str, unit: str) -> None:
        wide = LABEL_WIDTH + CODE_WIDTH + self.width * self.section.columns
        self._across(0, title, "title", height(title, wide, 14))
        self._across(1, unit, "unit", height(unit, wide))
        self._across(2, self.section.label, "section", 22)
        tables = any(line.kind == "row" for line in self.section.lines)
        if tables:
            self.sheet.write_string(3, LABEL, "Câu hỏi, chỉ tiêu", self.styles["head"])
            self.sheet.write_string(3, CODE, "Mã số", self.styles["head"])
        else:
            self.sheet.merge_range(3, LABEL, 3, CODE, "Câu hỏi", self.styles["head"])
        self.sheet.write_string(3, FIRST, "Trả lời", self.styles["head"])
        if self.section.columns > 1:
            self.sheet.merge_range(3, FIRST, 3, self.last, "Trả lời", self.styles["head"])
        self.sheet.write_string(3, self.section.check_column, "Kiểm tra", self.styles["head"])
        self.sheet.set_row(3, 20)
        self.sheet.freeze_panes(TOP, 0)

    def _across(self, row: int, words: str, style: str, points: float) -> None:
        self.sheet.merge_range(row, LABEL, row, self.last, "", self.styles[style])
        self.sheet.write_string(row, LABEL, words, self.styles[style])
        self.sheet.set_row(row, points)

    def _paper(self, unit: str) -> None:
        self.sheet.set_paper(9)
        if self.section.columns > 2:
            self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(0.5, 0.4, 0.5, 0.6)
        self.sheet.repeat_rows(0, TOP - 1)
        self.sheet.print_area(0, 0, max(TOP, self.section.end - 1), self.last)
        self.sheet.set_footer("&L&8" + unit.replace("&", "&&")[:120] + "&R&8Trang &P/&N")
        self.sheet.protect("", {"format_columns": True, "format_rows": True})

    # --- lines

    def _heading(self, line: Line) -> None:
        self._across(line.row, self._vi(line.node.label), "heading", 22)

    def _note(self, line: Line) -> None:
        words = self._vi(line.node.label)
        wide = LABEL_WIDTH + CODE_WIDTH + self.width * self.section.columns
        if words:
            self._across(line.row, words, "note", height(words, wide))
        else:
            self.sheet.set_row(line.row, 10)

    def _table(self, line: Line) -> None:
        words = self._vi(line.node.label)
        if self._vi(line.node.unit):
            words += f" – đơn vị tính: {self._vi(line.node.unit)}"
        self._across(line.row, words, "table", 22)

    def _heads(self, line: Line) -> None:
        columns = line.node.columns or ()
        self.sheet.write_string(line.row, LABEL, "Chỉ tiêu", self.styles["head"])
        self.sheet.write_string(line.row, CODE, "Mã số", self.styles["head"])
        words = []
        for at, column in enumerate(columns):
            own_unit = self._vi(column.unit) if column.unit != line.node.unit else ""
            words.append(f"{self._vi(column.label)} ({own_unit})" if own_unit else self._vi(column.label))
            words[-1] += f"\n[{column.code}]"
            self.sheet.write_string(line.row, FIRST + at, words[-1], self.styles["head"])
        self.sheet.set_row(line.row, max(height(it, self.width * 0.9) for it in words or [""]))

    def _row(self, line: Line) -> None:
        drawn = [cell for cell in line.cells if cell]
        total = "_total" if drawn and all(cell.calculate is not None for cell in drawn) else ""
        indent = next((int(it[-1]) for it in line.node.appearance if it.startswith("x-indent-")), 0)
        words, depth = self._vi(line.node.label), f"_{min(indent, 3)}" if indent else ""
        self.sheet.write_string(line.row, LABEL, words, self.styles[f"label{total}{depth}"])
        code = (line.node.codes or {}).get("row", "")
        self.sheet.write_string(line.row, CODE, code, self.styles[f"code{total}"])
        self.sheet.set_row(line.row, height(words, LABEL_WIDTH - 2 * indent))
        for at, cell in enumerate(line.cells):
            if cell is None:
                self.sheet.write_blank(line.row, FIRST + at, None, self.styles["blocked"])
            else:
                self.roles[cell.path] = self.pen.write(cell, cell.path, line.row, FIRST + at)
        self._verdicts(line, [(at, cell) for at, cell in enumerate(line.cells) if cell])

    def _question(self, line: Line) -> None:
        node = line.node
        words, hint = self._words(node)
        self.sheet.merge_range(line.row, LABEL, line.row, CODE, "", self.styles["label"])
        if hint:
            rich = [self.styles["plain"], f"{words}\n", self.styles["hint"], hint, self.styles["label"]]
            self.sheet.write_rich_string(line.row, LABEL, *rich)
        else:
            self.sheet.write_string(line.row, LABEL, words, self.styles["label"])
        points = height(words, LABEL_WIDTH + CODE_WIDTH)
        if hint:
            points += height(hint, LABEL_WIDTH + CODE_WIDTH, 9) - 4
        if "multiline" in node.appearance:
            points = max(points, 80)
        if has_choice_cells(node):
            self._across_answer(line.row, "label", "Chọn “Có” ở các dòng dưới đây")
            self.sheet.set_row(line.row, points)
            self._verdicts(line, [(0, node)])
            return
        answer = self.answers.get(node.path, "")
        self.sheet.set_row(line.row, max(points, height(answer, self.width * self.section.columns)))
        self.roles[node.path] = self.pen.write(node, node.path, line.row, FIRST, until=self.last)
        self._verdicts(line, [(0, node)])

    def _repeat(self, line: Line) -> None:
        """A repeat has a sheet of its own; here stands the way to it."""
        sheet = next(it for it in self.rules.layout.row_sheets if it.repeat == line.node)
        words = f"{sheet.label}: điền ở trang “{sheet.name}”"
        self._across(line.row, words, "heading", 22)
        self.sheet.write_url(
            line.row, LABEL, f"internal:{quote_sheetname(sheet.name)}!A1", self.styles["link"], words
        )
        self._verdicts(line, [(0, line.node)])

    def _words(self, node: Node) -> tuple[str, str]:
        words = self._vi(node.label) or node.name
        if self._vi(node.unit):
            words += f" ({self._vi(node.unit)})"
        if node.required is not None and list(node.required) == TRUE and node.calculate is None:
            words += " *"
        return words, self._vi(node.hint)

    def _choice(self, line: Line) -> None:
        if line.choice is None:
            return
        self.sheet.merge_range(line.row, LABEL, line.row, CODE, "", self.styles["label_1"])
        words = f"{line.choice.value}. {self._vi(line.choice.label)}"
        self.sheet.write_string(line.row, LABEL, words, self.styles["label_1"])
        self.sheet.set_row(line.row, height(words, LABEL_WIDTH + CODE_WIDTH))
        chosen = line.choice.value in self.answers.get(line.node.path, "").split()
        self._across_answer(line.row, "input_select1", YES if chosen else "")
        title, said = "Chọn trong danh sách", f"Hãy chọn “{YES}” hoặc “{NO}”."
        rule = {"validate": "list", "source": [YES, NO], "error_title": title, "error_message": said}
        self.sheet.data_validation(line.row, FIRST, line.row, FIRST, rule)
        self.sheet.write_string(line.row, ANCHOR, line.node.path)
        self.roles[line.node.path] = "input"

    def _across_answer(self, row: int, style: str, words: str) -> None:
        if self.last > FIRST:
            self.sheet.merge_range(row, FIRST, row, self.last, "", self.styles[style])
        if words:
            self.sheet.write_string(row, FIRST, words, self.styles[style])
        else:
            self.sheet.write_blank(row, FIRST, None, self.styles[style])

    def _verdicts(self, line: Line, cells: list[tuple[int, Node]]) -> None:
        """The line's anchor, a hidden status per cell, and the messages of all of them beside the line."""
        self.sheet.write_string(line.row, ANCHOR, line.node.path)
        for at, node in cells:
            self.verdicts.write_status(node, node.path, line.row, STATUS + at)
        paths = [node.path for _, node in cells]
        self.verdicts.write_messages(paths, line.row, self.section.check_column)


DRAW: dict[str, Callable[[Drawing, Line], None]] = {
    "heading": Drawing._heading,
    "note": Drawing._note,
    "table": Drawing._table,
    "columns": Drawing._heads,
    "row": Drawing._row,
    "question": Drawing._question,
    "repeat": Drawing._repeat,
    "choice": Drawing._choice,
}
