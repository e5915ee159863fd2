"""Reading a table from an uploaded .csv or .xlsx, known by its content and never by its name.

Hostile files are refused before the reader sees them: two cells at opposite corners of a sheet make it
allocate the whole rectangle and end the process.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from typing import TypeAlias
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from dieutra.engine.formulas import sheet_parts, without_result
from dieutra.engine.refusals import Invalid

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | None
Table: TypeAlias = list[list[Cell]]

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_CELLS = 3_000_000
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# OpenDocument and binary Excel: not measured by `_Extent`, so not read.
OTHER_WORKBOOKS = {"content.xml", "xl/workbook.bin"}
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)

MACROS = ("vbaproject", "macrosheets/", "vbadata")
ACTIVE = (
    "xl/externallinks/",
    "xl/connections.xml",
    "xl/querytables/",
    "xl/embeddings/",
    "xl/activex/",
    "xl/ctrlprops/",
)
DDE = re.compile(rb"<(?:\w+:)?(?:f|definedName)\b[^>]*>\s*[=+@-]*\s*[A-Za-z][A-Za-z0-9_.]{0,30}\|")
LINKED = (
    "Tệp có liên kết tới tệp hoặc chương trình khác, hoặc có đối tượng nhúng, nên không được nhận. Hãy xóa các liên kết, "
    "đối tượng đó (chép số liệu bằng “Dán giá trị”), hoặc tải lại tệp rồi điền lại."
)
NOT_EXCEL = "Tệp không mở được như một sổ tính Excel (.xlsx): tệp bị hỏng hoặc không phải Excel. {do}"
SAVE_AS_XLSX = "Hãy mở tệp bằng Excel, chọn “Lưu thành” loại “Excel Workbook (.xlsx)” rồi gửi lại."
SAVE_AS_UTF8 = "Hãy lưu lại dưới dạng .xlsx hoặc “CSV UTF-8” rồi gửi lại."

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"  # the media type of a workbook


def read_table(content: bytes) -> Table:
    """The rows of the first sheet, or of the CSV, with empty rows kept so that row numbers are right.

    Raises Invalid with a sentence for the sender when the file cannot be read.
    """
    _refuse_size(content)
    if content.startswith(b"PK"):
        return _read_workbook(content)
    return _read_csv(content)


class Sheets:
    """An uploaded .xlsx with several sheets, checked like `read_table` and without macros; sheets are read on demand."""

    def __init__(self, content: bytes) -> None:
        _refuse_size(content)
        if not content.startswith(b"PK"):
            raise Invalid(NOT_EXCEL.format(do=SAVE_AS_XLSX))
        _refuse_hostile(content)
        _refuse_active(content)
        try:
            self._workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        except CalamineError as error:
            raise Invalid(NOT_EXCEL.format(do=SAVE_AS_XLSX)) from error
        self.names: tuple[str, ...] = tuple(self._workbook.sheet_names)
        self._content = content

    def table(self, name: str) -> Table:
        """The rows of one sheet from A1 on, with empty rows and columns kept."""
        try:
            sheet = self._workbook.get_sheet_by_name(name)
            return [list(row) for row in sheet.to_python(skip_empty_area=False)]
        except CalamineError as error:
            raise Invalid(NOT_EXCEL.format(do=SAVE_AS_XLSX)) from error

    def errors(self) -> dict[str, set[str]]:
        """Sheet -> its cells that show an error (`#DIV/0!`) or whose formula has no result beside it.

        `table` gives both as empty, which would look like an answer that was cleared.
        """
        with zipfile.ZipFile(io.BytesIO(self._content)) as archive:
            return {name: without_result(archive.read(part)) for name, part in sheet_parts(archive).items()}


def _refuse_size(content: bytes) -> None:
    if not content.strip():
        raise Invalid("Tệp trống (không có dữ liệu). Hãy kiểm tra lại tệp rồi gửi lại.")
    if len(content) > MAX_BYTES:
        raise Invalid(f"Tệp lớn hơn {MAX_BYTES // 1024 // 1024} MB. Hãy chia nhỏ tệp rồi gửi lại.")
    if content.startswith(OLD_EXCEL):
        raise Invalid(f"Tệp là Excel đời cũ (.xls) hoặc Excel có đặt mật khẩu. {SAVE_AS_XLSX}")


def _refuse_active(content: bytes) -> None:
    """Macros, known by their part or by the type that the file gives itself, whatever its name; links; embedded things."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name.lower() for name in archive.namelist()]
        types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in archive.namelist() else b""
        if any(word in name for name in names for word in MACROS) or b"macroEnabled" in types:
            raise Invalid(f"Tệp có chứa macro nên không được nhận. {SAVE_AS_XLSX}")
        if any(name.startswith(ACTIVE) for name in names) or _calls_programs(archive):
            raise Invalid(LINKED)


def _calls_programs(archive: zipfile.ZipFile) -> bool:
    """DDE: a formula such as `cmd|'/c …'!A0`, which asks another program for its result."""
    sheets = (name for name in archive.namelist() if name.lower().startswith("xl/worksheets/"))
    return any(DDE.search(archive.read(name)) for name in (*sheets, "xl/workbook.xml"))


def _read_workbook(content: bytes) -> Table:
    _refuse_hostile(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [list(row) for row in workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)]
    except CalamineError as error:
        raise Invalid(NOT_EXCEL.format(do=SAVE_AS_XLSX)) from error


def _refuse_hostile(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names or names & OTHER_WORKBOOKS:
                raise Invalid(NOT_EXCEL.format(do=SAVE_AS_XLSX))
            if sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise Invalid(
                    "Tệp Excel quá lớn sau khi giải nén. Hãy xóa trang tính, hình ảnh thừa rồi gửi lại."
                )
            for part in parts:
                _refuse_wide_sheet(archive.read(part), strict=part.filename.endswith(".xml"))
    except BROKEN_ARCHIVE as error:
        raise Invalid(NOT_EXCEL.format(do=SAVE_AS_XLSX)) from error


def _refuse_wide_sheet(part: bytes, *, strict: bool) -> None:
    """Measure the rectangle that a sheet claims, in any part that looks like XML."""
    if not part.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return
    extent = _Extent()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = extent.element
    parser.StartDoctypeDeclHandler = extent.doctype
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        if strict:
            raise


class _Extent:
    """The last row and column named so far; a cell without a reference stands right of the one before it."""

    def __init__(self) -> None:
        self.rows = self.columns = self.row = self.column = 0

    def doctype(self, *_: object) -> None:
        raise Invalid(NOT_EXCEL.format(do=SAVE_AS_XLSX))

    def element(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag not in ("row", "c"):
            return
        reference = attributes.get("r", "").upper()
        if tag == "row":
            self.row, self.column = int(reference) if reference.isdecimal() else self.row + 1, 0
        else:
            self._cell(reference)
        self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
        if self.rows * self.columns > MAX_CELLS:
            raise Invalid(
                "Trang tính có ô ở quá xa (dòng hoặc cột rất lớn). Hãy xóa các dòng, cột thừa rồi gửi lại."
            )

    def _cell(self, reference: str) -> None:
        if match := re.fullmatch(r"([A-Z]{1,6})([0-9]{1,9})", reference):
            self.column = 0
            for letter in match[1]:
                self.column = self.column * 26 + ord(letter) - 64
            self.rows = max(self.rows, int(match[2]))
        else:
            self.column += 1


def _read_csv(content: bytes) -> Table:
    if content.startswith(UTF16):
        raise Invalid(f"Tệp CSV dùng bảng mã UTF-16, không đọc được. {SAVE_AS_UTF8}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = f"Dòng {line}: tệp CSV không dùng bảng mã UTF-8 nên chữ có dấu bị sai. {SAVE_AS_UTF8}"
        raise Invalid(message) from error
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        return list[list[Cell]](map(list, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error as error:
        raise Invalid(f"Tệp không đọc được như một bảng CSV. {SAVE_AS_XLSX}") from error
