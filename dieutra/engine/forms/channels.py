"""Which channels can carry a form. What one cannot is refused for it with sheet, row and reason, at publication."""

from __future__ import annotations

from dieutra.engine.forms.authoring import MEDIA
from dieutra.engine.forms.errors import FormProblem, Problems
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.order import Cycle, in_order, reads_in_javarosa
from dieutra.engine.forms.outline import Outline
from dieutra.engine.forms.question_types import NOT_IN_A_WORKBOOK, NOT_ON_A_PAGE
from dieutra.engine.forms.workbook import Row
from dieutra.engine.lang import FUNCTIONS, Ast
from dieutra.engine.lang.ast import walk
from dieutra.engine.lang.node_functions import is_set

CHANNELS = {"web": "trang web", "workbook": "sổ Excel", "collect": "ứng dụng ODK Collect"}
MAX_ROWS_ON_A_PAGE = 20_000

Refusals = dict[str, tuple[FormProblem, ...]]


def refusals(outline: Outline, form: Form, wanted: list[str], entities: list[Row]) -> Refusals:
    """What keeps the form from a channel, by channel; a channel without problems carries it."""
    web, workbook, collect = Problems(), Problems(), Problems()
    for place, row in outline.rows.items():
        _on_a_page(place, row, outline, web)
        _in_a_workbook(place, row, outline, workbook)
        _by_chance(place, row, form, web)
        _in_collect(place, row, form, collect)
    _circles_in_collect(outline, form, collect)
    for row in entities:
        message = "Tạo và sửa thực thể (entities) chỉ có trong ứng dụng ODK Collect"
        for problems in (web, workbook):
            row.blame(problems, "", message)
    for name, found in form.lists.items():
        if len(found.rows) > MAX_ROWS_ON_A_PAGE:
            web.add(
                f"Danh sách {name} có {len(found.rows)} dòng, trang web nhận nhiều nhất {MAX_ROWS_ON_A_PAGE}"
            )
    attached = {found.file for found in form.lists.values()}
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


def _by_chance(place: str, row: Row, form: Form, problems: Problems) -> None:
    """What is drawn at random cannot be worked out again, unless it is kept."""
    node = form.by_path.get(place)
    if node is None:
        return
    logic = [("calculation", node.calculate), ("relevant", node.relevant), ("required", node.required)]
    logic += [("constraint", check.expr) for check in form.checks if check.where == place]
    for column, ast in logic:
        if ast is not None and _draws(ast):
            message = "Giá trị ngẫu nhiên phải giữ lại được: hãy viết once(…) hoặc đặt ở cột default"
            row.blame(problems, column, message)


def _draws(ast: Ast) -> bool:
    """True when a function that gives another value each time stands outside once()."""
    if ast[:2] == ["call", "once"]:
        return False
    if ast[0] == "call" and FUNCTIONS[ast[1]].volatile:
        return True
    return any(_draws(part) for part in ast[1:] if isinstance(part, list) and part)


def _circles_in_collect(outline: Outline, form: Form, problems: Problems) -> None:
    """What JavaRosa takes for a circle, and so does not open."""
    try:
        in_order(form, reads_in_javarosa)
    except Cycle as cycle:
        names = " → ".join(path.rpartition("/")[2] for path in cycle.paths)
        row = next((outline.rows[path] for path in cycle.paths if path in outline.rows), None)
        message = f"ODK Collect không mở được phiếu: required, readonly hoặc relevant chờ nhau: {names}"
        if row is not None:
            row.blame(problems, "required", message)


def _in_collect(place: str, row: Row, form: Form, problems: Problems) -> None:
    """Rows of a repeat beside other arguments: JavaRosa takes them only alone."""
    node = form.by_path.get(place)
    logic = [] if node is None else [("calculation", node.calculate), ("relevant", node.relevant)]
    logic += [("required", node.required)] if node is not None else []
    logic += [
        ("constraint", check.expr) for check in form.checks if check.where == place and check.is_constraint
    ]
    for column, ast in logic:
        for call in walk(ast) if ast is not None else ():
            if call[0] == "call" and _mixes(call, place, form):
                message = f"ODK Collect không tính được {call[1]}() khi các dòng của phần lặp lại đứng cùng giá trị khác"
                row.blame(problems, column, f"{message}; hãy viết {call[1]}({call[1]}(${{câu}}), …)")


def _mixes(call: Ast, place: str, form: Form) -> bool:
    several = {"max": 1, "min": 1, "concat": 1, "join": 2}.get(call[1])
    if several is None or len(call) - 2 <= several:
        return False
    return any(map(is_set(place, form.shape), call[2:]))


def _in_a_workbook(place: str, row: Row, outline: Outline, problems: Problems) -> None:
    word = outline.written[place].word
    if word in NOT_IN_A_WORKBOOK:
        row.blame(problems, "type", f"Loại “{word}”: {NOT_IN_A_WORKBOOK[word]}")
