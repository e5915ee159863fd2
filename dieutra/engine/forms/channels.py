"""Which channels can carry a form. What one cannot is refused for it with sheet, row and reason, at publication."""

from __future__ import annotations

from collections.abc import Mapping

from dieutra.engine.forms.authoring import MEDIA
from dieutra.engine.forms.errors import FormProblem, Problems
from dieutra.engine.forms.lists import List
from dieutra.engine.forms.outline import Outline
from dieutra.engine.forms.question_types import NOT_IN_A_WORKBOOK, NOT_ON_A_PAGE
from dieutra.engine.forms.workbook import Row

CHANNELS = {"web": "trang web", "workbook": "sổ Excel", "collect": "ứng dụng ODK Collect"}
MAX_ROWS_ON_A_PAGE = 20_000

Refusals = dict[str, tuple[FormProblem, ...]]


def refusals(outline: Outline, lists: Mapping[str, List], wanted: list[str], entities: list[Row]) -> Refusals:
    """What keeps the form from a channel, by channel; a channel without problems carries it."""
    web, workbook, collect = Problems(), Problems(), Problems()
    for place, row in outline.rows.items():
        _on_a_page(place, row, outline, web)
        _in_a_workbook(place, row, outline, workbook)
    for row in entities:
        message = "Tạo và sửa thực thể (entities) chỉ có trong ứng dụng ODK Collect"
        for problems in (web, workbook):
            row.blame(problems, "", message)
    for name, found in lists.items():
        if len(found.rows) > MAX_ROWS_ON_A_PAGE:
            web.add(
                f"Danh sách {name} có {len(found.rows)} dòng, trang web nhận nhiều nhất {MAX_ROWS_ON_A_PAGE}"
            )
    attached = {found.file for found in lists.values()}
    for file in wanted:
        if file not in attached:
            for problems in (web, workbook, collect):
                problems.add(f"Thiếu tệp {file} mà phiếu tra cứu, hãy tải tệp lên cùng phiếu")
    return {
        "web": web.found,
        "workbook": tuple(dict.fromkeys((*web.found, *workbook.found))),
        "collect": collect.found,
    }


def _on_a_page(place: str, row: Row, outline: Outline, problems: Problems) -> None:
    written = outline.written[place]
    if written.word in NOT_ON_A_PAGE:
        row.blame(problems, "type", f"Loại “{written.word}”: {NOT_ON_A_PAGE[written.word]}")
    if "external" in written.word:
        row.blame(problems, "type", "select_one_external không lên web được, hãy dùng select_one_from_file")
    if "search(" in row.get("appearance"):
        row.blame(problems, "appearance", "search() không lên web được, hãy dùng choice_filter")
    for column in row.cells:
        if column in MEDIA or column.partition("::")[0] in MEDIA or column.startswith("media::"):
            row.blame(problems, column, "Hình, tiếng trong nhãn chỉ có trong ứng dụng ODK Collect")
    for column in ("save_to", "intent", "autoplay"):
        if row.get(column):
            row.blame(problems, column, f"Cột {column} chỉ có trong ứng dụng ODK Collect")


def _in_a_workbook(place: str, row: Row, outline: Outline, problems: Problems) -> None:
    word = outline.written[place].word
    if word in NOT_IN_A_WORKBOOK:
        row.blame(problems, "type", f"Loại “{word}”: {NOT_IN_A_WORKBOOK[word]}")
