"""Answers as cells and cells as answers: numbers, days, choices. What a cell says is never guessed at."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from dieutra.channels.web.formats import canonical_date, canonical_number, shown_number
from dieutra.engine.forms.form import Choice, Form, Node
from dieutra.engine.forms.typed import read
from dieutra.engine.lang.values import number_text
from dieutra.engine.spreadsheet import Cell

SEPARATOR = " – "
YES, NO = "Có", "Không"
TICKS, CROSSES = {"có", "co", "x", "1", "yes"}, {"", "không", "khong", "0", "no"}
PLAIN_TIME = re.compile(r"[0-2][0-9]:[0-5][0-9]")
PLAIN_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-5][0-9]")
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])\s*(?:[:hg]\s*([0-5]?[0-9])?(?::00)?)", re.IGNORECASE)
LONGEST = 32_000  # a cell of Excel holds 32,767 characters


class Unreadable(ValueError):
    """The cell's content is no answer to its question; the text is the sentence for the person."""


def option(choice: Choice, label: str) -> str:
    """A choice as the list of a cell offers it: `1 – Có`."""
    return f"{choice.value}{SEPARATOR}{label}"


def options(node: Node, form: Form) -> dict[str, str]:
    """Code -> option, of a question with choices; all of a list where the choices follow from other answers."""
    if node.type == "acknowledge":
        return {"OK": f"OK{SEPARATOR}Đã xác nhận"}
    choices = {choice.value: choice for choice in node.choices or ()}
    if node.itemset is not None and node.itemset.list in form.lists:
        choices = dict(form.lists[node.itemset.list].choices(node.itemset))
    return {
        value: option(choice, choice.label.get("vi") or next(iter(choice.label.values()), ""))
        for value, choice in choices.items()
    }


def as_cell(node: Node, text: str, labels: dict[str, str]) -> str | float | date | time:
    """What is written into the cell of a question; what is malformed stays the text that it is.

    `labels` are the options of a choice question by code.
    """
    if read(node, text)[1] is not None:
        return text
    if node.type in ("int", "decimal"):
        return float(text)
    if node.type == "date":
        return date.fromisoformat(text)
    if node.type == "time" and PLAIN_TIME.fullmatch(text):
        return time.fromisoformat(text)
    if node.type == "dateTime" and PLAIN_MOMENT.fullmatch(text):
        return datetime.fromisoformat(text)
    return labels.get(text, text) if node.type in ("select1", "acknowledge") else text


def as_answer(node: Node, cell: Cell, labels: dict[str, str]) -> str:
    """The stored form of a cell's content; blank when empty. Raises Unreadable."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return ""
    text = _ANSWERS[node.type or "string"](cell, labels, node)
    problem = read(node, text)[1]
    if problem is not None:
        raise Unreadable(problem["vi"])
    return text


def ticked(cell: Cell) -> bool:
    """The yes/no cell of one choice."""
    word = _plain(number_of(cell) if isinstance(cell, int | float) else str(cell or ""))
    if word not in TICKS | CROSSES:
        raise Unreadable(f"“{word[:40]}” không đọc được. Hãy chọn “{YES}” hoặc “{NO}” trong danh sách.")
    return word in TICKS


def number_of(cell: int | float) -> str:
    """A number of Excel as it is stored: `12` for 12.0, `0.3` for 0.1+0.2."""
    return number_text(Decimal(format(cell, ".15g")))


def _number(cell: Cell, labels: dict[str, str], node: Node) -> str:
    if isinstance(cell, str):
        text = canonical_number(cell, node.type or "")
        if text.startswith("?"):
            raise Unreadable(f"“{cell.strip()}” có thể hiểu thành hai số khác nhau. Hãy gõ lại số vào ô.")
        return text
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise Unreadable(f"“{said(cell)}” không phải là số. Hãy gõ lại số vào ô.")
    text = number_of(cell)
    if node.type == "int" and "." in text:
        raise Unreadable(f"“{shown_number(text)}” không phải là số nguyên. Hãy ghi số nguyên.")
    return text


def _date(cell: Cell, labels: dict[str, str], node: Node) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        return canonical_date(cell)
    raise Unreadable(f"“{said(cell)}” không phải là ngày. Hãy ghi ngày/tháng/năm, ví dụ 15/04/2026.")


def _time(cell: Cell, labels: dict[str, str], node: Node) -> str:
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, timedelta) and timedelta(0) <= cell < timedelta(days=1):
        cell = (datetime(2000, 1, 1) + cell).time()
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes" if not cell.second else "seconds")
    if isinstance(cell, str):
        found = CLOCK.fullmatch(cell.strip())
        return f"{int(found[1]):02}:{int(found[2] or 0):02}" if found else cell.strip()
    raise Unreadable(f"“{said(cell)}” không phải là giờ. Hãy ghi giờ:phút, ví dụ 08:30.")


def _moment(cell: Cell, labels: dict[str, str], node: Node) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes" if not cell.second else "seconds")
    if isinstance(cell, date):
        return f"{cell.isoformat()}T00:00"
    if isinstance(cell, str):
        day, _, clock = cell.strip().partition(" ")
        found = CLOCK.fullmatch(clock.strip())
        return f"{canonical_date(day)}T{int(found[1]):02}:{int(found[2] or 0):02}" if found else cell.strip()
    raise Unreadable(f"“{said(cell)}” không phải là ngày giờ. Hãy ghi ngày/tháng/năm giờ:phút.")


def _codes(cell: Cell, labels: dict[str, str], node: Node) -> str:
    """Several codes, with spaces, commas or semicolons between."""
    text = number_of(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else said(cell)
    words = re.split(r"[\s,;>]+", text.strip())
    strange = [word for word in words if labels and word not in labels]
    if strange:
        codes = ", ".join(list(labels)[:12])
        raise Unreadable(
            f"“{strange[0][:40]}” không phải mã của lựa chọn nào. Hãy ghi các mã {codes}, cách nhau bằng dấu cách."
        )
    return " ".join(words)


def _text(cell: Cell, labels: dict[str, str], node: Node) -> str:
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n").strip()
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise Unreadable(f"Excel đã đổi nội dung thành “{said(cell)}”. Hãy gõ lại với dấu nháy đơn ' ở đầu.")
    return number_of(cell)


def _choice(cell: Cell, labels: dict[str, str], node: Node) -> str:
    """The option as the list has it, or only its code, or only its words."""
    words_said = (
        number_of(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else said(cell)
    )
    if not labels:
        return words_said  # chosen from what other answers hold: the server knows what is offered
    wanted = _plain(words_said)
    for code, words in labels.items():
        if wanted in (_plain(words), code.casefold(), _plain(words.removeprefix(f"{code}{SEPARATOR}"))):
            return code
    raise Unreadable(f"“{words_said[:60]}” không có trong danh sách. Hãy bấm mũi tên ở ô và chọn lại.")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def said(cell: Cell) -> str:
    """What stands in a cell, as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime) and (cell.hour or cell.minute):
        return cell.strftime("%d/%m/%Y %H:%M")
    if isinstance(cell, datetime | date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, float):
        return shown_number(number_of(cell))
    return str(cell).strip() if not isinstance(cell, time | timedelta) else f"giờ {cell}"


_ANSWERS = {
    "int": _number,
    "decimal": _number,
    "date": _date,
    "string": _text,
    "select1": _choice,
    "acknowledge": _choice,
    "time": _time,
    "dateTime": _moment,
    "rank": _codes,
    "select": _codes,
    "barcode": _text,
    "geopoint": _text,
}
