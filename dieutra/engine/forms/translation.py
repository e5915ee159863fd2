"""Texts of the workbook that lack one of its languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dieutra.engine.forms.checks_sheet import translated
from dieutra.engine.forms.itext import language_code
from dieutra.engine.forms.workbook import Row, Workbook

PREFIXES = {
    "label": "Nhãn",
    "hint": "Hướng dẫn",
    "constraint_message": "Câu báo lỗi",
    "required_message": "Câu nhắc bắt buộc",
    "message": "Câu báo",
    "unit": "Đơn vị tính",
    "form_title": "Tên phiếu",
}
NAMES = {"vi": "tiếng Việt", "en": "tiếng Anh"}
Found = tuple[str, int, str, str]  # sheet, row, column, message


def untranslated(book: Workbook, languages: Sequence[str]) -> Iterator[Found]:
    """Each text that stands in one language of the form and not in another, at the column it belongs in."""
    if len(languages) < 2:
        return
    spelt = _spelling(book)
    for rows in book.values():
        for row in rows:
            for prefix, words in PREFIXES.items():
                yield from _missing(row, prefix, words, languages, spelt)


def _spelling(book: Workbook) -> dict[str, str]:
    """Language -> how the author writes it in heads, `English (en)`."""
    columns = (column for rows in book.values() for row in rows for column in row.cells)
    names = (column.partition("::")[2] for column in columns if column.partition("::")[0] in PREFIXES)
    return {language_code(name): name for name in names if name}


def _missing(
    row: Row, prefix: str, words: str, languages: Sequence[str], spelt: dict[str, str]
) -> Iterator[Found]:
    has = translated(row, prefix)
    for language in languages if has else ():
        if language not in has:
            column = f"{prefix}::{spelt[language]}" if language in spelt else prefix
            where = NAMES.get(language, language)
            yield row.sheet, row.number, column, f"{words} chưa có bản {where}."
