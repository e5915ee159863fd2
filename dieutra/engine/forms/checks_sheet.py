"""Reads the expanded lines of the `checks` sheet into checks."""

from __future__ import annotations

from dieutra.engine.forms.authoring import REFERENCE, Outline, check_prose
from dieutra.engine.forms.errors import Problems
from dieutra.engine.forms.form import REVIEW_LEVELS, Check, Label
from dieutra.engine.forms.itext import language_code
from dieutra.engine.forms.tables import NO, CheckLine, is_yes
from dieutra.engine.forms.workbook import Row
from dieutra.engine.lang import Ast, ExpressionError, paths

RESERVED = ("required", "type", "choice")


def translated(row: Row, prefix: str) -> Label:
    """`message::Tiếng Việt (vi)` … as `{"vi": …}`; a column without language is Vietnamese."""
    return {language_code(column.partition("::")[2]): text for column, text in row.starting(prefix).items()}


def read_checks(lines: list[CheckLine], outline: Outline, problems: Problems) -> list[Check]:
    """The checks that are in order; reports those which are not."""
    found: dict[str, Check] = {}
    for line in lines:
        check = _read(line, outline, problems)
        if line.name in found:
            line.row.blame(problems, "name", f"Có hai kiểm tra cùng tên “{line.name}”")
        elif check is not None:
            found[line.name] = check
    return list(found.values())


def _read(line: CheckLine, outline: Outline, problems: Problems) -> Check | None:
    row = line.row
    _check_cells(line, problems)
    where = outline.paths.get(line.where)
    if where is None:
        row.blame(problems, "where", f"Không có câu hỏi hay nhóm nào tên “{line.where}”")
        return None
    expr = _expression(row, where, outline, problems)
    message = {
        language: REFERENCE.sub(lambda match: f"${{{outline.paths.get(match[1], match[1])}}}", text)
        for language, text in translated(row, "message").items()
    }
    for column, text in row.starting("message").items():
        check_prose(text, outline, row, column, problems)
    if expr is None:
        return None
    severity = row.get("severity").lower()
    level = row.get("level").lower() or None
    justify = severity == "soft" and level is None and row.get("justify").lower() not in NO - {""}
    read_paths = tuple(paths(expr, where))
    return Check(line.name, where, severity, expr, message, justify, read_paths, level)


def _check_cells(line: CheckLine, problems: Problems) -> None:
    row = line.row
    if not row.get("name"):
        row.blame(problems, "name", "Kiểm tra thiếu tên, ví dụ K01")
    if row.get("name") in RESERVED or row.get("name").endswith(".constraint"):
        row.blame(problems, "name", f"Tên “{row.get('name')}” được dành riêng, hãy đặt tên khác")
    if row.get("severity").lower() not in ("hard", "soft"):
        row.blame(problems, "severity", f"Mức “{row.get('severity')}” không có, hãy ghi hard hoặc soft")
    if not row.starting("message"):
        row.blame(problems, "message", "Kiểm tra thiếu câu báo, hãy nói sai gì, ở đâu và phải làm gì")
    if not (is_yes(row.get("justify")) or row.get("justify").lower() in NO):
        row.blame(problems, "justify", f"“{row.get('justify')}” không dùng được, hãy ghi yes hoặc no")
    level = row.get("level").lower()
    if level and level not in REVIEW_LEVELS:
        known = ", ".join(REVIEW_LEVELS)
        row.blame(problems, "level", f"Cấp “{row.get('level')}” không có, hãy ghi {known}, hoặc để trống")
    if level and is_yes(row.get("justify")):
        row.blame(
            problems, "justify", "Quy tắc của cấp duyệt không hiện với đơn vị nên không đòi giải trình được"
        )


def _expression(row: Row, where: str, outline: Outline, problems: Problems) -> Ast | None:
    if not row.get("expression"):
        row.blame(problems, "expression", "Kiểm tra thiếu biểu thức")
        return None
    try:
        return outline.parse(row.get("expression"), where)
    except ExpressionError as problem:
        row.blame(problems, "expression", str(problem))
        return None
