"""Reading a base list from .xlsx or .csv: rows of clean text with their row numbers on the sheet.

Every fault of the file itself (wrong kind of file, wrong template, a cell that its column does not take) is
found here; whether codes exist and agree with each other is asked in checking.py.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.conf import settings

from dieutra.campaigns.kind import FrameColumn
from dieutra.engine.formulas import formulas
from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.spreadsheet import Cell, Table, read_table
from dieutra.engine.text import normal_name, search_key
from dieutra.frames.columns import AREA_COLUMNS, CODE, Wrong, clean, short

MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_UNPACKED = 100 * 1024 * 1024
UTF16 = (b"\xff\xfe", b"\xfe\xff")
CODE_WIDTHS = dict(zip(AREA_COLUMNS, (2, 3, 5), strict=True))
EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
FORMULA = (
    "Ô chứa công thức mà tệp không lưu kết quả, hoặc kết quả rỗng hay lỗi. "
    "Hãy chép ô rồi dán lại bằng “Dán giá trị” (Paste Values), hoặc gõ thẳng giá trị."
)
TEMPLATE = "Hãy tải tệp mẫu ở trang này, chép số liệu vào đúng cột rồi gửi lại."
SAVE_AS_XLSX = "Hãy mở tệp bằng Excel, chọn “Lưu thành” (Save As), loại “Excel Workbook (.xlsx)” rồi gửi lại."


@dataclass(frozen=True)
class Row:
    """One line of the list: its number on the sheet, and a text for every column ("" where blank).

    `wrong`: what its column does not take, by column; such a column has no value.
    """

    number: int
    values: dict[str, str]
    wrong: Mapping[str, Problem] = field(default_factory=dict)


def place(number: int, header: str) -> str:
    return f"Dòng {number}, cột “{header}”"


def read_rows(
    content: bytes, filename: str, columns: Sequence[FrameColumn]
) -> tuple[list[Row], list[Problem]]:
    """The rows whose every cell is right, and the problems of the others.

    Raises Invalid when the file as a whole cannot be read or does not follow the template.
    """
    rows = every_row(content, filename, columns)
    return [it for it in rows if not it.wrong], [problem for it in rows for problem in it.wrong.values()]


def every_row(
    content: bytes, filename: str, columns: Sequence[FrameColumn], what: str = "đơn vị"
) -> list[Row]:
    """All rows, those with wrong cells too, so that a reader can name at once whatever else is wrong with them.

    `what` the rows are about. Raises Invalid when the file as a whole cannot be read or does not follow the template.
    """
    table = _table(content, filename)
    where = _columns_at(table, columns, content, filename)
    computed = formulas(content)
    broken = {int(re.sub(r"\D", "", it) or 0) for it, lost in computed.items() if lost}
    rows = []
    for number, cells in enumerate(table[1:], 2):
        if number not in broken and all(_blank(cell) for cell in cells):
            continue
        rows.append(_read_row(number, cells, where, computed))
    if not rows:
        raise Invalid(f"Tệp chỉ có dòng tiêu đề, chưa có {what} nào. Hãy điền danh sách rồi gửi lại.")
    return rows


def _table(content: bytes, filename: str) -> Table:
    if len(content) > settings.UPLOAD_LIMIT:
        limit = settings.UPLOAD_LIMIT // (1024 * 1024)
        raise Invalid(f"Tệp lớn hơn {limit} MB. Hãy xóa hình ảnh, trang tính thừa hoặc chia tệp theo huyện.")
    if content.startswith(UTF16):
        content = _from_utf16(content)
    _refuse_other_kinds(content, normal_name(filename)[:80] or "Tệp")
    table = read_table(content)
    if len(table) > MAX_ROWS:
        raise Invalid(f"Tệp có quá {MAX_ROWS:,} dòng. Hãy chia tệp theo huyện rồi gửi lại.".replace(",", "."))
    if table and max(len(row) for row in table) > MAX_COLUMNS:
        raise Invalid(f"Trang tính rộng quá {MAX_COLUMNS} cột. {TEMPLATE}")
    return table


def _from_utf16(content: bytes) -> bytes:
    try:
        return content.decode("utf-16").encode()
    except UnicodeError:
        raise Invalid(f"Tệp văn bản Unicode (UTF-16) bị hỏng, không đọc được. {SAVE_AS_XLSX}") from None


def _refuse_other_kinds(content: bytes, filename: str) -> None:
    """Say plainly what was sent instead of a sheet, whatever its name."""
    if content.startswith(b"%PDF"):
        raise Invalid(f"“{filename}” là tệp PDF, không phải bảng tính. {TEMPLATE}")
    if content.startswith(b"PK"):
        _refuse_other_archives(content, filename)
    elif b"\0" in content and not content.startswith(b"\xd0\xcf\x11\xe0"):  # old Excel is told by read_table
        raise Invalid(f"“{filename}” không phải là bảng tính Excel (.xlsx) hay CSV. {TEMPLATE}")


def _refuse_other_archives(content: bytes, filename: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Invalid(f"“{filename}” bị hỏng, không mở được như một tệp Excel. {SAVE_AS_XLSX}") from None
    names = {part.filename for part in parts}
    if "word/document.xml" in names:
        raise Invalid(f"“{filename}” là tệp Word được đổi tên, không phải bảng tính. {TEMPLATE}")
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Invalid("Tệp Excel quá lớn sau khi giải nén (trên 100 MB). Hãy xóa trang tính, hình ảnh thừa.")


def _columns_at(
    table: Table, columns: Sequence[FrameColumn], content: bytes, filename: str
) -> list[tuple[int, FrameColumn]]:
    """Where each column stands on the sheet, by the words of the first row."""
    titles = [normal_name(str(cell)) if not _blank(cell) else "" for cell in (table[0] if table else [])]
    known = {search_key(column.header): column for column in columns}
    found: dict[str, int] = {}
    problems = []
    for index, title in enumerate(titles):
        column = known.get(search_key(title)) if title else None
        if column is None:
            if title or any(index < len(row) and not _blank(row[index]) for row in table[1:]):
                problems.append(Problem(f"Cột thứ {index + 1}", _unknown(title)))
        elif column.name in found:
            message = f"Cột “{column.header}” có hai lần. Hãy xóa một cột."
            problems.append(Problem(f"Cột thứ {index + 1}", message))
        else:
            found[column.name] = index
    missing = [column.header for column in columns if column.required and column.name not in found]
    problems = [Problem(f"Cột “{header}”", "Thiếu cột bắt buộc này.") for header in missing] + problems
    if problems and not found and filename.lower().endswith(".xlsx") and not content.startswith(b"PK"):
        raise Invalid(
            f"“{normal_name(filename)[:80]}” không phải sổ tính Excel dù có đuôi .xlsx: bên trong là văn bản. {TEMPLATE}"
        )
    if problems:
        raise Invalid(_wrong_template(missing), problems)
    return [(found[column.name], column) for column in columns if column.name in found]


def _unknown(title: str) -> str:
    if not title:
        return "Có số liệu nhưng không có tiêu đề. Hãy xóa cột hoặc ghi tiêu đề đúng như tệp mẫu."
    return f"“{title[:60]}” không có trong tệp mẫu. Hãy sửa tiêu đề cho đúng hoặc xóa cột."


def _wrong_template(missing: list[str]) -> str:
    if missing:
        return f"Tệp không đúng mẫu: thiếu cột {', '.join(f'“{header}”' for header in missing)}. {TEMPLATE}"
    return f"Tệp không đúng mẫu: có cột lạ hoặc cột lặp lại. {TEMPLATE}"


def _read_row(
    number: int, cells: Sequence[Cell], where: list[tuple[int, FrameColumn]], computed: Mapping[str, bool]
) -> Row:
    values, problems = {}, {}
    for index, column in where:
        cell = cells[index] if index < len(cells) else None
        try:
            if computed and _blank(cell):
                _refuse_lost(computed.get(f"{_letters(index)}{number}"), column)
            values[column.name] = clean(column, _text(cell, column))
        except Wrong as wrong:
            problems[column.name] = Problem(place(number, column.header), str(wrong))
    return Row(number, values, problems)


def _refuse_lost(lost: bool | None, column: FrameColumn) -> None:
    """A blank cell that holds a formula is no blank to whoever sees it in Excel."""
    if lost or (lost is not None and column.required):
        raise Wrong(FORMULA)


def _letters(index: int) -> str:
    """“A” for the first column."""
    return (_letters(index // 26 - 1) if index >= 26 else "") + chr(65 + index % 26)


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _text(cell: Cell, column: FrameColumn) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        if cell.strip() in EXCEL_ERRORS:
            raise Wrong(f"Công thức trong ô bị lỗi ({cell.strip()}). Hãy sửa hoặc ghi thẳng giá trị.")
        return _whole_code(cell.strip(), column) if column.name in CODE_WIDTHS else cell
    if isinstance(cell, bool):
        raise Wrong("Ô chứa giá trị đúng/sai (TRUE/FALSE). Hãy ghi chữ.")
    if isinstance(cell, int | float):
        return _number(cell, column)
    return _moment(cell, column)


def _number(cell: float, column: FrameColumn) -> str:
    """A number cell as text. A code kept as a number may have lost leading zeros, and nobody can tell."""
    if not math.isfinite(cell):
        raise Wrong("Số trong ô quá lớn. Hãy gõ lại.")
    if cell != int(cell):
        if column.type == "integer":
            raise Wrong(f"{str(cell).replace('.', ',')} không phải là số nguyên.")
        return str(cell)
    text = str(int(cell))
    if column.name in CODE_WIDTHS:
        return _whole_code(text, column)
    is_code = column.name == CODE or column.type == "code" or bool(column.pattern)
    if is_code and not (column.pattern and re.fullmatch(column.pattern, text)):
        raise Wrong(
            f"Ô đang là số ({short(text)}) nên có thể đã mất số 0 ở đầu. "
            "Hãy định dạng cột là Văn bản (Text) rồi gõ lại."
        )
    return text


def _whole_code(text: str, column: FrameColumn) -> str:
    width = CODE_WIDTHS[column.name]
    if text.isdecimal() and len(text) < width:
        raise Wrong(
            f"“{text}” chỉ có {len(text)} chữ số, mã phải có {width}: có thể ô là số nên mất số 0 ở đầu "
            f"(“{text.zfill(width)}”?). Hãy định dạng cột là Văn bản (Text) rồi gõ lại."
        )
    return text


def _moment(cell: date | datetime | time | timedelta, column: FrameColumn) -> str:
    if column.type == "text" and not column.pattern and isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    raise Wrong("Excel đã đổi ô này thành ngày, giờ. Hãy định dạng ô là Văn bản (Text) rồi gõ lại.")
