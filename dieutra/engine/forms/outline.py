"""The places of an expanded survey sheet: which name is where, of what type, written in which row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches

from dieutra.engine.forms.errors import Problems
from dieutra.engine.forms.question_types import DEVICE, END, TYPES, Written, read_type
from dieutra.engine.forms.tables import NAME
from dieutra.engine.forms.workbook import STRAIGHT_QUOTES, Row
from dieutra.engine.lang import Ast, ExpressionError, parse, paths

ROOT = "data"
MOST_LEVELS = 40
MOST_REPEATS = 6


@dataclass
class Outline:
    """Places of a survey by name and (`places`) by id of the row; rows, types and type cells by place."""

    paths: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    types: dict[str, str | None] = field(default_factory=dict)  # None: a container
    written: dict[str, Written] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)

    @property
    def repeats(self) -> set[str]:
        return {place for place, written in self.written.items() if written.kind == "repeat"}

    def parse(self, text: str, self_path: str, *, item: bool = False) -> Ast:
        """The expression at a place; refuses unknown names and groups. Raises ExpressionError.

        With `item` it is a filter over the rows of a list.
        """
        names = {name: place for name, place in self.paths.items() if name not in self.twice}
        ast = parse(text.translate(STRAIGHT_QUOTES), self_path, names, self.repeats, item=item)
        for place in paths(ast):
            name = place.rpartition("/")[2]
            if place not in self.types:
                raise ExpressionError(f"Không có câu hỏi nào ở {place}", 0)
            if self.types[place] is None and place not in self.repeats and not _only_counted(ast, place):
                raise ExpressionError(f"“{name}” là một nhóm, không có giá trị để tính", 0)
        return ast


def _only_counted(ast: Ast, place: str) -> bool:
    """`position(..)` and `count(…)` may name a group."""
    if ast[:2] in (["call", "position"], ["call", "count"]):
        return True
    if ast == ["path", place]:
        return False
    return all(_only_counted(part, place) for part in ast[1:] if isinstance(part, list))


def read_outline(survey: list[Row], problems: Problems) -> Outline:
    """The place and type of every row; reports types, names and groups that are wrong."""
    outline = Outline()
    open_rows: list[tuple[Row, str]] = []
    for row in survey:
        end = END.fullmatch(" ".join(row.get("type").split()))
        if end:
            _close(row, end[1].lower(), open_rows, problems)
            continue
        written = _type_of(row, problems)
        if written.kind == "external":
            continue
        prefix = "/".join(["", ROOT, *(group.get("name") for group, _ in open_rows)])
        _place(row, written, prefix, outline, problems)
        if written.kind in ("group", "repeat"):
            open_rows.append((row, written.kind))
            _refuse_depth(row, open_rows, problems)
    for row, kind in open_rows:
        row.blame(problems, "type", f"Nhóm “{row.get('name')}” chưa có end {kind}")
    return outline


def _refuse_depth(row: Row, open_rows: list[tuple[Row, str]], problems: Problems) -> None:
    if len(open_rows) > MOST_LEVELS:
        row.blame(
            problems, "type", f"Các nhóm lồng nhau quá {MOST_LEVELS} lớp, hãy tách phiếu thành ít lớp hơn"
        )
    if [kind for _, kind in open_rows].count("repeat") > MOST_REPEATS and row.get("type").endswith("repeat"):
        row.blame(problems, "type", f"Phần lặp lại lồng nhau quá {MOST_REPEATS} lớp, hãy tách phiếu")


def _place(row: Row, written: Written, prefix: str, outline: Outline, problems: Problems) -> None:
    name = _name_of(row, prefix, outline, problems)
    place = f"{prefix}/{name}"
    if outline.paths.setdefault(name, place) != place:
        outline.twice.add(name)
    outline.places[id(row)] = place
    outline.rows.setdefault(place, row)
    outline.types.setdefault(place, written.type)
    outline.written.setdefault(place, written)
    if written.other:
        outline.paths.setdefault(f"{name}_other", f"{place}_other")
        outline.types.setdefault(f"{place}_other", "string")


def _close(row: Row, kind: str, open_rows: list[tuple[Row, str]], problems: Problems) -> None:
    if not open_rows:
        row.blame(problems, "type", f"end {kind} này không có begin {kind} tương ứng")
        return
    opened, wanted = open_rows.pop()
    if wanted != kind:
        message = f"end {kind} này đóng “{opened.get('name')}”, là begin {wanted} ở dòng {opened.number}"
        row.blame(problems, "type", message)


def _type_of(row: Row, problems: Problems) -> Written:
    text = " ".join(row.get("type").split())
    written = read_type(text)
    if written is not None:
        return written
    if not text:
        row.blame(problems, "type", "Thiếu loại câu hỏi")
    else:
        known = [*(TYPES.keys() - DEVICE), "select_one", "select_multiple", "begin group", "begin repeat"]
        near = get_close_matches(text.lower(), known, 1)
        hint = f"; có phải là {near[0]}?" if near else ""
        row.blame(problems, "type", f"Không có loại câu hỏi “{text}”{hint}")
    return Written("plain", "string", text.lower())


def _name_of(row: Row, prefix: str, outline: Outline, problems: Problems) -> str:
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
    first = outline.rows.get(f"{prefix}/{name}")
    if first is not None:
        place = f"dòng {first.number}" + (f" sheet {first.sheet}" if first.sheet != row.sheet else "")
        row.blame(problems, "name", f"Tên “{name}” đã dùng ở {place} trong cùng nhóm, hãy đặt tên khác")
    return name


def reference_hint(name: str, outline: Outline) -> str:
    """Why `${name}` names no question."""
    if name in outline.twice:
        return f"Có hai câu hỏi tên “{name}”, ${{{name}}} không rõ là câu nào; hãy đổi tên một câu"
    return f"Không có câu hỏi nào tên “{name}”"


REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
