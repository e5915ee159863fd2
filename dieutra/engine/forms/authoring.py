"""Goes through an expanded survey sheet before pyxform does, to say every mistake where the author made it.

Also makes the rows ready: yes/no words made plain, functions which JavaRosa lacks spelt out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pyxform.utils import default_is_dynamic

from dieutra.engine.forms.errors import Problems
from dieutra.engine.forms.form import Choice, Node
from dieutra.engine.forms.outline import REFERENCE, ROOT, Outline, read_outline, reference_hint
from dieutra.engine.forms.question_types import DEVICE, METADATA, Written
from dieutra.engine.forms.tables import NO, is_yes
from dieutra.engine.forms.typed import read
from dieutra.engine.forms.workbook import Row
from dieutra.engine.lang import ExpressionError, to_xpath
from dieutra.engine.lang.to_xpath import is_plain

EXPRESSIONS = ("relevant", "constraint", "calculation", "required", "readonly", "repeat_count")
MEDIA = ("image", "audio", "video", "big-image", "media::image", "media::audio", "media::video")
PLAIN = [
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "unit",
    "appearance",
    "default",
    "constraint_message",
    "required_message",
    "choice_filter",
    "parameters",
    "trigger",
    "save_to",
    "autoplay",
    "query",
    "rows",
    "intent",
    "bind",
    "body",
    "instance",
    "media",
    "note",
]
KNOWN = frozenset((*PLAIN, *EXPRESSIONS, *MEDIA, "ghi chú"))
UNLABELLED = frozenset({"calculate", "hidden"}) | METADATA | DEVICE


def check_survey(
    survey: list[Row], outline: Outline, lists: Mapping[str, tuple[Choice, ...]], problems: Problems
) -> list[Row]:
    """The rows ready for pyxform; reports all that is wrong with their cells."""
    ready = []
    for row in survey:
        place = outline.places.get(id(row))
        if place is None:
            ready.append(row)
            continue
        _check_cells(row, place, outline, lists, problems)
        ready.append(replace(row, cells=_ready_cells(row, place, outline, problems)))
    return ready


def _check_cells(
    row: Row, place: str, outline: Outline, lists: Mapping[str, tuple[Choice, ...]], problems: Problems
) -> None:
    written, name = outline.written[place], row.get("name")
    if written.word not in UNLABELLED and not (row.starting("label") or row.starting("hint")):
        where = "nhóm" if written.kind in ("group", "repeat") else "câu hỏi"
        row.warn(problems, "label", f"Thiếu nhãn của {where} “{name}”")
    if written.kind in ("group", "repeat") and row.starting("hint"):
        row.warn(problems, "hint", "Gợi ý của nhóm không hiện ở đâu cả, hãy viết vào một câu ghi chú (note)")
    given = row.get("calculation") or row.get("default") or row.get("trigger")
    if written.word == "calculate" and not given:
        row.blame(problems, "calculation", f"Câu tính toán “{name}” thiếu công thức")
    if row.get("constraint") and not row.starting("constraint_message"):
        message = "Ràng buộc thiếu câu báo lỗi, hãy ghi constraint_message nói sai gì và phải sửa thế nào"
        row.warn(problems, "constraint_message", message)
    _check_list(row, written, outline, lists, problems)
    _check_default(row, place, outline, lists, problems)
    for prefix in ("label", "hint", "guidance_hint", "constraint_message", "required_message"):
        for column, text in row.starting(prefix).items():
            check_prose(text, outline, row, column, problems)


def check_prose(text: str, outline: Outline, row: Row, column: str, problems: Problems) -> None:
    """Reports `${…}` in a label or message that names no question."""
    for name in REFERENCE.findall(text):
        if name in outline.twice or outline.types.get(outline.paths.get(name, "")) is None:
            row.blame(problems, column, reference_hint(name, outline))
    if "${" in REFERENCE.sub("", text):
        row.blame(problems, column, "Viết dở “${”: tên câu hỏi phải nằm gọn trong ${tên}")


def _check_list(
    row: Row,
    written: Written,
    outline: Outline,
    lists: Mapping[str, tuple[Choice, ...]],
    problems: Problems,
) -> None:
    if written.kind != "select" or written.from_file or "external" in written.word:
        return
    reference = REFERENCE.fullmatch(written.list)
    if reference:
        place = outline.paths.get(reference[1])
        if place is None or not any(place.startswith(f"{repeat}/") for repeat in outline.repeats):
            message = f"Lựa chọn lấy từ ${{{reference[1]}}}: câu đó phải nằm trong một phần lặp lại"
            row.blame(problems, "type", message)
    elif written.list not in lists and "search(" not in row.get("appearance"):
        row.blame(problems, "type", f"Sheet choices không có danh sách “{written.list}”")


def _check_default(
    row: Row, place: str, outline: Outline, lists: Mapping[str, tuple[Choice, ...]], problems: Problems
) -> None:
    text, written = row.get("default"), outline.written[place]
    if not text or written.type is None or written.type == "binary":
        return
    if default_is_dynamic(text, written.word):
        _check_expression(row, "default", place, outline, problems)
        return
    choices = lists.get(written.list) if written.list else None
    type_ = "string" if written.word == "range" else written.type
    problem = read(Node(place, "question", type_, choices=choices), text)[1]
    if problem is not None:
        row.blame(problems, "default", f"Giá trị mặc định {problem['vi']}")


def _check_expression(row: Row, column: str, place: str, outline: Outline, problems: Problems) -> None:
    try:
        outline.parse(row.get(column), place, item=column == "choice_filter")
    except ExpressionError as problem:
        row.blame(problems, column, str(problem))


def _ready_cells(row: Row, place: str, outline: Outline, problems: Problems) -> dict[str, str]:
    cells = {key: text for key, text in row.cells.items() if key.partition("::")[0] != "unit"}
    written = outline.written[place]
    is_list = written.kind == "select" and "external" not in written.word
    if row.get("choice_filter") and is_list and not REFERENCE.fullmatch(written.list):
        _check_expression(row, "choice_filter", place, outline, problems)
    for name in filter(None, (part.strip() for part in row.get("trigger").split(","))):
        found = REFERENCE.fullmatch(name)
        if not found or outline.types.get(outline.paths.get(found[1], "")) is None:
            row.blame(problems, "trigger", f"“{name}” không phải một câu hỏi, hãy ghi dạng ${{tên}}")
    for column in EXPRESSIONS:
        text = row.get(column)
        if not text:
            continue
        if column in ("required", "readonly") and (is_yes(text) or text.lower() in NO):
            cells[column] = "yes" if is_yes(text) else "no"
            continue
        try:
            ast = outline.parse(text, place)
            cells[column] = text if is_plain(ast) else to_xpath(ast, place)
        except ExpressionError as problem:
            row.blame(problems, column, str(problem))
    return cells


def read_choices(rows: list[Row], problems: Problems, settings: Row) -> dict[str, tuple[Choice, ...]]:
    """Lists of choices by name, labels left to the XForm; reports blank and repeated values."""
    lists: dict[str, dict[str, Choice]] = {}
    may_repeat = is_yes(settings.get("allow_choice_duplicates"))
    for row in rows:
        list_name, value = row.get("list_name"), row.get("name")
        if not list_name or not value:
            column = "name" if list_name else "list_name"
            row.blame(problems, column, "Lựa chọn phải có cả list_name và name")
            continue
        if " " in value:
            row.blame(problems, "name", f"Giá trị “{value}” không được có dấu cách")
        if value in lists.setdefault(list_name, {}) and not may_repeat:
            row.blame(problems, "name", f"Danh sách “{list_name}” có hai lựa chọn cùng giá trị “{value}”")
        if not row.starting("label"):
            row.warn(problems, "label", f"Thiếu nhãn của lựa chọn “{value}”")
        lists[list_name][value] = Choice(value, {})
    return {name: tuple(choices.values()) for name, choices in lists.items()}


def unknown_columns(survey: list[Row]) -> list[str]:
    """Columns of the survey sheet that nothing reads: often a slip of the pen."""
    columns = {column: None for row in survey if row.sheet == "survey" for column in row.cells}
    return [column for column in columns if column.partition("::")[0] not in KNOWN and column not in KNOWN]


__all__ = [
    "REFERENCE",
    "ROOT",
    "Outline",
    "check_prose",
    "check_survey",
    "read_choices",
    "read_outline",
    "unknown_columns",
]
