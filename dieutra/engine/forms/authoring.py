"""Goes through an expanded survey sheet before pyxform does, to say every mistake where the author made it.

Also finds the path of every name and makes the rows ready: yes/no words made plain, functions which JavaRosa
lacks spelt out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from dieutra.engine.forms.errors import Problems
from dieutra.engine.forms.form import Choice, Node
from dieutra.engine.forms.tables import NAME, NO, is_group, is_yes
from dieutra.engine.forms.typed import read
from dieutra.engine.forms.workbook import STRAIGHT_QUOTES, Row
from dieutra.engine.lang import Ast, ExpressionError, parse, paths, to_xpath
from dieutra.engine.lang.to_xpath import is_plain

ROOT = "data"
SELECT = re.compile(r"select[ _](one|multiple)\s+(\S+)", re.IGNORECASE)
TYPES = {"text": "string", "integer": "int", "int": "int", "decimal": "decimal", "date": "date"}
TYPES |= {"note": "string", "calculate": "string", "hidden": "string"}
EXPRESSIONS = ("relevant", "constraint", "calculation", "required", "readonly")
UNSUPPORTED = ("choice_filter", "parameters", "repeat_count", "trigger", "save_to", "autoplay", "query")
MEDIA = ("image", "audio", "video", "big-image", "media::image", "media::audio", "media::video")
KNOWN = {
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "unit",
    "appearance",
    "default",
    "constraint_message",
}
KNOWN |= {"required_message", "bind", "note", "ghi chú", *EXPRESSIONS, *UNSUPPORTED, *MEDIA}
NO_REPEAT = "Phần lặp lại (repeat) chưa được hỗ trợ trên web"
REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")


@dataclass
class Outline:
    """Paths of a survey by name and (`places`) by id of the row; rows and types (None: container) by path."""

    paths: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    types: dict[str, str | None] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)

    def parse(self, text: str, self_path: str) -> Ast:
        """The expression at a node; refuses unknown names and containers. Raises ExpressionError."""
        ast = parse(text.translate(STRAIGHT_QUOTES), self_path, self.paths)
        for path in paths(ast):
            if path not in self.types:
                raise ExpressionError(f"Không có câu hỏi nào ở {path}", 0)
            if self.types[path] is None:
                name = path.rpartition("/")[2]
                raise ExpressionError(f"“{name}” là một nhóm, không có giá trị để tính", 0)
        return ast


def read_outline(survey: list[Row], problems: Problems) -> Outline:
    """The path and type of every row; reports types, names and groups that are wrong."""
    outline = Outline()
    open_groups: list[Row] = []
    for row in survey:
        if re.fullmatch(r"end[ _](group|repeat)", row.get("type").lower()):
            _close(row, open_groups, problems)
            continue
        type_, name = _type_of(row, problems), _name_of(row, outline, problems)
        path = "/".join(["", ROOT, *(group.get("name") for group in open_groups), name])
        outline.places[id(row)] = outline.paths.setdefault(name, path)
        outline.rows.setdefault(path, row)
        outline.types.setdefault(path, type_)
        if is_group(row):
            open_groups.append(row)
    for row in open_groups:
        row.blame(problems, "type", f"Nhóm “{row.get('name')}” chưa có end group")
    return outline


def _close(row: Row, open_groups: list[Row], problems: Problems) -> None:
    if "repeat" in row.get("type").lower():
        row.blame(problems, "type", NO_REPEAT)
    elif open_groups:
        open_groups.pop()
    else:
        row.blame(problems, "type", "end group này không có begin group tương ứng")


def _type_of(row: Row, problems: Problems) -> str | None:
    written = " ".join(row.get("type").split())
    select = SELECT.fullmatch(written)
    if select:
        return "select1" if select[1].lower() == "one" else "select"
    if is_group(row) or written.lower() in TYPES:
        return TYPES.get(written.lower())
    if not written:
        row.blame(problems, "type", "Thiếu loại câu hỏi")
    elif re.match(r"begin[ _]repeat", written.lower()):
        row.blame(problems, "type", NO_REPEAT)
    elif "other" in written.lower().split()[-1]:
        row.blame(problems, "type", "or_other chưa được hỗ trợ, hãy thêm lựa chọn “Khác” và một câu hỏi chữ")
    else:
        near = get_close_matches(written.lower(), [*TYPES, "select_one", "select_multiple", "begin group"], 1)
        hint = f"; có phải là {near[0]}?" if near else ""
        row.blame(problems, "type", f"Loại câu hỏi “{written}” chưa được hỗ trợ trên web{hint}")
    return "string"


def _name_of(row: Row, outline: Outline, problems: Problems) -> str:
    name = row.get("name")
    if not name:
        row.blame(problems, "name", "Thiếu tên câu hỏi")
        return f"_{row.number}"
    if not NAME.fullmatch(name):
        row.blame(
            problems, "name", f"Tên “{name}” không hợp lệ: dùng chữ cái không dấu, chữ số và dấu gạch dưới"
        )
    if name in ("meta", ROOT):
        row.blame(problems, "name", f"Tên “{name}” được dành riêng, hãy đặt tên khác")
    if name in outline.paths:
        first = outline.rows[outline.paths[name]]
        place = f"dòng {first.number}" + (f" sheet {first.sheet}" if first.sheet != row.sheet else "")
        row.blame(problems, "name", f"Tên “{name}” đã dùng ở {place}, mỗi tên chỉ dùng một lần")
    return name


def check_survey(
    survey: list[Row], outline: Outline, lists: Mapping[str, tuple[Choice, ...]], problems: Problems
) -> list[Row]:
    """The rows ready for pyxform; reports all that is wrong with their cells."""
    ready = []
    for row in survey:
        path = outline.places.get(id(row))
        if path is None:
            ready.append(row)
            continue
        _check_cells(row, path, outline, lists, problems)
        ready.append(replace(row, cells=_ready_cells(row, path, outline, problems)))
    return ready


def _check_cells(
    row: Row, path: str, outline: Outline, lists: Mapping[str, tuple[Choice, ...]], problems: Problems
) -> None:
    kind = row.get("type").lower()
    for column in (
        *UNSUPPORTED,
        *(key for key in row.cells if key.partition("::")[0] in MEDIA or key in MEDIA),
    ):
        if row.get(column):
            row.blame(problems, column, f"Cột {column} chưa được hỗ trợ trên web, hãy để trống")
    if kind not in ("calculate", "hidden") and not is_group(row) and not row.starting("label"):
        row.blame(problems, "label", f"Thiếu nhãn của câu hỏi “{row.get('name')}”")
    if kind == "calculate" and not row.get("calculation"):
        row.blame(problems, "calculation", f"Câu tính toán “{row.get('name')}” thiếu công thức")
    if row.get("constraint") and not row.starting("constraint_message"):
        message = "Ràng buộc thiếu câu báo lỗi, hãy ghi constraint_message nói sai gì và phải sửa thế nào"
        row.blame(problems, "constraint_message", message)
    _check_list(row, lists, problems)
    _check_default(row, path, outline, lists, problems)
    for prefix in ("label", "hint", "constraint_message", "required_message"):
        for column, text in row.starting(prefix).items():
            check_prose(text, outline, row, column, problems)


def check_prose(text: str, outline: Outline, row: Row, column: str, problems: Problems) -> None:
    """Reports `${…}` in a label or message that names no question."""
    for name in REFERENCE.findall(text):
        if outline.types.get(outline.paths.get(name, "")) is None:
            row.blame(problems, column, f"Không có câu hỏi nào tên “{name}”")
    if "${" in REFERENCE.sub("", text):
        row.blame(problems, column, "Viết dở “${”: tên câu hỏi phải nằm gọn trong ${tên}")


def _check_list(row: Row, lists: Mapping[str, tuple[Choice, ...]], problems: Problems) -> None:
    select = SELECT.fullmatch(" ".join(row.get("type").split()))
    if select and select[2] not in lists:
        row.blame(problems, "type", f"Sheet choices không có danh sách “{select[2]}”")


def _check_default(
    row: Row, path: str, outline: Outline, lists: Mapping[str, tuple[Choice, ...]], problems: Problems
) -> None:
    text = row.get("default")
    if not text:
        return
    if re.search(r"[(${]|\bdiv\b|\bmod\b", text):
        row.blame(problems, "default", "Giá trị mặc định phải cố định, chưa hỗ trợ biểu thức")
        return
    select = SELECT.fullmatch(" ".join(row.get("type").split()))
    choices = lists.get(select[2]) if select else None
    problem = read(Node(path, "question", outline.types[path], choices=choices), text)[1]
    if problem is not None:
        row.blame(problems, "default", f"Giá trị mặc định {problem['vi']}")


def _ready_cells(row: Row, path: str, outline: Outline, problems: Problems) -> dict[str, str]:
    cells = {key: text for key, text in row.cells.items() if key.partition("::")[0] != "unit"}
    for column in EXPRESSIONS:
        text = row.get(column)
        if not text:
            continue
        if column in ("required", "readonly") and (is_yes(text) or text.lower() in NO):
            cells[column] = "yes" if is_yes(text) else "no"
            continue
        try:
            ast = outline.parse(text, path)
            cells[column] = text if is_plain(ast) else to_xpath(ast)
        except ExpressionError as problem:
            row.blame(problems, column, str(problem))
    return cells


def read_choices(rows: list[Row], problems: Problems) -> dict[str, tuple[Choice, ...]]:
    """Lists of choices by name, labels left to the XForm; reports blank and repeated values."""
    lists: dict[str, dict[str, Choice]] = {}
    for row in rows:
        list_name, value = row.get("list_name"), row.get("name")
        if not list_name or not value:
            column = "name" if list_name else "list_name"
            row.blame(problems, column, "Lựa chọn phải có cả list_name và name")
            continue
        if " " in value:
            row.blame(problems, "name", f"Giá trị “{value}” không được có dấu cách")
        if value in lists.setdefault(list_name, {}):
            row.blame(problems, "name", f"Danh sách “{list_name}” có hai lựa chọn cùng giá trị “{value}”")
        if not row.starting("label"):
            row.blame(problems, "label", f"Thiếu nhãn của lựa chọn “{value}”")
        lists[list_name][value] = Choice(value, {})
    return {name: tuple(choices.values()) for name, choices in lists.items()}


def unknown_columns(survey: list[Row]) -> list[str]:
    """Columns of the survey sheet that nothing reads: often a slip of the pen."""
    columns = {column: None for row in survey if row.sheet == "survey" for column in row.cells}
    return [column for column in columns if column.partition("::")[0] not in KNOWN and column not in KNOWN]
